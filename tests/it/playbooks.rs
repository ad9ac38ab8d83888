//! The examples in infra/azure/playbooks: their calls as they are written there, against the functions behind the API; and what is in them
//! whatever an attacker names an entity.

mod whole;

use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Command, Output, Stdio},
    time::Duration,
};
use tests::{api::Api, binaries::root, http::Answer, kusto::Kusto, logic_apps};

const GEO_IP: &str = "network,country_name\n192.0.2.0/24,Wonderland\n198.51.100.0/24,Oz\n";

/// What an attacker may call an address.
const HOSTILE: [&str; 24] = [
    "' | union Secrets //",
    "\" | union Secrets //",
    "\\' or true //",
    "\\",
    "\"]) | union Secrets //",
    "\")]) | union Secrets //",
    "'; set notruncation; Secrets //",
    "\n.drop table Secrets",
    "\u{2028}.drop table Secrets",
    "``` | union Secrets ```",
    "// '\n| union Secrets",
    "h'secret'",
    "dynamic([\"192.0.2.1\"])",
    "@{body('Secrets')}",
    "@body('Secrets')",
    "@@{x}",
    "{{addresses}}",
    "{\"type\": \"string\", \"value\": \"x\"}",
    "]}, \"query\": \"Secrets\"",
    "externaldata(a:string)['https://evil.example']",
    "<img src=x onerror=alert(1)>",
    "</td></tr></table><script>alert(1)</script>",
    "$(id) `id` '; id #",
    "Zoë 主机 😀' //",
];

fn file(name: &str) -> PathBuf {
    root().join("infra/azure/playbooks").join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(file(name)).unwrap()
}

fn setup() -> (Kusto, Api) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("GeoIp.csv"), GEO_IP).unwrap();
    fs::write(folder.path().join("Secrets.csv"), "word\ncanary\n").unwrap();
    let data = folder.path().to_str().unwrap();
    let kusto = Kusto::serve(&["--faults", "--data", data].map(AsRef::as_ref));
    let api = Api::with_cluster(kusto.url(), &[], Duration::from_secs(60));
    (kusto, api)
}

/// The actions of the playbook, by name.
fn actions() -> Value {
    let template: Value = serde_json::from_str(&read("enrich-incident.json")).unwrap();
    let resources = template["resources"].as_array().unwrap();
    let workflow = resources.iter().find(|resource| resource["type"] == "Microsoft.Logic/workflows").unwrap();
    workflow["properties"]["definition"]["actions"].clone()
}

/// A value of the playbook as Logic Apps makes it: an expression alone is replaced by its value, one in a text by its text.
fn evaluated(value: &Value, api: &Api, addresses: &[&str]) -> Value {
    match value {
        Value::String(text) => match text.as_str() {
            "@body('Addresses')" => json!(addresses),
            "@parameters('connection')" => json!("local"),
            "@parameters('database')" => json!("NetDefaultDB"),
            "@triggerBody()?['object']?['name']" => json!("incident-1"),
            text => {
                let text = text.replace("@{parameters('api')}", &api.at(""));
                assert!(!text.contains('@'), "{text} is pasted together");
                json!(text)
            }
        },
        Value::Array(all) => all.iter().map(|one| evaluated(one, api, addresses)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, one)| (name.clone(), evaluated(one, api, addresses))).collect()
        }
        other => other.clone(),
    }
}

/// Makes the call of an action as Logic Apps does.
fn call(action: &Value, api: &Api, addresses: &[&str]) -> Answer {
    let mut inputs = action["inputs"].clone();
    inputs.as_object_mut().unwrap().remove("authentication").unwrap();
    let inputs = evaluated(&inputs, api, addresses);
    let headers = inputs["headers"].as_object().unwrap().iter();
    let headers: Vec<(&str, &str)> = headers.map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
    let (method, url) = (inputs["method"].as_str().unwrap(), inputs["uri"].as_str().unwrap());
    let body = inputs["body"].to_string();
    logic_apps::call(method, url, &headers, body.as_bytes(), &|_| api.lambda.wait_for_events()).answer
}

