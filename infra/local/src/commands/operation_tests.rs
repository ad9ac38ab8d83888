//! Commands that ingest from a query, and the operations that they are.

use super::run as run_request;
use super::tests::{cells, node, rows, run};
use crate::node::Node;
use crate::node::operations::{Operations, State};
use crate::node::request::{Request, Simulated, SimulatedOperation};
use crate::storage::catalog::DEFAULT_DATABASE;
use std::sync::Arc;
use std::time::{Duration, Instant};

const FILLED: [&str; 2] = [".create table S (a:string, n:long)", ".ingest inline into table S <| x,1\ny,2"];

/// What `command` answers: the cells, or the message of the error.
fn answer(node: &Arc<Node>, command: &str) -> Result<Vec<Vec<String>>, String> {
    run(node, DEFAULT_DATABASE, command).map(|table| cells(&table)).map_err(|error| error.message)
}

/// Starts an asynchronous command of which a test makes this, and gives the id of its operation.
fn start(node: &Arc<Node>, command: &str, operation: SimulatedOperation) -> String {
    let simulated = Simulated { operation, ..Simulated::default() };
    let request = Request { simulated, ..Request::new(DEFAULT_DATABASE, command) };
    match run_request(node, &request) {
        Ok(super::Answer::Table(table)) => {
            assert_eq!((table.schema[0].name.as_str(), table.schema.len(), table.rows), ("OperationId", 1, 1));
            cells(&table)[0][0].clone()
        }
        Ok(super::Answer::Query(_)) => panic!("{command} is no query"),
        Err(error) => panic!("{command}: {error}"),
    }
}

/// State and status of an operation; none where it is not there.
fn state(node: &Arc<Node>, id: &str) -> Option<(String, String)> {
    let found = answer(node, &format!(".show operations {id} | project State, Status")).unwrap();
    found.into_iter().next().map(|row| (row[0].clone(), row[1].clone()))
}

/// State and status of an operation when it is over.
fn ended(node: &Arc<Node>, id: &str) -> (String, String) {
    let end = Instant::now() + Duration::from_secs(10);
    while Instant::now() < end {
        match state(node, id) {
            Some((state, _)) if state == "Scheduled" || state == "InProgress" => std::thread::yield_now(),
            Some(ended) => return ended,
            None => panic!("operation {id} is not there"),
        }
    }
    panic!("operation {id} does not end")
}

#[test]
fn rows_of_a_query_are_ingested_as_the_table_and_the_command_allow() {
    let exists = "Entity ID 'T' of kind 'Table' already exists.";
    let missing = "Entity ID 'T' of kind 'Table' was not found.";
    let create = ".create table T (b:string, m:long)";
    let filled = ".set T <| print 'old', 0";
    for (before, command, expected) in [
        (&[][..], ".set T <| S", Ok(&["x,1", "y,2"][..])),
        (&[create], ".set T <| S", Err(exists)),
        (&[], ".append T <| S", Err(missing)),
        (&[filled], ".append T <| S", Ok(&["old,0", "x,1", "y,2"])),
        (&[], ".set-or-append T <| S | where n > 1", Ok(&["y,2"])),
        (
            &[filled],
            ".set-or-append T with (tags='[\"ingest-by:1\"]', folder=\"f\") <| S",
            Ok(&["old,0", "x,1", "y,2"]),
        ),
        (&[filled], ".set-or-replace ['T'] <|\n// all\nS", Ok(&["x,1", "y,2"])),
        (&[filled], ".set-or-replace T <| S | project n", Err("the query gives (n:long), the table has (")),
        (&[filled], ".set-or-replace T with (recreate_schema=true) <| S | project n", Ok(&["1", "2"])),
        (&[create], ".append T with (extend_schema=true) <| S | extend k = true", Ok(&["x,1,True", "y,2,True"])),
        (&[create], ".append T <| S | extend k = true", Err("Query schema does not match table schema")),
        (&[create], ".append T <| S | project n, a", Err("Query schema does not match table schema")),
        (&[], ".set T <| .show tables | project TableName", Ok(&["S"])),
        (&[], ".set T <| .drop table S", Err("only .show commands do")),
        (&[], ".set T <| S | wher n", Err("Syntax error")),
        (&[], ".set T <| U", Err("failed to resolve table or column expression named 'U'")),
        (&[], ".set T S", Err("<| is expected in place of 'S'")),
        (&[], ".set T with (color=1) <| S", Err("the property color is not supported here")),
    ] {
        let node = node(&[&FILLED, before].concat());
        match (answer(&node, command), expected) {
            (Ok(answer), Ok(expected)) => {
                assert_eq!(
                    (rows(&node), answer.len()),
                    (expected.iter().map(ToString::to_string).collect(), 1),
                    "{command}"
                );
            }
            (Err(message), Err(expected)) => assert!(message.contains(expected), "{command}: {message}"),
            (answer, _) => panic!("{command}: {answer:?}"),
        }
    }
}

#[test]
fn a_tag_keeps_rows_from_being_ingested_twice() {
    let once = ".set-or-append T with (tags='[\"ingest-by:1\"]', ingestIfNotExists='[\"1\"]') <| S";
    let node = node(&[&FILLED[..], &[once]].concat());
    assert_eq!(answer(&node, once), Ok(Vec::new()));
    let id = start(&node, &once.replace("append T", "append async T"), SimulatedOperation::default());
    assert_eq!(ended(&node, &id).0, "Skipped");
    assert_eq!(rows(&node).len(), 2);
}

