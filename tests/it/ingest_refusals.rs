//! What the ingest action refuses, what the service refuses, and what a cluster that fails makes of it: nothing is half done unsaid.

use crate::ingest::{Setup, function};
use serde_json::{Value, json};
use std::{net::TcpListener, time::Duration};
use tests::{cluster::Cluster, lambda::Function};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";

/// A request that is good, with these fields in place of its own; null leaves one out.
fn request(fields: Value) -> Value {
    let mut request = json!({"table": "T", "mapping": "named", "records": [{"number": 1}]});
    for (name, value) in fields.as_object().unwrap() {
        request[name] = value.clone();
    }
    request.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    request
}

/// The same for a request that creates its table.
fn creating(fields: Value) -> Value {
    let mut request = request(json!({"mapping": null, "createTable": true, "schema": {"number": "long"}}));
    for (name, value) in fields.as_object().unwrap() {
        request[name] = value.clone();
    }
    request
}

fn check(function: &Function, request: &Value, start: &str) -> String {
    let error = function.invoke(request).error();
    assert!(error.starts_with(start), "{request:.300}: {error}");
    error
}

#[test]
fn what_is_wrong_by_our_own_rules_is_named_and_nothing_is_sent() {
    let cluster = Cluster::answering_json(b"{}");
    let may_create = function(cluster.url(), &["ingest", "create-merge", "create-or-alter", "alter"]);
    let large = "x".repeat(4_000_000);
    for (request, start) in [
        (request(json!({"mapping": null})), "BadRequest: `mapping` is missing: name a JSON ingestion mapping"),
        (creating(json!({"schema": null})), "BadRequest: `createTable` needs `schema`"),
        (request(json!({"schema": {"n": "long"}})), "BadRequest: `schema` is only for `createTable`"),
        (creating(json!({"mapping": "named"})), "BadRequest: `createTable` makes a mapping of its own"),
        (
            creating(json!({"schema": {"n": "text"}})),
            "BadRequest: the request is wrong: column `n` has the unknown type \"text\"",
        ),
        (creating(json!({"schema": {}})), "BadRequest: the request is wrong: a table needs a column"),
        (
            creating(json!({"schema": ["n"]})),
            "BadRequest: the request is wrong: `schema` is an array, expected an object of column names",
        ),
        (request(json!({"table": null})), "BadRequest: `table` is missing, and no destinations are configured"),
        (request(json!({"records": null})), "BadRequest: `records` is missing: a JSON array of objects"),
        (request(json!({"recrods": []})), "BadRequest: the request is wrong: unknown field `recrods`, expected one of"),
        (
            request(json!({"records": 7})),
            "BadRequest: the request is wrong: `records` must be an array, an object, or JSON lines",
        ),
        (
            request(json!({"records": [{}, {}, "three"]})),
            "BadRequest: the request is wrong: record 3 is not a JSON object",
        ),
        (request(json!({"records": "{}\n[1]"})), "BadRequest: the request is wrong: record 2 is not a JSON object"),
        (
            request(json!({"records": "{}\n\n{\"number\":"})),
            "BadRequest: the request is wrong: record 2 cannot be: it is no JSON: EOF while parsing",
        ),
        (
            request(json!({"records": [{"number": 1}, {"text": large}]})),
            "LimitExceeded: record 2 has 4000012 bytes, more than the 4000000",
        ),
        (creating(json!({"records": [{"number": 1}, {"text": large}]})), "LimitExceeded: record 2 has 4000012 bytes"),
        (request(json!({"mapping": "a\"b"})), "BadRequest: `mapping` is no name"),
        (request(json!({"database": "master"})), "Forbidden: connection `local` does not allow database \"master\""),
        (creating(json!({"database": "master"})), "Forbidden: connection `local` does not allow database \"master\""),
        (request(json!({"connection": "other"})), "BadRequest: there is no connection \"other\""),
        (
            request(json!({"cluster": "https://help.kusto.windows.net"})),
            "Forbidden: no connection is configured for cluster",
        ),
    ] {
        check(&may_create, &request, start);
    }
    for table in [
        "", " T", ".", "..", "a..b", "a/b", "a'b", "a]b", "['T']", "T;", "T%2fU", "T\nU", "T\u{0}", "a?b", "a#b", "T|U",
    ] {
        for request in [request(json!({"table": table})), creating(json!({"table": table}))] {
            check(&may_create, &request, "BadRequest: `table` is no name: use letters, digits, and");
        }
    }
    assert_eq!(cluster.connections(), 0);
}

