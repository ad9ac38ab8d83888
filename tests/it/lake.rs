//! The Sentinel data lake, and workspaces of Azure Monitor, through the real binaries: what Microsoft's guide does with them, and
//! what goes wrong with them.

mod rate;

use serde_json::{Value, json};
use std::{ffi::OsStr, process::Command, time::Duration};
use tests::{
    api::Api,
    binaries::root,
    cluster::{Answer, Cluster},
    events,
    kusto::Kusto,
    lambda::Function,
};

const WORKSPACE: &str = "workspace1-12345678-abcd-abcd-1234-1234567890ab";
const AZURE: &str = "/subscriptions/0f0f0f0f-1111-2222-3333-444444444444/resourcegroups/rg/providers";

/// An embedded Kusto with this workspace in its data lake, and users in the default one.
fn kusto(arguments: &[&str]) -> Kusto {
    let arguments = [&["--faults", "--database", WORKSPACE], arguments].concat();
    let kusto = Kusto::serve(&arguments.into_iter().map(OsStr::new).collect::<Vec<_>>());
    kusto.command(
        ".set EntraUsers <| datatable(UserPrincipalName:string, AccountEnabled:bool)['ada@contoso.example', true]",
    );
    kusto.command_in(
        WORKSPACE,
        ".set SigninLogs <| range i from 1 to 20 step 1 | project TimeGenerated = now() - i * 1m, \
         UserPrincipalName = iff(i % 2 == 0, 'ada@contoso.example', 'bob@contoso.example'), IPAddress = strcat('192.0.2.', i), \
         ResultType = iff(i % 5 == 0, '50126', '0')",
    );
    kusto
}

/// A function with a connection to what is at `path`, with every database of it.
fn function(kusto: &Kusto, action: &str, path: &str) -> Function {
    let file = format!(
        "[[connection]]\nname = \"soc\"\ncluster = \"{}{path}\"\ndatabases = [\"*\"]\ncredential = {{ kind = \"none\" }}\n",
        kusto.url()
    );
    Function::start(action, &[("KUSTO_CONNECTIONS", &file), ("HTTP_AUTHORIZER", "none")])
}

fn lake(kusto: &Kusto, action: &str) -> Function {
    function(kusto, action, "/lake/kql")
}

/// The status and the body that an HTTP caller gets who posts this.
fn post(function: &Function, body: &Value) -> (u64, Value) {
    let reply = function.invoke(&events::http(&body.to_string())).reply();
    (reply["statusCode"].as_u64().unwrap(), serde_json::from_str(reply["body"].as_str().unwrap()).unwrap())
}

/// What the function asked of the lake since it was started, and nothing of what the test did.
fn asked(kusto: &Kusto) -> Vec<Value> {
    let is_of_functions =
        |request: &Value| request["clientRequestId"].as_str().unwrap_or_default().starts_with("AzureDataExplorer");
    kusto.requests().into_iter().filter(is_of_functions).collect()
}

/// "Run KQL queries on the Microsoft Sentinel data lake using APIs" (Microsoft Learn): the body of its script, and that of its HTTP client.
#[test]
fn the_guides_requests_are_answered_as_the_guide_writes_them() {
    let kusto = kusto(&[]);
    let query = lake(&kusto, "query");
    let script = json!({
        "csl": "SigninLogs | take 10",
        "db": WORKSPACE,
        "properties": {
            "Options": {
                "servertimeout": "00:04:00",
                "queryconsistency": "strongconsistency",
                "query_language": "kql",
                "request_readonly": false,
                "request_readonly_hardline": false,
            }
        }
    });
    assert_eq!(query.invoke(&script).reply()["rowCount"], 10);
    let client = json!({"db": "default", "csl": "EntraUsers | take 10"});
    let (status, reply) = post(&query, &client);
    assert_eq!((status, &reply["value"][0]["UserPrincipalName"]), (200, &json!("ada@contoso.example")));
    let asked = asked(&kusto);
    assert!(asked.iter().all(|request| request["path"] == "/lake/kql/v2/rest/query"), "{asked:#?}");
    assert_eq!(asked.len(), 2);
    // The embedded lake takes them from anybody, as the script sends them, and answers in frames.
    for body in [script, client] {
        let (status, answer) = kusto.send("POST", "/lake/kql/v2/rest/query", &body.to_string());
        let frames: Vec<Value> = serde_json::from_str(&answer).unwrap();
        assert_eq!((status, frames.last().unwrap()["FrameType"].as_str()), (200, Some("DataSetCompletion")));
    }
}