/// The queries that Kusto was sent.
fn queries(kusto: &Kusto) -> Vec<String> {
    let requests = kusto.requests();
    let queries = requests.iter().filter(|request| request["path"] == "/v2/rest/query");
    queries.map(|request| request["csl"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_playbook_comments_where_the_addresses_are() {
    let (kusto, api) = setup();
    let actions = actions();
    let answer = call(&actions["Look_up"], &api, &["192.0.2.7", "203.0.113.9"]);
    let html = String::from_utf8(answer.body).unwrap();
    assert_eq!((answer.status, html.contains("Wonderland"), html.contains("203.0.113.9")), (200, true, true), "{html}");
    let recorded = call(&actions["Record"], &api, &["192.0.2.7"]);
    assert_eq!((recorded.status, &recorded.json()["ingested"]), (200, &json!(1)));
    assert_eq!(
        kusto.query("Enrichments | project Incident, Addresses")["Rows"],
        json!([["incident-1", ["192.0.2.7"]]])
    );
}

#[test]
fn what_changes_something_is_not_sent_again_and_nobody_has_a_secret() {
    for (name, action) in actions().as_object().unwrap() {
        let changes = ["Record", "Comment"].contains(&name.as_str());
        assert_eq!(action["inputs"]["retryPolicy"]["type"] == "none", changes, "{name}");
        if action["type"] == "Http" {
            let authentication = json!({"type": "ManagedServiceIdentity", "audience": "@parameters('audience')"});
            assert_eq!(action["inputs"]["authentication"], authentication, "{name}");
        }
    }
    assert_eq!(actions()["Look_up"]["inputs"]["body"]["query"], read("geo-ip.kql"));
}

#[test]
fn whatever_an_entity_is_called_the_query_stays_as_it_is_written() {
    let (kusto, api) = setup();
    let look_up = actions()["Look_up"].clone();
    for hostile in HOSTILE {
        let answer = call(&look_up, &api, &[hostile, "192.0.2.1"]);
        let html = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, 200, "{hostile}: {html}");
        assert_eq!(html.matches("Wonderland").count(), 1, "{hostile}: {html}");
        assert!(!html.contains("canary") && !html.contains("<img") && !html.contains("<script"), "{hostile}: {html}");
        assert_eq!(html.matches("<tr").count(), 3, "a head and two rows: {html}");
    }
    let texts = queries(&kusto);
    assert_eq!(texts.len(), HOSTILE.len());
    assert!(texts.iter().all(|text| *text == read("geo-ip.kql")), "{texts:?}");
    assert_eq!(kusto.query("Secrets | count")["Rows"], json!([[1]]));
}

/// Runs a program of the examples with the API's settings.
fn run(program: &str, arguments: &[&str], api: &Api) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).env("API", api.at("")).env("TOKEN", "x").env("no_proxy", "*");
    command.output().unwrap()
}

/// Runs a Python program of the examples; where it would sleep, it says how long, and goes on when the functions are done.
fn run_waiting(arguments: &[&str], api: &Api) -> String {
    const SLEEPLESS: &str = "import runpy, sys, time\n\
                             def sleep(seconds):\n    print(seconds, file=sys.stderr, flush=True)\n    sys.stdin.readline()\n\
                             time.sleep = sleep\nsys.argv = sys.argv[1:]\nrunpy.run_path(sys.argv[0], run_name='__main__')";
    let mut command = Command::new("python3");
    command.args(["-c", SLEEPLESS]).args(arguments).env("API", api.at("")).env("TOKEN", "x").env("no_proxy", "*");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pause = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut pause).unwrap();
    assert_eq!(pause, "5\n", "it waits as long as Retry-After says");
    api.lambda.wait_for_events();
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn curl_and_python_get_the_same_and_the_query_stays_as_it_is_written() {
    let (kusto, api) = setup();
    let (sh, py) = (file("enrich.sh"), file("enrich.py"));
    let (sh, py) = (sh.to_str().unwrap(), py.to_str().unwrap());
    let hostile = "' | union Secrets // $(id) \"";
    let by_curl = run("sh", &[sh, "192.0.2.7", hostile], &api);
    let csv = String::from_utf8(by_curl.stdout).unwrap();
    assert!(by_curl.status.success() && csv.contains("\"192.0.2.7\",\"Wonderland\""), "{csv}");
    let lines = run_waiting(&[py, "198.51.100.7", hostile], &api);
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((rows.len(), &rows[0]["country_name"]), (2, &json!("Oz")), "{lines}");
    assert_eq!(rows[1]["address"], hostile);
    assert_eq!(queries(&kusto), [read("geo-ip.kql"), read("geo-ip.kql")]);
}

#[test]
fn the_job_fails_where_there_are_rows() {
    let (_kusto, api) = setup();
    let workflow = read("ci.yml");
    let script = workflow.split("run: |\n").nth(1).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (query, succeeds) in
        [("GeoIp | where country_name == 'Nowhere'", true), ("GeoIp", false), ("GeoIp | where", false)]
    {
        let mut command = Command::new("bash");
        command.args(["-eo", "pipefail", "-c", script]).current_dir(folder.path());
        command.env("API", api.at("")).env("TOKEN", "x").env("QUERY", query).env("no_proxy", "*");
        let output = command.output().unwrap();
        assert_eq!(output.status.success(), succeeds, "{query}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