#[test]
fn a_connection_says_which_command_it_lacks() {
    let cluster = Cluster::answering_json(b"{}");
    for (commands, missing) in [
        (&[][..], "ingest"),
        (&["show", "create-merge", "create-or-alter", "alter"], "ingest"),
        (&["ingest"], "create-merge"),
        (&["ingest", "show", "create-or-alter", "alter"], "create-merge"),
        (&["ingest", "create-merge", "alter"], "create-or-alter"),
        (&["ingest", "create-merge", "create-or-alter"], "alter"),
    ] {
        let start =
            format!("Forbidden: connection `local` does not allow .{missing}: add \"{missing}\" to its `commands`");
        check(&function(cluster.url(), commands), &creating(json!({})), &start);
    }
    // A table that is there takes it as well: the caller chooses which.
    let may_show = function(cluster.url(), &["show"]);
    check(
        &may_show,
        &request(json!({})),
        "Forbidden: connection `local` does not allow .ingest: add \"ingest\" to its",
    );
    assert_eq!(cluster.connections(), 0);
}

#[test]
fn what_the_service_refuses_is_said_in_its_words_and_changes_nothing() {
    let setup = Setup::new();
    setup.table("T");
    setup.table("Off");
    setup.kusto.command(".alter table Off policy streamingingestion disable");
    for (request, start, words) in [
        (request(json!({"table": "NoSuch"})), "NotFound", "'NoSuch' of kind 'Table' was not found"),
        (request(json!({"mapping": "nosuch"})), "NotFound", "BadRequest_MappingReferenceWasNotFound"),
        (request(json!({"mapping": "nosuch"})), "NotFound", "table 'T' has no json mapping 'nosuch'"),
        (request(json!({"table": "Off"})), "QueryError", "streaming ingestion policy is not enabled on table 'Off'"),
        (creating(json!({"schema": {"n": "string"}})), "QueryError", "column n of table T is long"),
    ] {
        let error = check(&setup.function, &request, &format!("{start}: "));
        let place = format!("(connection `local`, {}", setup.kusto.url());
        assert!(error.contains(words) && error.contains(&place) && error.contains("client request id"), "{error}");
    }
    assert_eq!((setup.count("T"), setup.count("Off")), (1, 1));
    assert_eq!(
        setup.rows("T | getschema | project ColumnName, ColumnType"),
        json!([["n", "long"], ["text", "string"]])
    );
    let tables = setup.kusto.command(".show tables")["Rows"].take();
    let tables: Vec<_> = tables.as_array().unwrap().iter().map(|row| &row[0]).collect();
    assert_eq!(json!(tables), json!(["Off", "T"]));
}

/// An answer with this status and no body.
fn status(line: &str) -> Vec<u8> {
    format!("HTTP/1.1 {line}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").into_bytes()
}

/// The service's answer that it took the records.
fn taken(records: usize, failure: &str) -> Vec<u8> {
    let columns = [("ConsumedRecordsCount", "Int64"), ("UpdatePolicyFailureReason", "String")]
        .map(|(name, data_type)| json!({"ColumnName": name, "DataType": data_type}));
    let table = json!({"TableName": "Table_0", "Columns": columns, "Rows": [[records, failure]]});
    [HEAD.as_bytes(), json!({"Tables": [table]}).to_string().as_bytes()].concat()
}

