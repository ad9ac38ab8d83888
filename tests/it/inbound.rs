//! What comes in: a caller's own token, what a request may be, what a call leaves behind for the next one (nothing), and what the log
//! says of it all.

use serde_json::{Value, json};
use std::{
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};
use tests::{
    cloud::{self, CLUSTER},
    cluster::Cluster,
    events,
    lambda::{Function, Outcome},
    network::{Network, Reply, Seen},
};

/// Two connections for the same callers: one takes their own tokens, the other has a secret.
const CONNECTIONS: &str = r#"
[[connection]]
name = "own"
cluster = "https://help.kusto.windows.net"
databases = ["Samples"]
credential = { kind = "caller-token" }
commands = ["show", "ingest"]

[[connection]]
name = "app"
cluster = "https://app.westeurope.kusto.windows.net"
databases = ["Samples"]
credential = { kind = "client-secret", tenant = "contoso.example", client_id = "1", secret = "env:SECRET" }
"#;

fn start(function: &str, network: &Network) -> Function {
    let settings = [("KUSTO_CONNECTIONS", CONNECTIONS), ("SECRET", cloud::SECRET), ("HTTP_AUTHORIZER", "jwt")];
    Function::start(function, &network.settings(&settings))
}

/// A token that a person would recognise.
fn token(name: &str) -> String {
    format!("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.{name}")
}

fn over_http(headers: &[(&str, &str)], request: &Value) -> Value {
    let mut event = events::http_request("POST", headers, &request.to_string());
    event["requestContext"]["authorizer"] = json!({"jwt": {"claims": {"oid": "ada"}, "scopes": null}});
    event
}

/// `request` with a caller's own token, over HTTP and directly.
fn with_token(request: &Value, token: &str) -> [(Value, Value); 2] {
    let bearer = format!("Bearer {token}");
    [
        (
            over_http(
                &[("X-Kusto-Authorization", &bearer), ("authorization", "Bearer eyJh.eyJz.for-the-gateway")],
                request,
            ),
            json!({}),
        ),
        (request.clone(), json!({"custom": {"kustoAuthorization": bearer}})),
    ]
}

/// The status or error type, and the sentence or body.
fn said(outcome: Outcome) -> (String, String) {
    match outcome {
        Outcome::Reply(reply) if reply["statusCode"].is_u64() => {
            (reply["statusCode"].to_string(), reply["body"].as_str().unwrap().to_owned())
        }
        Outcome::Reply(reply) => ("200".to_owned(), reply.to_string()),
        Outcome::Error(error_type, message) => (error_type, message),
    }
}