#[test]
fn an_asynchronous_command_goes_on_after_its_answer() {
    let node = node(&FILLED);
    let slow = SimulatedOperation { runs: Duration::from_secs(60), ..SimulatedOperation::default() };
    let id = start(&node, ".set async T <| S", slow);
    assert!(["Scheduled", "InProgress"].contains(&state(&node, &id).expect("an operation").0.as_str()));
    assert!(answer(&node, "['T']").is_err() && answer(&node, ".show table T cslschema").is_err());
    let cancelled = answer(&node, &format!(".cancel operation {id} with (reason='enough')")).unwrap();
    assert_eq!(
        [&cancelled[0][0], &cancelled[0][1], &cancelled[0][3], &cancelled[0][4]],
        [&id, "TableSet", "Canceled successfully", "enough"]
    );
    assert_eq!(ended(&node, &id), ("Canceled".to_owned(), "The request was canceled: enough".to_owned()));
    assert_eq!(answer(&node, &format!(".cancel operation '{id}'")).unwrap()[0][3], "Cancel failed");
    assert!(answer(&node, ".show table T cslschema").is_err());

    let id = start(&node, ".set async T with (persistDetails=true) <| S", SimulatedOperation::default());
    assert_eq!(ended(&node, &id), ("Completed".to_owned(), String::new()));
    assert_eq!(rows(&node), ["x,1", "y,2"]);
    assert_eq!(answer(&node, &format!(".show operation {id} details")).unwrap()[0][5], "2");
    let log =
        answer(&node, &format!(".show operations | where OperationId == '{id}' | project Operation, State")).unwrap();
    assert_eq!(log, [["TableSet", "Scheduled"], ["TableSet", "InProgress"], ["TableSet", "Completed"]]);
}

#[test]
fn operations_end_as_their_query_or_a_test_says() {
    let node = node(&FILLED);
    let ends = |state: &str| SimulatedOperation {
        ends: Some((State::named(state), "as told".to_owned())),
        ..SimulatedOperation::default()
    };
    for (query, operation, state, status) in [
        ("S", SimulatedOperation::default(), "Completed", ""),
        ("S | where none > 1", SimulatedOperation::default(), "Failed", "SEM0100"),
        ("S | project n", SimulatedOperation::default(), "Failed", "Query schema does not match"),
        ("S", ends("Throttled"), "Throttled", "as told"),
        ("S", ends("Failed"), "Failed", "as told"),
        ("S", ends("Pondering"), "Pondering", "as told"),
    ] {
        let id = start(&node, &format!(".append async S <| {query}"), operation);
        let found = ended(&node, &id);
        assert!(found.0 == state && found.1.contains(status), "{query}: {found:?}");
    }
    assert_eq!(
        answer(&node, ".show operations | where Operation == 'TableAppend' and State == 'Completed' | count").unwrap(),
        [["1"]]
    );
}

#[test]
fn an_operation_is_shown_by_id_when_it_is_neither_too_new_nor_too_old() {
    let node = node(&FILLED);
    let hidden = SimulatedOperation { hidden: Duration::from_secs(60), ..SimulatedOperation::default() };
    let id = start(&node, ".append async S <| S", hidden);
    assert_eq!(state(&node, &id), None);
    assert_eq!(answer(&node, ".show operations | where Operation == 'TableAppend' | count").unwrap(), [["0"]]);

    let node = Arc::new(Node { operations: Operations::new(Duration::ZERO), ..Node::default() });
    node.store.update(|catalog| {
        catalog.database_mut(DEFAULT_DATABASE);
    });
    answer(&node, ".set T <| print 1").unwrap();
    let log = answer(&node, ".show operations | project OperationId, State").unwrap();
    assert_eq!(log.last().map(|row| row[1].as_str()), Some("Completed"));
    assert_eq!(state(&node, &log[0][0]), None);
}

#[test]
fn ids_are_asked_for_in_every_form() {
    let node = node(&FILLED);
    let ids: Vec<String> =
        (0..2).map(|_| start(&node, ".append async S <| S | take 1", SimulatedOperation::default())).collect();
    ids.iter().for_each(|id| assert_eq!(ended(&node, id).0, "Completed"));
    let (first, second) = (&ids[0], &ids[1]);
    let nobody = "74be27de-1e4e-49d9-b579-fe0b331d3642";
    for (form, count) in [
        (first.clone(), 1),
        (format!("'{first}'"), 1),
        (format!("guid({first})"), 1),
        (format!("({first}, {second});"), 2),
        (format!("({nobody})"), 0),
    ] {
        assert_eq!(answer(&node, &format!(".show operations {form}")).unwrap().len(), count, "{form}");
    }
    for form in ["1234", "(", "'x'", "async", &format!("{first} {second}")] {
        assert!(answer(&node, &format!(".show operations {form}")).unwrap_err().contains("is expected"), "{form}");
    }
    assert!(answer(&node, &format!(".cancel operation {nobody}")).unwrap_err().contains("was not found"));
    assert!(answer(&node, &format!(".show operation {first} details")).unwrap_err().contains("was not found"));
}
