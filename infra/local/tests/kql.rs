//! The queries of `tests/kql`, each with the table or error that it answers.
//!
//! A case is a line `== what it shows`, the query, a line `--`, and the answer: the columns with their types and a line for
//! each row, or `!! ` and the message of the error. `KQL_TEST_UPDATE=1 cargo test --test kql` writes what the engine answers
//! into the files; read the difference before you keep it.

#![expect(clippy::expect_used, reason = "a test without its files has nothing to test")]

use kusto_local::engine::error::EngineError;
use kusto_local::engine::options::Options;
use kusto_local::engine::reference::entries;
use kusto_local::engine::result::ResultTable;
use kusto_local::engine::run::run;
use kusto_local::storage::catalog::Catalog;
use kusto_local::storage::column::Column;
use kusto_local::storage::column_type::ColumnType::{self, DateTime, Dynamic, Int, Long, Real, String as Text};
use kusto_local::storage::convert::parse;
use kusto_local::storage::table::{ColumnSchema, Extent, Table};
use kusto_local::storage::time::parse_datetime;
use kusto_local::storage::value::Value;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

/// The table `IpLocations`, which `geo_info_from_ip_address()` asks: networks for documentation (RFC 5737, RFC 3849).
const LOCATIONS: &str = r#"
192.0.2.0/24|Norway|Oslo|Oslo|59.91|10.75
192.0.2.128/25|Norway|Vestland|Bergen|60.39|5.32
2001:db8::/32|Japan|Tokyo|Tokyo|35.68|139.69
"#;

/// The table `Requests`, which all cases may ask.
const REQUESTS: &str = r#"
2024-05-01T10:00:00Z|web-1|/home|200|12.5|3|{"user":"ann","tags":["a","b"]}
2024-05-01T10:00:30Z|web-1|/cart|500|250.0|1|{"user":"bob","tags":[]}
2024-05-01T10:01:00Z|web-2|/home|200|8.25|7|{"user":"cid"}
2024-05-01T10:02:10Z|web-2|/Search?q=Tea|404|30.0||{"user":"ann","tags":["c"]}
2024-05-01T11:00:00Z|db-1||200||2|
2024-05-02T09:59:59.9999999Z|web-1|/home|200|15.0|4|{"user":"dee","tags":["a"]}
"#;

fn catalog() -> Catalog {
    let requests: [(&str, ColumnType); 7] = [
        ("Time", DateTime),
        ("Host", Text),
        ("Path", Text),
        ("Status", Int),
        ("Duration", Real),
        ("Hops", Long),
        ("Context", Dynamic),
    ];
    let locations = [
        ("network", Text),
        ("country", Text),
        ("state", Text),
        ("city", Text),
        ("latitude", Real),
        ("longitude", Real),
    ];
    let mut catalog = Catalog::default();
    catalog.database_mut("db").insert(table("Requests", &requests, REQUESTS));
    catalog.database_mut("db").insert(table("IpLocations", &locations, LOCATIONS));
    catalog
}

/// A table with a row for each line of a text.
fn table(name: &str, schema: &[(&str, ColumnType)], text: &str) -> Table {
    let mut columns: Vec<Column> = schema.iter().map(|(_, column_type)| Column::new(*column_type, 0)).collect();
    for line in text.trim().lines() {
        for (column, cell) in columns.iter_mut().zip(line.split('|')) {
            let column_type = column.column_type();
            column.push(parse(cell, column_type));
        }
    }
    let mut table =
        Table::new(name, schema.iter().map(|(name, column_type)| ColumnSchema::new(*name, *column_type)).collect());
    assert!(table.append(Extent::new(columns, Vec::new()).expect("columns of equal length")));
    table
}

fn answer(query: &str, catalog: &Catalog) -> Result<Vec<ResultTable>, EngineError> {
    let parameters =
        BTreeMap::from([("host".to_owned(), "'web-1'".to_owned()), ("most".to_owned(), "long(2)".to_owned())]);
    let options = Options { query_now: parse_datetime("2024-05-02T10:00:00Z"), ..Options::default() };
    run(query, catalog, "db", &parameters, options).map(|answer| answer.tables)
}

/// A cell as the files show it.
fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => format!("{text:?}"),
        Value::Dynamic(value) => value.to_json(),
        Value::Bool(value) => value.to_string(),
        other => other.to_string(),
    }
}

/// Cells in columns of equal width.
fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, cell)| format!("{cell:<width$}", width = width(column)));
        cells.collect::<Vec<_>>().join(" | ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn rendered(answer: Result<Vec<ResultTable>, EngineError>) -> String {
    match answer {
        Err(error) => format!("!! {error}\n"),
        Ok(tables) => tables.iter().map(rendered_table).collect::<Vec<_>>().join("\n"),
    }
}

fn rendered_table(table: &ResultTable) -> String {
    let mut rows =
        vec![table.schema.iter().map(|column| format!("{}:{}", column.name, column.column_type)).collect::<Vec<_>>()];
    rows.extend((0..table.rows).map(|row| table.row(row).map(|value| shown(&value)).collect()));
    let visualization = table.visualization.as_ref().map(|visualization| {
        let mut json = serde_json::to_value(visualization).expect("a visualization is JSON");
        json.as_object_mut()
            .expect("an object")
            .retain(|_, value| !value.is_null() && value != "NaN" && value != false);
        format!("{json}\n")
    });
    let title = if table.name == "PrimaryResult" { String::new() } else { format!("{}\n", table.name) };
    title + &aligned(&rows) + &visualization.unwrap_or_default()
}

/// The file with the engine's answers in the place of those it has, and the titles of the cases that differ.
fn checked(text: &str, catalog: &Catalog) -> (String, Vec<String>) {
    let mut parts = text.split("\n== ");
    let mut file = parts.next().unwrap_or_default().to_owned();
    let mut different = Vec::new();
    for part in parts {
        let (title, body) = part.split_once('\n').expect("a title and a query");
        let (query, expected) = body.split_once("\n--\n").unwrap_or((body.trim_end(), ""));
        let found = rendered(answer(query, catalog));
        if found.trim_end() != expected.trim_end() {
            different.push(format!("{title}\n{query}\nexpected\n{expected}\nfound\n{found}"));
        }
        file.push_str(&format!("\n== {title}\n{query}\n--\n{found}"));
    }
    (file, different)
}

#[test]
fn every_query_answers_what_its_file_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kql");
    let catalog = catalog();
    let update = std::env::var_os("KQL_TEST_UPDATE").is_some();
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let mut failures = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).expect("a file");
        let (file, different) = checked(&text, &catalog);
        assert!(file.contains("\n== "), "{} has no cases", path.display());
        if update {
            fs::write(&path, file).expect("the file");
        } else {
            failures.extend(different.into_iter().map(|difference| format!("{}: {difference}", path.display())));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn everything_that_a_query_can_use_is_shown_in_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kql");
    let files = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let text: String = files.map(|path| fs::read_to_string(path).expect("a file")).collect();
    let words: HashSet<&str> =
        text.split(|character: char| !character.is_alphanumeric() && !"_-".contains(character)).collect();
    let missing: Vec<&str> =
        entries().into_iter().map(|entry| entry.name).filter(|name| !words.contains(name)).collect();
    assert!(missing.is_empty(), "no query of tests/kql uses {}", missing.join(", "));
}
