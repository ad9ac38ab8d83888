//! The tools on the Sentinel data lake.

use super::{answered, said};
use serde_json::{Value, json};
use std::ffi::OsStr;
use tests::{kusto::Kusto, lambda::Function};

const WORKSPACE: &str = "soc-12345678-abcd-abcd-1234-1234567890ab";

/// An embedded Kusto with tables in its lake's default database and in a workspace, and `mcp` with a connection to these databases of it.
fn start(databases: &str) -> (Kusto, Function) {
    let kusto = Kusto::serve(&["--database", WORKSPACE].map(OsStr::new));
    kusto.command(".create table Users (Name:string) with (folder='entra')");
    kusto.command(".create table Devices (Name:string, Count:long) with (docstring='what they sign in from')");
    kusto.command(".append Devices <| datatable(Name:string, Count:long)['phone', 2, 'laptop', 5]");
    kusto.command_in(WORKSPACE, ".create table SigninLogs (UserPrincipalName:string)");
    let file = format!(
        "[[connection]]\nname = \"soc\"\ncluster = \"{}/lake/kql\"\ndatabases = {databases}\ncredential = {{ kind = \"none\" }}\n",
        kusto.url()
    );
    let function = Function::start("mcp", &[("KUSTO_CONNECTIONS", &file), ("HTTP_AUTHORIZER", "none")]);
    (kusto, function)
}

fn works(function: &Function, tool: &str, arguments: Value) -> Value {
    let result = answered(function, tool, arguments);
    assert_eq!(result["isError"], false, "{tool}: {result}");
    result
}

#[test]
fn each_tool_works_on_the_data_lake() {
    let (_kusto, function) = start("[\"default\"]");
    let tables = said(&works(&function, "list_tables", json!({})));
    let expected = json!([
        {"TableName": "Devices", "Folder": "", "DocString": "what they sign in from"},
        {"TableName": "Users", "Folder": "entra", "DocString": ""},
    ]);
    assert_eq!(
        (&tables["value"], &tables["rowCount"], &tables["completeness"]),
        (&expected, &json!(2), &json!("complete"))
    );
    assert!(tables.get("rest").is_none(), "{tables}");
    let columns = said(&works(&function, "table_schema", json!({"table": "Devices"})));
    let expected =
        json!([{"ColumnName": "Name", "ColumnType": "string"}, {"ColumnName": "Count", "ColumnType": "long"}]);
    assert_eq!(columns["value"], expected);
    let rows = said(&works(&function, "query", json!({"query": "Devices | where Count > 2"})));
    assert_eq!(rows["value"], json!([{"Name": "laptop", "Count": 5}]));
    let command = json!({"command": ".show databases | count"});
    assert_eq!(said(&works(&function, "show_command", command))["value"], json!([{"Count": 2}]));
    let chart = works(&function, "chart", json!({"query": "Devices", "chartType": "Pie Chart"}));
    assert_eq!((&chart["content"][0]["mimeType"], &said(&chart)["rowCount"]), (&json!("image/png"), &json!(2)));
}

#[test]
fn tables_are_those_of_the_database_that_is_meant() {
    let (_kusto, function) = start("[\"*\"]");
    let tables = said(&works(&function, "list_tables", json!({"database": WORKSPACE})));
    assert_eq!(tables["value"], json!([{"TableName": "SigninLogs", "Folder": "", "DocString": ""}]));
    let result = answered(&function, "list_tables", json!({}));
    assert_eq!((&result["isError"], &said(&result)["errorType"]), (&json!(true), &json!("BadRequest")), "{result}");
}

/// What `rest` says to call can be called.
#[test]
fn many_tables_are_cut_and_the_rest_can_be_asked_for() {
    let (kusto, function) = start("[\"default\"]");
    let long = "x".repeat(20_000);
    for table in ["A", "B"] {
        kusto.command(&format!(".create table {table} (a:string) with (docstring='{long}')"));
    }
    let tables = said(&works(&function, "list_tables", json!({})));
    assert_eq!((&tables["rowCount"], &tables["rowsLeftOut"]), (&json!(1), &json!(3)), "{tables}");
    let rest = tables["rest"].as_str().unwrap();
    assert!(rest.starts_with("only 1 of 4 rows are shown: call show_command with `"), "{rest}");
    let command =
        rest.split('`').nth(1).unwrap().replacen("\"...\"", "\"default\"", 1).replacen("\"...\"", "\"Us\"", 1);
    let named = said(&works(&function, "show_command", json!({"command": command})));
    assert_eq!(named["value"], json!([{"EntityName": "Users", "Folder": "entra", "DocString": ""}]));
}
