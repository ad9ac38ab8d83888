use super::folder;
use crate::storage::table::Table;
use std::fs;

/// Loads a folder with these files.
fn load(files: &[(&str, &str)]) -> Result<Vec<Table>, String> {
    let directory = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(directory.path().join(name), text).expect("a file");
    }
    let path = format!("{}/", directory.path().display());
    folder(directory.path()).map_err(|error| error.to_string().replace(&path, ""))
}

/// The columns and rows of a table, to compare and to look at.
fn show(table: &Table) -> String {
    let schema: Vec<String> =
        table.schema().iter().map(|column| format!("{}:{}", column.name, column.column_type)).collect();
    let columns = table.columns();
    let row = |row| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("|");
    let rows: Vec<String> = (0..table.rows()).map(row).collect();
    format!("{} ({})\n{}", table.name(), schema.join(", "), rows.join("\n"))
}

#[test]
fn csv_files_become_tables_with_the_types_of_all_rows() {
    let text = "\u{feff}n,x,when,took,id,on,bag,zip,text,empty,x,\n\
                1,1,2024-05-01T10:00:00Z,00:00:01.5,74be27de-1e4e-49d9-b579-fe0b331d3642,true,\"{\"\"a\"\":1}\",00123,\"a, b\",,p,q\n\
                -2,2.5,2024-05-02,1.00:00:00,,false,\"[1,2]\",99999,\"line\nbreak\",,\n\
                ,,,,,,,,,,\n";
    let tables = load(&[("Samples.csv", text), ("notes.txt", "not data"), ("Empty.CSV", "a,b\n")]).expect("tables");
    assert_eq!(
        tables.iter().map(show).collect::<Vec<_>>(),
        [
            "Empty (a:string, b:string)\n",
            "Samples (n:long, x:real, when:datetime, took:timespan, id:guid, on:bool, bag:dynamic, zip:string, text:string, \
             empty:string, x11:string, Column12:string)\n\
             1|1.0|2024-05-01T10:00:00.0000000Z|00:00:01.5000000|74be27de-1e4e-49d9-b579-fe0b331d3642|True|{\"a\":1}|00123|a, b||p|q\n\
             -2|2.5|2024-05-02T00:00:00.0000000Z|1.00:00:00||False|[1,2]|99999|line\nbreak|||\n\
             |||||||||||",
        ]
        .map(str::to_owned)
    );
}

#[test]
fn json_lines_become_tables_with_the_types_of_all_rows() {
    let text = "{\"n\":1,\"x\":1,\"s\":\"a\",\"when\":\"2024-05-01\",\"m\":1}\n\n\
                {\"n\":9223372036854775807,\"x\":0.5,\"s\":\"5\",\"when\":null,\"b\":true,\"o\":{\"k\":[1]},\"m\":\"one\"}\n";
    let tables = load(&[("A.jsonl", text), ("B.ndjson", "{\"a\":null}"), ("C.json-lines", "")]).expect("tables");
    assert_eq!(
        tables.iter().map(show).collect::<Vec<_>>(),
        [
            "A (n:long, x:real, s:string, when:datetime, m:dynamic, b:bool, o:dynamic)\n\
             1|1.0|a|2024-05-01T00:00:00.0000000Z|1||\n\
             9223372036854775807|0.5|5||one|True|{\"k\":[1]}",
            "B (a:string)\n",
            "C ()\n",
        ]
    );
}

#[test]
fn files_that_cannot_be_loaded_are_named_with_the_reason() {
    for (files, expected) in [
        (vec![("A.csv", "a\n1,2\n")], "cannot load A.csv: record 1 has 2 fields, but the header has 1"),
        (vec![("A.jsonl", "{}\n[1]\n")], "cannot load A.jsonl: line 2 is no JSON object"),
        (
            vec![("A.jsonl", "{")],
            "cannot load A.jsonl: line 1 is no JSON: EOF while parsing an object at line 1 column 1",
        ),
        (
            vec![("A.csv", "a\n"), ("A.jsonl", "{}")],
            "cannot load A.jsonl: there is another file for table 'A', so rename one of them",
        ),
    ] {
        assert_eq!(load(&files).map(|_| ()), Err(expected.to_owned()));
    }
    let missing = folder("/no/such/folder".as_ref()).expect_err("no folder");
    assert!(missing.to_string().starts_with("cannot read /no/such/folder: "), "{missing}");
}