#[test]
fn records_that_may_be_in_the_table_are_not_sent_again() {
    for (answers, start) in [
        (vec![status("503 Service Unavailable")], "OutcomeUnknown: the cluster failed (connection `local`"),
        (vec![status("500 Internal Server Error")], "OutcomeUnknown: the cluster failed"),
        (vec![Vec::new()], "OutcomeUnknown: the cluster cannot be reached"),
        (vec![HEAD.as_bytes().to_vec()], "OutcomeUnknown: the cluster's answer cannot be used"),
        (
            vec![[HEAD, "{\"Tables\":[{\"TableName\":"].concat().into_bytes()],
            "OutcomeUnknown: the cluster's answer cannot be used",
        ),
        (
            vec![taken(1, "the function is broken")],
            "OutcomeUnknown: the records were taken but the table's update policy failed",
        ),
        (vec![status("302 Found\r\nlocation: http://127.0.0.1:9/")], "Unavailable: the cluster answered a redirect"),
        (vec![status("401 Unauthorized")], "ConnectionUnauthorized: "),
        (vec![status("403 Forbidden")], "Forbidden: the connection's principal lacks a role"),
        // The service promises that it did nothing; here it asks for more patience than there is.
        (vec![status("429 Too Many Requests\r\nretry-after: 3600")], "Throttled: the cluster is asked too often"),
    ] {
        let cluster = Cluster::answering_in_turn(answers);
        let error = check(&function(cluster.url(), &["ingest"]), &request(json!({})), start);
        assert_eq!(cluster.connections(), 1, "{error}");
        assert!(error.contains("client request id AzureDataExplorerFunctions.ingest;"), "{error}");
    }
}

#[test]
fn records_that_were_certainly_not_taken_are_sent_again() {
    let cluster = Cluster::answering_in_turn(vec![status("429 Too Many Requests\r\nretry-after: 0"), taken(1, "")]);
    assert_eq!(function(cluster.url(), &["ingest"]).invoke(&request(json!({}))).reply()["ingested"], 1);
    assert_eq!(cluster.connections(), 2);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = function(&format!("http://{closed}"), &["ingest"]).invoke(&request(json!({}))).error();
    assert!(error.starts_with("Unavailable: the cluster cannot be reached"), "{error}");
}

#[test]
fn a_cluster_that_does_not_answer_in_time_leaves_the_outcome_unknown() {
    // Nobody accepts: the system takes the connection and the request, and no answer comes.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let function = function(&format!("http://{}", silent.local_addr().unwrap()), &["ingest"]);
    let error = function.invoke_text(&request(json!({})).to_string(), Duration::from_secs(2)).error();
    assert!(error.starts_with("OutcomeUnknown: the cluster did not answer in time"), "{error}");
}

#[test]
fn a_batch_that_fails_after_another_says_how_many_records_are_in_the_table() {
    let text = "x".repeat(2_500_000);
    let two_batches = request(json!({"records": [{"text": text}, {"text": text}]}));
    for (second, start) in [
        (status("503 Service Unavailable"), "OutcomeUnknown: the cluster failed"),
        // Sent again, the request would add the first record a second time: no state machine may retry it by itself.
        (status("429 Too Many Requests\r\nretry-after: 3600"), "OutcomeUnknown: the cluster is asked too often"),
        (status("403 Forbidden"), "OutcomeUnknown: the connection's principal lacks a role"),
    ] {
        let cluster = Cluster::answering_in_turn(vec![taken(1, ""), second]);
        let error = check(&function(cluster.url(), &["ingest"]), &two_batches, start);
        assert!(
            error.contains(
                "; of 2 records the first 1 were sent before that and 1 of them are in the table (client request ids "
            ),
            "{error}"
        );
        assert_eq!(cluster.connections(), 2);
    }
}

#[test]
fn records_that_the_service_leaves_out_are_counted() {
    let cluster = Cluster::answering(taken(2, ""));
    let reply = function(cluster.url(), &["ingest"]).invoke(&request(json!({"records": [{}, {}, {}]}))).reply();
    assert_eq!((&reply["received"], &reply["ingested"], &reply["rejected"]), (&json!(3), &json!(2), &json!(1)));
    let reply = function(cluster.url(), &["ingest"]).invoke(&request(json!({"records": []}))).reply();
    assert_eq!(
        (&reply["received"], &reply["ingested"], &reply["clientRequestIds"]),
        (&json!(0), &json!(0), &json!([]))
    );
    assert_eq!(cluster.connections(), 1);
}