/// The guide's script as a program, end to end: a token of Entra for the application, the guide's body, rows. It asks the lake itself, and
/// `query` in its place.
#[test]
fn a_service_principal_asks_in_python() {
    let kusto = kusto(&[]);
    let entra = Cluster::scripted(|_| {
        Answer::new(200, "content-type: application/json\r\n", r#"{"access_token": "eyJh.eyJz.c2ln"}"#)
    });
    let file = format!(
        "[[connection]]\nname = \"soc\"\ncluster = \"{}/lake/kql\"\ndatabases = [\"{WORKSPACE}\"]\ncredential = {{ kind = \"none\" }}\n",
        kusto.url()
    );
    let api = Api::start(&[("KUSTO_CONNECTIONS", &file), ("HTTP_AUTHORIZER", "none")], Duration::from_secs(30));
    let (lake, functions) = (format!("{}/lake/kql", kusto.url()), api.at(""));
    for (place, scope) in [
        (&[("LAKE", lake.as_str())][..], "4500ebfb-89b6-4b14-a480-7f749797bfcd%2F.default"),
        (&[("API", &functions), ("API_SCOPE", "api://kusto-actions/.default")], "api%3A%2F%2Fkusto-actions%2F.default"),
    ] {
        let mut command = Command::new("python3");
        command.arg(root().join("infra/azure/playbooks/ask_lake.py"));
        command.arg("SigninLogs\n| summarize SignIns = count() by UserPrincipalName\n| order by UserPrincipalName asc");
        command.env("LOGIN", entra.url()).env("TENANT_ID", "contoso.example").env("CLIENT_ID", "1");
        command
            .env("CLIENT_SECRET", "canary")
            .env("DATABASE", WORKSPACE)
            .env("no_proxy", "*")
            .envs(place.iter().copied());
        let output = command.output().unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(
            rows,
            [
                json!({"UserPrincipalName": "ada@contoso.example", "SignIns": 10}),
                json!({"UserPrincipalName": "bob@contoso.example", "SignIns": 10}),
            ],
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let asked = entra.requests().pop().unwrap();
        assert_eq!(asked.line(), "POST /contoso.example/oauth2/v2.0/token");
        let form = format!("grant_type=client_credentials&client_id=1&client_secret=canary&scope={scope}");
        assert_eq!(asked.body(), form);
    }
    let paths: Vec<Value> = kusto.requests().iter().map(|request| request["path"].clone()).collect();
    assert_eq!(paths.iter().filter(|path| **path == "/lake/kql/v2/rest/query").count(), 2, "{paths:?}");
}

/// A playbook asks what an entity of an incident did lately: over several lines, with blanks around the workspace, and with the entity
/// beside the query.
#[test]
fn a_playbook_enriches_an_incident() {
    let kusto = kusto(&[]);
    let query = lake(&kusto, "query");
    let request = json!({
        "db": format!(" {WORKSPACE}\n"),
        "csl": "declare query_parameters(upn:string);\nSigninLogs\n| where TimeGenerated > ago(1d) // the last day\n| where UserPrincipalName =~ upn\n\
                | summarize SignIns = count(), Failures = countif(ResultType != '0'), Addresses = dcount(IPAddress) by UserPrincipalName\n",
        "parameters": {"upn": "ADA@contoso.example' or true //"},
        "probe": {"table": "SigninLogs"},
    });
    let (status, reply) = post(&query, &request);
    assert_eq!((status, &reply["value"]), (200, &json!([])), "{reply}");
    let latest = reply["probe"]["latest"].as_str().unwrap();
    assert!(latest.starts_with("20") && latest.ends_with('Z'), "{reply}");
    let mut request = request;
    request["parameters"]["upn"] = json!("ADA@contoso.example");
    let (status, reply) = post(&query, &request);
    assert_eq!((status, &reply["value"][0]["SignIns"], &reply["value"][0]["Failures"]), (200, &json!(10), &json!(2)));
    assert!(reply.get("probe").is_none(), "{reply}");
}

#[test]
fn a_probe_tells_no_match_from_not_there_yet() {
    let kusto = kusto(&[]);
    kusto.command(".set Old <| print TimeGenerated = ago(30d)");
    let query = lake(&kusto, "query");
    let probed = |csl: &str, probe: Value| {
        let reply = query.invoke(&json!({"db": "default", "csl": csl, "probe": probe})).reply();
        assert_eq!(reply["rowCount"], 0);
        reply["probe"].clone()
    };
    let nothing = "EntraUsers | where false";
    assert_eq!(probed(nothing, json!({"table": "Old"})), json!({"table": "Old", "latest": null}));
    // Whatever a table is called, it is one name.
    for table in ["Missing", "Old | union EntraUsers", "Old'] | take 1 //", ".drop table Old", ""] {
        let expected = json!({"table": table, "latest": null, "errorType": "NotFound"});
        let probe = probed(nothing, json!({"table": table}));
        assert!(probe == expected || probe["errorType"] == "QueryError", "{probe}");
    }
    assert_eq!(probed(nothing, json!({"table": "Old", "column": "Nope"}))["errorType"], "QueryError");
    assert_eq!(kusto.query("Old | count")["Rows"], json!([[1]]));
    let error = query.invoke(&json!({"db": "default", "csl": nothing, "probe": {"tabel": "Old"}})).error();
    assert!(error.contains("unknown field `tabel`"), "{error}");
}

#[test]
fn what_the_lake_does_not_support_is_refused_before_it_is_sent() {
    let kusto = kusto(&[]);
    let (query, show) = (lake(&kusto, "query"), lake(&kusto, "show-command"));
    for (csl, sentence) in [
        (
            "SigninLogs\n| extend t = ingestion_time()",
            "`ingestion_time` in line 2, column 14 is not supported by the data lake",
        ),
        (
            "union SigninLogs, adx('https://help.kusto.windows.net/Samples').T",
            "`adx` in line 1, column 19 is not supported",
        ),
        ("arg('').Resources", "`arg` in line 1, column 1 is not supported"),
        ("externaldata(a:string)['https://evil.example']", "`externaldata` in line 1, column 1 is not supported"),
        (".show databases", "`query` is a management command"),
    ] {
        let error = query.invoke(&json!({"db": "default", "csl": csl})).error();
        assert!(error.starts_with("BadRequest: ") && error.contains(sentence), "{csl}: {error}");
    }
    for command in [".show tables", ".show database schema", ".show operations"] {
        let error = show.invoke(&json!({"db": "default", "csl": command})).error();
        assert!(error.starts_with("BadRequest: the data lake knows four management commands"), "{command}: {error}");
    }
    for (database, sentence) in
        [("workspace1", "is no database of the data lake"), ("NetDefaultDB", "is no database of the data lake")]
    {
        let error = query.invoke(&json!({"db": database, "csl": "print 1"})).error();
        assert!(error.starts_with("BadRequest: ") && error.contains(sentence), "{error}");
    }
    assert_eq!(asked(&kusto), Vec::<Value>::new());
    let databases = show.invoke(&json!({"db": "default", "csl": ".show databases"})).reply();
    assert_eq!(databases["rowCount"], 2);
}

#[test]
fn every_refusal_has_its_error_type_and_none_is_an_empty_success() {
    let kusto = kusto(&[]);
    let query = lake(&kusto, "query");
    let missing = WORKSPACE.replace("workspace1", "workspace2");
    let error = query.invoke(&json!({"db": missing, "csl": "SigninLogs | take 10"})).error();
    assert!(
        error.starts_with("NotFound: ")
            && error.contains("check `database`: it is `default` or <workspaceName>-<workspaceId>"),
        "{error}"
    );
    let answer =
        |status: u16, message: &str| json!({"answer": {"status": status, "message": message, "permanent": true}});
    for (fault, error_type, sentence) in [
        (
            answer(403, "Sentinel workspaces applying customer-managed keys aren't accessible."),
            "NotFound",
            "the data lake has no workspace with customer-managed keys",
        ),
        (answer(403, "no"), "Forbidden", "the Azure role Log Analytics Reader on the workspace"),
        (
            answer(400, "No time range set. Add a time parameter to control query cost and avoid timeouts."),
            "QueryError",
            "add a time filter",
        ),
        (
            answer(
                400,
                "Unsupported function. Modify your query to remove functions that are not supported in the data lake: f().",
            ),
            "QueryError",
            "remove what the data lake does not support",
        ),
        (answer(400, "Unexpected control command"), "QueryError", "the data lake knows .show version"),
        (answer(400, "Table could not be found or is empty."), "NotFound", "new data takes about 15 minutes"),
        (answer(504, "Queries timing out at Gateway."), "RequestTimeout", "add a time filter, or a narrower one"),
        (answer(429, "Too many requests."), "Throttled", "try again later"),
        (
            json!({"answer": {"status": 200, "body": {"Tables": [{"TableName": "T", "Columns": [{"ColumnName": "a", "DataType": "String"}], "Rows": []}]}}}),
            "Unavailable",
            "it is in the form of v1",
        ),
        (json!({"answer": {"status": 200, "body": []}}), "Unavailable", "the answer was cut off"),
        (json!({"answer": {"status": 200, "body": ""}}), "Unavailable", "the cluster's answer cannot be used"),
        (
            json!({"answer": {"status": 200, "body": "Table could not be found or is empty."}}),
            "NotFound",
            "check the table's name",
        ),
        (json!({"partialFailure": "row"}), "PartialQueryFailure", "the query failed after it had begun to answer"),
        (
            json!({"partialFailure": "completion"}),
            "PartialQueryFailure",
            "the query failed after it had begun to answer",
        ),
    ] {
        // A new function each time: one that was rejected leaves the lake alone for a while.
        let query = lake(&kusto, "query");
        let mut fault = fault;
        fault["times"] = json!(3);
        fault["match"] = json!({"path": "/lake/kql", "text": "print"});
        kusto.fault(&fault);
        let request = json!({"db": "default", "csl": "print 1"}).to_string();
        let error = query.invoke_text(&request, std::time::Duration::from_secs(12)).error();
        assert!(error.starts_with(&format!("{error_type}: ")) && error.contains(sentence), "{fault}: {error}");
        kusto.send("DELETE", "/faults", "");
    }
    let empty = query.invoke(&json!({"db": WORKSPACE, "csl": "SigninLogs | where false"})).reply();
    assert_eq!(
        (&empty["value"], &empty["rowCount"], &empty["completeness"]),
        (&json!([]), &json!(0), &json!("complete"))
    );
    assert_eq!(empty["columns"].as_array().unwrap().len(), 4);
}

#[test]
fn a_workspace_of_azure_monitor_is_a_connection() {
    let kusto = kusto(&[]);
    for path in ["/microsoft.operationalinsights/workspaces/soc", "/microsoft.insights/components/shop"] {
        let query = function(&kusto, "query", &format!("{AZURE}{path}"));
        let request = json!({"db": WORKSPACE, "csl": "SigninLogs\n| summarize n = count()"});
        assert_eq!(query.invoke(&request).reply()["value"], json!([{"n": 20}]));
        let cluster = format!("{}{}{path}/", kusto.url(), AZURE.replace("resourcegroups", "resourceGroups"));
        let request = json!({"cluster": cluster, "db": WORKSPACE, "csl": "print 1"});
        assert_eq!(query.invoke(&request).reply()["rowCount"], 1);
        let other = json!({"cluster": cluster.replace("/rg/", "/other/"), "db": WORKSPACE, "csl": "print 1"});
        let error = query.invoke(&other).error();
        assert!(error.starts_with("Forbidden: no connection is configured for cluster"), "{error}");
    }
    assert!(asked(&kusto).iter().all(|request| request["path"].as_str().unwrap().ends_with("/v2/rest/query")));
}

#[test]
fn a_connection_to_a_lake_or_a_workspace_is_checked() {
    let kusto = kusto(&[]);
    for (path, database, of) in [
        ("/lake/kql".to_owned(), WORKSPACE, "data lake"),
        (format!("{AZURE}/microsoft.operationalinsights/workspaces/soc"), WORKSPACE, "Log Analytics workspace"),
    ] {
        let check = function(&kusto, "check-connection", &path);
        let reply = check.invoke(&json!({"database": database, "table": "SigninLogs", "mapping": "m"})).reply();
        assert_eq!(reply["ok"], true, "{reply:#}");
        let said = |step: &str| {
            let steps = reply["connections"][0]["steps"].as_array().unwrap();
            let found = steps.iter().find(|found| found["step"] == step).unwrap();
            format!("{}: {}", found["status"].as_str().unwrap(), found["message"].as_str().unwrap())
        };
        assert_eq!(said("query"), "ok: `print 1` has its answer");
        assert_eq!(said("table"), "ok: SigninLogs is there, columns: 4");
        for step in ["streaming", "mapping"] {
            assert_eq!(said(step), format!("skipped: a {of} takes no records"));
        }
        let any = check.invoke(&json!({})).reply();
        assert_eq!((&any["ok"], &any["connections"][0]["database"]), (&json!(true), &json!("*")), "{any:#}");
        let table = check.invoke(&json!({"database": database, "table": "Nope"})).reply();
        assert_eq!(table["ok"], false);
    }
    let missing = WORKSPACE.replace("workspace1", "workspace2");
    let reply = lake(&kusto, "check-connection").invoke(&json!({"database": missing})).reply();
    let step = &reply["connections"][0]["steps"][5];
    assert!(step["status"] == "failed" && step["message"].as_str().unwrap().contains(WORKSPACE), "{reply:#}");
    assert!(step["remedy"].as_str().unwrap().contains("Log Analytics Reader on the workspace"), "{step}");
}

#[test]
fn nothing_is_written_to_a_lake() {
    let kusto = kusto(&[]);
    let file = format!(
        "[[connection]]\nname = \"soc\"\ncluster = \"{}/lake/kql\"\ndatabases = [\"default\"]\ncredential = {{ kind = \"none\" }}\n\
         commands = [\"show\", \"ingest\", \"set-or-append\", \"create-merge\"]\n",
        kusto.url()
    );
    let settings = [("KUSTO_CONNECTIONS", file.as_str())];
    let command = Function::start("async-command", &settings);
    let error = command.invoke(&json!({"csl": ".set-or-append async EntraUsers <| print 1"})).error();
    assert!(error.starts_with("BadRequest: the data lake knows four management commands"), "{error}");
    let ingest = Function::start("ingest", &settings);
    let error = ingest.invoke(&json!({"table": "EntraUsers", "mapping": "m", "records": [{"a": 1}]})).error();
    assert!(error.starts_with("BadRequest: ") && error.contains("a data lake takes no records"), "{error}");
    assert_eq!(asked(&kusto), Vec::<Value>::new());
}