/// A request of each function that talks to Kusto.
fn requests() -> [(&'static str, Value); 4] {
    let table = json!({"table": "T", "mapping": "m", "records": [{"n": 1}]});
    [
        ("query", json!({"query": "T"})),
        ("query", json!({"csl": "T", "db": "Samples", "cluster": format!("https://{CLUSTER}")})),
        ("query-chart", json!({"query": "T", "chartType": "Pie Chart"})),
        ("ingest", table),
    ]
}

#[test]
fn every_function_sends_the_callers_own_token_to_the_one_cluster() {
    for (function, mut request) in requests() {
        let network = Network::new(cloud::well);
        let running = start(function, &network);
        if request["cluster"].is_null() {
            request["connection"] = json!("own");
        }
        for (index, (event, context)) in with_token(&request, &token("ada-canary")).into_iter().enumerate() {
            let (status, reply) = said(running.invoke_with(&event, &context));
            assert_eq!(status, "200", "{function}: {reply}");
            assert!(!reply.contains("canary"), "{reply}");
            let requests = network.requests();
            assert_eq!(requests.len(), index + 1, "{function}: {requests:?}");
            assert_eq!(requests[index].header("authorization"), Some(&*format!("Bearer {}", token("ada-canary"))));
            assert!(!requests[index].head.contains("for-the-gateway") && !requests[index].head.contains("x-kusto"));
        }
        // The next call has none, and gets nobody else's.
        for (event, status) in [(over_http(&[], &request), "401"), (request.clone(), "Unauthorized")] {
            let (got, message) = said(running.invoke(&event));
            assert_eq!(got, status);
            assert!(
                message.contains("connection `own` takes the caller's own token and the call has none"),
                "{message}"
            );
            assert!(message.contains("send it as X-Kusto-Authorization: Bearer <token>"), "{message}");
        }
        assert_eq!((network.requests().len(), network.asked().len()), (2, 1), "{function}");
    }
}

#[test]
fn a_token_that_nobody_asked_for_or_that_is_none_is_refused_before_anything_is_sent() {
    for (function, mut request) in requests().into_iter().filter(|(_, request)| request["cluster"].is_null()) {
        let network = Network::new(cloud::well);
        let running = start(function, &network);
        request["connection"] = json!("app");
        for (event, context) in with_token(&request, &token("ada-canary")) {
            let (status, message) = said(running.invoke_with(&event, &context));
            assert!(["400", "BadRequest"].contains(&&*status), "{status} {message}");
            assert!(
                message.contains("connection `app` has a credential of its own and takes no token of the caller"),
                "{message}"
            );
            assert!(!message.contains("canary"), "{message}");
        }
        request["connection"] = json!("own");
        for wrong in ["canary", "a.b.canary", "eyJh.eyJz.can ary", "eyJh.eyJz.canary,Bearer eyJh.eyJz.canary"] {
            for (event, context) in with_token(&request, wrong) {
                let (status, message) = said(running.invoke_with(&event, &context));
                assert!(["400", "BadRequest"].contains(&&*status), "{status} {message}");
                assert!(
                    message.contains("must be an access token of Entra") && !message.contains("canary"),
                    "{message}"
                );
            }
        }
        assert_eq!((network.requests().len(), network.asked().len()), (0, 0));
    }
}

/// Answers what it was asked and by whom; refuses who is called `expired`, and statements with `wrong` in them.
fn echo(seen: &Seen) -> Reply {
    let statement =
        serde_json::from_str::<Value>(&seen.body).ok().map(|body| body["csl"].to_string()).unwrap_or_default();
    let bearer = seen.header("authorization").unwrap_or_default();
    match seen.target.as_str() {
        "/v1/rest/auth/metadata" => cloud::well(seen),
        target if target.ends_with("/token") => cloud::well(seen),
        _ if bearer.contains("expired") => Reply::new(401, "", ""),
        _ if statement.contains("wrong") => {
            let error = json!({"error": {"code": "General_BadRequest", "@message": format!("{statement} {bearer}"), "@permanent": true}});
            Reply::new(400, "Content-Type: application/json\r\n", error.to_string())
        }
        _ => {
            let cell = json!(format!("{statement} {bearer}")).to_string();
            Reply::json(cloud::ONE_ROW.replace("\"one\"", &cell))
        }
    }
}

#[test]
fn nothing_of_one_call_reaches_another() {
    const CALLERS: usize = 8;
    const CALLS: usize = 400;
    let network = Network::new(echo);
    let function = start("query", &network);
    let (mut crossings, mut answers) = (0, [0; 5]);
    for call in 0..CALLS {
        // Neighbours differ in both, and over time every kind follows every other.
        let (caller, kind) = (call * 3 % CALLERS, call * 7 / 5 % 5);
        let name = format!("canary-{caller}-");
        let word = ["right", "wrong", "right", "right", "right"][kind];
        let mut request = json!({"connection": "own", "query": format!("print '{name}{call}-{word}'")});
        let who = if kind == 2 { format!("{name}expired") } else { name.clone() };
        let bearer = format!("Bearer {}", token(&who));
        let headers: &[_] = match kind {
            3 => &[],
            4 => {
                request["connection"] = json!("app");
                &[]
            }
            _ => &[("x-kusto-authorization", &*bearer)],
        };
        network.forget();
        let (status, body) = said(function.invoke(&over_http(headers, &request)));
        assert_eq!(status, ["200", "400", "401", "401", "200"][kind], "{body}");
        answers[kind] += 1;
        let sent: String = network.requests().iter().map(|seen| format!("{}{}", seen.head, seen.body)).collect();
        crossings += strangers(&body, &name) + strangers(&sent, &name);
        assert_eq!(body.contains(&name), ![2, 3].contains(&kind), "{body}");
        assert_eq!(sent.contains(&bearer), ![3, 4].contains(&kind), "{sent}");
    }
    assert_eq!((crossings, answers), (0, [80; 5]));
}

#[test]
fn the_late_answer_to_a_call_that_was_given_up_reaches_nobody() {
    // How many slow calls are over: the answer to one waits for that.
    let over = Arc::new((Mutex::new(0), Condvar::new()));
    let network = Network::new({
        let over = Arc::clone(&over);
        move |seen| {
            let slow = seen.body.split("slow-").nth(1).and_then(|rest| rest.split('\'').next()?.parse().ok());
            if let Some(round) = slow {
                drop(over.1.wait_while(over.0.lock().unwrap(), |over: &mut usize| *over <= round).unwrap());
            }
            echo(seen)
        }
    });
    let function = start("query", &network);
    let ask = |caller: usize, word: &str, time: Duration| {
        let name = format!("canary-{caller}-");
        let request = json!({"connection": "own", "query": format!("print '{name}{word}'")});
        let bearer = format!("Bearer {}", token(&name));
        let event = over_http(&[("x-kusto-authorization", &*bearer)], &request);
        let (status, body) = said(function.invoke_text(&event.to_string(), time));
        assert_eq!(strangers(&body, &name), 0, "{body}");
        (status, body.contains(&name))
    };
    for round in 0..5 {
        assert_eq!(ask(round, "quick", SOON), ("200".to_owned(), true));
        let slow = ask(round + 10, &format!("slow-{round}"), Duration::from_millis(700));
        assert_eq!(slow, ("504".to_owned(), false));
        *over.0.lock().unwrap() = round + 1;
        over.1.notify_all();
        assert_eq!(ask(round + 20, "quick", SOON), ("200".to_owned(), true));
    }
}

/// How often `text` holds the canary of somebody else than `name`.
fn strangers(text: &str, name: &str) -> usize {
    text.matches("canary-").count() - text.matches(name).count()
}

/// How long the answer to the worst request may take.
const SOON: Duration = Duration::from_secs(5);

#[test]
fn a_request_is_what_it_may_be_or_a_typed_error_soon() {
    let cluster = Cluster::answering_json(cloud::ONE_ROW.as_bytes());
    let settings = [("KUSTO_CLUSTER", cluster.url()), ("KUSTO_DATABASE", "db"), ("HTTP_AUTHORIZER", "none")];
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let objects = |levels: usize| r#"{"a":"#.repeat(levels) + "1" + &"}".repeat(levels);
    let query = |value: &str| format!(r#"{{"query": "T", "parameters": {{"n": {value}}}}}"#);
    let records = |value: &str| format!(r#"{{"table": "T", "mapping": "m", "records": [{{"n": {value}}}], "x": 1}}"#);
    let mail = |value: &str| format!(r#"{{"to": "a@example.com", "sections": {value}}}"#);
    let too_deep = "it nests deeper than";
    for (function, body, expected) in [
        (
            "query",
            query(&nested(1_000_000)),
            "LimitExceeded: the request has 2000037 bytes, more than the 262144 that query takes",
        ),
        ("query", query(&nested(100_000)), too_deep),
        ("query", query(&nested(31)), too_deep),
        ("query", objects(30_000), too_deep),
        ("query-chart", query(&nested(100_000)), too_deep),
        ("ingest", records(&nested(1_000_000)), too_deep),
        ("ingest", records(&objects(1_000_000)), too_deep),
        ("ingest", records(&nested(200)), "unknown field `x`"),
        ("ingest", nested(1_000_000), "the request must be a JSON object"),
        ("email", mail(&nested(1_000_000)), too_deep),
        ("email", objects(1_000_000), too_deep),
        (
            "query",
            r#"{"query": "T", "parameters": {"n": 1, "n": "canary"}}"#.to_owned(),
            "`parameters.n` is there twice",
        ),
        (
            "query",
            r#"{"query": "T", "parameters": {"n": {"type": "dynamic", "value": [{"a": 1, "\u0061": 2}]}}}"#.to_owned(),
            "`parameters.n.value[0].a` is there twice",
        ),
        (
            "query",
            r#"{"query": "T", "options": {"queryNow": "a", "queryNow": "b"}}"#.to_owned(),
            "`options.queryNow` is there twice",
        ),
        (
            "query",
            r#"{"query": "T", "options": {"queryNow": "a", "query_now": "b"}}"#.to_owned(),
            "`queryNow` is there twice, perhaps in two spellings",
        ),
        ("query", r#"{"query": "T", "csl": "U"}"#.to_owned(), "`query` is there twice, perhaps in two spellings"),
        (
            "query",
            r#"{"query": "T", "properties": {"Options": {}, "Options": {}}}"#.to_owned(),
            "`properties.Options` is there twice",
        ),
        (
            "query",
            r#"{"query": "T", "properties": "{\"Parameters\": {\"n\": 1, \"n\": 2}}"}"#.to_owned(),
            "is there twice",
        ),
        (
            "query",
            r#"{"query": "T", "schemaOnly": "canary"}"#.to_owned(),
            "`schemaOnly` is a string, expected a boolean",
        ),
        ("query", format!(r#"{{"query": "T", "{}": 1}}"#, "k".repeat(100_000)), "unknown field `kkkk"),
        (
            "query",
            format!(r#"{{"query": "T", "connection": "{}"}}"#, "c".repeat(200_000)),
            "there is no connection \"cccc",
        ),
        (
            "query",
            format!(r#"{{"query": "T", "database": "{}"}}"#, "d".repeat(200_000)),
            "does not allow database \"dddd",
        ),
    ] {
        let running = Function::start(
            function,
            &[&settings[..], &[("MAIL_URL", "file:///tmp"), ("MAIL_FROM", "a@example.com")]].concat(),
        );
        let over_http = events::http(&body).to_string();
        let mut begun = Instant::now();
        let (error_type, direct) = said(running.invoke_text(&body, SOON));
        let slowest = begun.elapsed();
        begun = Instant::now();
        let (status, http) = said(running.invoke_text(&over_http, SOON));
        let slowest = slowest.max(begun.elapsed());
        assert!(slowest < SOON, "{function}: {expected}: {slowest:?}");
        assert!(["BadRequest", "LimitExceeded", "Forbidden"].contains(&&*error_type), "{error_type} {direct}");
        assert!(["400", "413", "403"].contains(&&*status), "{status} {http}");
        let whole = format!("{error_type}: {direct}");
        assert!(whole.contains(expected), "{expected}: {whole}");
        assert!(direct.len() < 10_000 && http.len() < 20_000 && !http.contains("canary"), "{http}");
        let code = serde_json::from_str::<Value>(&http).unwrap()["code"].clone();
        assert_eq!(code, *error_type);
        let resident = running.peak_resident();
        assert!(resident < 64 << 20, "{function}: {resident} bytes resident");
    }
    assert_eq!(cluster.connections(), 0);
    let function = Function::start("query", &settings);
    assert_eq!(said(function.invoke_text(&query(&nested(30)), SOON)).0, "200");
    assert_eq!(cluster.connections(), 1);
}

#[test]
fn an_http_event_of_another_form_is_refused_as_http() {
    let cluster = Cluster::answering_json(cloud::ONE_ROW.as_bytes());
    let settings = [("KUSTO_CLUSTER", cluster.url()), ("KUSTO_DATABASE", "db"), ("HTTP_AUTHORIZER", "none")];
    let function = Function::start("query", &settings);
    let body = json!({"query": "T"}).to_string();
    let with = |change: fn(&mut Value)| {
        let mut event = events::http(&body);
        change(&mut event);
        event
    };
    let encoded = "the body is encoded: send it as it is";
    let json_only = "send it with content-type: application/json";
    let version = "with payload format version 2.0; REST APIs and load balancers send another one";
    for (event, status, sentence) in [
        (
            json!({"resource": "/query", "httpMethod": "POST", "body": body, "requestContext": {"resourceId": "1", "identity": {}, "httpMethod": "POST"}}),
            "400",
            version,
        ),
        (
            json!({"httpMethod": "POST", "body": body, "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:x"}}}),
            "400",
            version,
        ),
        (with(|event| event["version"] = json!("1.0")), "400", version),
        (with(|event| event["requestContext"]["http"] = Value::Null), "400", version),
        (with(|event| event["headers"] = json!({"content-type": "text/plain"})), "415", json_only),
        (with(|event| event["headers"] = json!({})), "415", json_only),
        (with(|event| event["headers"]["content-encoding"] = json!("gzip")), "415", encoded),
        (
            with(|event| event["isBase64Encoded"] = json!(true)),
            "400",
            "the body is not the base64 that it is said to be",
        ),
        (
            with(|event| (event["isBase64Encoded"], event["body"]) = (json!(true), json!("eyJxdWVyeSI6Iv8ifQ=="))),
            "400",
            "the body is not UTF-8 text: byte 10",
        ),
        (with(|event| event["body"] = Value::Null), "400", "the body is empty"),
        (with(|event| event["requestContext"]["http"]["method"] = json!("GET")), "405", "send the request with POST"),
    ] {
        let (got, body) = said(function.invoke(&event));
        assert_eq!(got, status, "{event}: {body}");
        assert!(body.contains(sentence), "{event}: {body}");
    }
    assert_eq!(cluster.connections(), 0);
    // What is encoded as it says is read, whatever the query of the URL is.
    let fine = with(|event| {
        event["isBase64Encoded"] = json!(true);
        event["body"] = json!("eyJxdWVyeSI6ICJUIn0=");
        event["rawQueryString"] = json!("a=b c&\u{7}");
    });
    assert_eq!(said(function.invoke(&fine)).0, "200");
}

#[test]
fn there_is_one_line_in_the_log_for_each_event_whatever_it_holds() {
    let cluster = Cluster::answering_json(cloud::ONE_ROW.as_bytes());
    let settings = [
        ("KUSTO_CLUSTER", cluster.url()),
        ("KUSTO_DATABASE", "db"),
        ("HTTP_AUTHORIZER", "none"),
        ("LOG_LEVEL", "info"),
    ];
    let function = Function::start("query", &settings);
    let forged = "\r\n{\"level\":\"ERROR\",\"message\":\"forged-canary\"}\n\u{1b}[31m\u{2028}\u{85}\0";
    let mut events: Vec<Value> = ["connection", "database", "query", "cluster", "format"]
        .iter()
        .map(|field| {
            let mut request = json!({"query": "T"});
            request[*field] = json!(forged);
            request
        })
        .collect();
    events.push(json!({"query": "T", forged: 1}));
    events.push(json!({"query": "T", "parameters": {forged: forged}}));
    events.push(json!({"query": "T", "options": {"requestDescription": forged}}));
    events.push(json!({"query": "T\n".repeat(100_000)}));
    events.push(json!({"detail-type": forged}));
    events.push(over_http(
        &[("user-agent", "forged-canary\t"), ("x-ms-client-request-id", "forged-canary")],
        &json!({"query": forged}),
    ));
    let mut event = events::http(forged);
    event["rawPath"] = json!(forged);
    event["requestContext"]["requestId"] = json!(forged);
    events.push(event);
    assert_eq!(events.len(), 12);
    for event in &events {
        function.invoke(event);
    }
    let log = function.log();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), events.len(), "{log}");
    for line in &lines {
        assert_eq!(line["message"], "answered", "{line}");
        let id = line["span"]["request_id"].as_str().unwrap();
        assert!(id.starts_with("00000000-0000-4000-8000-"), "{line}");
        assert!(line.to_string().len() < 1024);
    }
}

#[test]
fn a_connection_file_with_many_mistakes_is_a_list_of_them() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/kusto-client/tests/wrong-connections.toml");
    let (error, log) = Function::start("query", &[("KUSTO_CONNECTIONS", file), ("LOG_LEVEL", "error")]).refusal();
    let message = error.unwrap()["errorMessage"].as_str().unwrap().to_owned();
    let mut lines = message.lines();
    let count = message.lines().count() - 1;
    assert_eq!(
        lines.next().unwrap(),
        format!("KUSTO_CONNECTIONS: the connection file has {count} mistakes to correct:")
    );
    assert!(count > 50 && lines.clone().all(|line| line.starts_with("line ")), "{message}");
    // In the log each is a line of its own, whole.
    let logged: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let reasons: Vec<&str> = logged.iter().map(|line| line["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, message.lines().collect::<Vec<_>>());
}
