use crate::commands;
use crate::node::Node;
use crate::node::request::Request;
use crate::serve::faults::Faults;
use crate::serve::serve;
use crate::storage::catalog::DEFAULT_DATABASE;
use axum::body::Bytes;
use axum::http;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH};
use axum::http::{HeaderMap, StatusCode};
use flate2::Compression;
use flate2::read::{GzDecoder, GzEncoder};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use std::io::Read;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The endpoint on a port of its own, and a client of it.
pub(super) struct Endpoint {
    pub(super) url: String,
    pub(super) node: Arc<Node>,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// A reply: status, headers and body.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Endpoint {
    /// Starts an endpoint whose default database these commands have changed.
    async fn start(commands: &[&str]) -> Self {
        Self::start_with(Node::default(), commands, None).await
    }

    /// Starts an endpoint of this node, with a fault switch or without.
    pub(super) async fn start_with(node: Node, commands: &[&str], faults: Option<Arc<Faults>>) -> Self {
        let node = Arc::new(node);
        node.store.update(|catalog| {
            catalog.database_mut(DEFAULT_DATABASE);
        });
        for command in commands {
            commands::run(&node, &Request::new(DEFAULT_DATABASE, *command))
                .unwrap_or_else(|error| panic!("{command}: {error}"));
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(serve(listener, node.clone(), faults));
        Self { url, node, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Reply {
        self.try_send(method, path, headers, body.into()).await.expect("a whole response")
    }

    /// A reply, or why there is none or not all of it.
    pub(super) async fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Reply, Box<dyn std::error::Error + Send + Sync>> {
        let mut request = http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.client.request(request.body(Full::new(body.into()))?).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes().to_vec();
        Ok(Reply { status: parts.status, headers: parts.headers, body })
    }

    /// Posts a statement as JSON.
    pub(super) async fn post(&self, path: &str, statement: &Value) -> Reply {
        self.send("POST", path, &[("content-type", "application/json")], statement.to_string()).await
    }

    /// Runs a management command and gives the rows of its table.
    pub(super) async fn command(&self, text: &str) -> Value {
        let reply = self.post("/v1/rest/mgmt", &json!({"db": DEFAULT_DATABASE, "csl": text})).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        reply.json()["Tables"][0]["Rows"].clone()
    }

    /// Streams records into table T.
    async fn ingest(&self, parameters: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Reply {
        self.send("POST", &format!("/v1/rest/ingest/NetDefaultDB/T?{parameters}"), headers, body).await
    }

    /// How many rows table T has.
    fn rows(&self) -> usize {
        let catalog = self.node.store.snapshot();
        catalog.database(DEFAULT_DATABASE).and_then(|database| database.table("T")).map_or(0, |table| table.rows())
    }
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Checks that this is an error in the service's form, with this status, code and part of the message.
    #[track_caller]
    pub(super) fn check_error(&self, status: u16, code: &str, message: &str) {
        let body = self.json();
        let error = &body["error"];
        let found = error["@message"].as_str().unwrap_or_default();
        assert_eq!((self.status.as_u16(), error["code"].as_str()), (status, Some(code)), "{body}");
        assert!(found.contains(message), "{found}");
        assert!(error["@permanent"].is_boolean() && error["@context"]["activityId"].is_string(), "{body}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    GzEncoder::new(bytes, Compression::fast()).read_to_end(&mut compressed).expect("memory");
    compressed
}

const TABLE: [&str; 2] = [".create table T (a:string, n:long)", ".alter table T policy streamingingestion enable"];

#[tokio::test]
async fn a_command_answers_one_v1_table() {
    let endpoint = Endpoint::start(&TABLE).await;
    let reply = endpoint.post("/v1/rest/mgmt", &json!({"db": "NetDefaultDB", "csl": ".show tables"})).await;
    assert_eq!(
        reply.json(),
        json!({"Tables": [{
            "TableName": "Table_0",
            "Columns": [
                {"ColumnName": "TableName", "DataType": "String", "ColumnType": "string"},
                {"ColumnName": "DatabaseName", "DataType": "String", "ColumnType": "string"},
                {"ColumnName": "Folder", "DataType": "String", "ColumnType": "string"},
                {"ColumnName": "DocString", "DataType": "String", "ColumnType": "string"},
            ],
            "Rows": [["T", "NetDefaultDB", "", ""]],
        }]})
    );
    assert_eq!(reply.header(CONTENT_LENGTH.as_str()), reply.body.len().to_string());
}

#[tokio::test]
async fn requests_are_taken_in_every_form_that_clients_send() {
    let endpoint = Endpoint::start(&[]).await;
    for statement in [
        json!({"csl": ".show databases"}),
        json!({"db": null, "csl": ".show databases", "properties": null}),
        json!({"db": "NetDefaultDB", "csl": ".show databases", "properties": ""}),
        json!({"db": "NetDefaultDB", "csl": ".show databases", "properties": {"Options": {"servertimeout": "00:01:00"}, "Parameters": null}}),
        json!({"db": "NetDefaultDB", "csl": ".show databases", "properties": "{\"Options\": {}, \"Parameters\": {}}"}),
    ] {
        let reply = endpoint.post("/v1/rest/mgmt", &statement).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.json()["Tables"][0]["Rows"][0][0]),
            (200, &json!("NetDefaultDB")),
            "{statement}"
        );
    }
    let body = gzip(br#"{"csl": ".show databases"}"#);
    let reply = endpoint.send("POST", "/v1/rest/mgmt", &[("content-encoding", "gzip")], body).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_read_only_request_changes_nothing() {
    let endpoint = Endpoint::start(&TABLE).await;
    let readonly = json!({"Options": {"request_readonly": true}});
    for (csl, status) in
        [(".show tables", 200), (".cancel query 'x'", 200), (".drop table T", 400), (".set U <| T", 400)]
    {
        let reply = endpoint.post("/v1/rest/mgmt", &json!({"csl": csl, "properties": readonly})).await;
        assert_eq!(reply.status, status, "{csl}: {}", reply.json());
        let body = json!({ "csl": csl }).to_string();
        let reply = endpoint.send("POST", "/v1/rest/mgmt", &[("x-ms-readonly", "true")], body).await;
        assert_eq!(reply.status, status, "{csl}: {}", reply.json());
    }
    assert_eq!(endpoint.command(".show tables | count").await, json!([[1]]));
}

#[tokio::test]
async fn ids_are_echoed_or_made() {
    let endpoint = Endpoint::start(&[]).await;
    let body = json!({"csl": ".show version"}).to_string();
    let reply = endpoint.send("POST", "/v1/rest/mgmt", &[("x-ms-client-request-id", "KPC.execute;1")], body).await;
    assert_eq!(reply.header("x-ms-client-request-id"), "KPC.execute;1");
    assert_eq!(reply.header("x-ms-activity-id").len(), 36);
    let reply = endpoint.post("/v1/rest/mgmt", &json!({"csl": "."})).await;
    let error = reply.json()["error"].clone();
    assert_eq!(error["@context"]["clientRequestId"], reply.header("x-ms-client-request-id"));
    assert_eq!(error["@context"]["activityId"], reply.header("x-ms-activity-id"));
}

#[tokio::test]
async fn large_replies_are_compressed_for_clients_that_ask() {
    let endpoint = Endpoint::start(&[TABLE[0]]).await;
    for index in 0..50 {
        endpoint.command(&format!(".create table Table{index} (a:string)")).await;
    }
    let body = json!({"csl": ".show tables"}).to_string();
    let plain = endpoint.send("POST", "/v1/rest/mgmt", &[], body.clone()).await;
    assert_eq!(plain.header(CONTENT_ENCODING.as_str()), "");
    let packed = endpoint.send("POST", "/v1/rest/mgmt", &[(ACCEPT_ENCODING.as_str(), "gzip,deflate")], body).await;
    assert_eq!(packed.header(CONTENT_ENCODING.as_str()), "gzip");
    assert_eq!(packed.header(CONTENT_LENGTH.as_str()), packed.body.len().to_string());
    let mut unpacked = Vec::new();
    GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).expect("gzip");
    assert_eq!(unpacked, plain.body);
}

#[tokio::test]
async fn requests_that_are_none_are_refused() {
    let endpoint = Endpoint::start(&[]).await;
    for (path, body, message) in [
        ("/v1/rest/mgmt", "{", "the body is no request"),
        ("/v1/rest/mgmt", "{\"db\":\"x\"}", "the request has no csl"),
        ("/v1/rest/mgmt", r#"{"csl":".show tables","properties":"x"}"#, "the properties cannot be read"),
        ("/v1/rest/mgmt", r#"{"csl":"print 1"}"#, "the text is no management command"),
        ("/v2/rest/query", r#"{"csl":"  .show tables"}"#, "Control commands (starting with a dot '.') are not queries"),
        ("/v1/rest/query", r#"{"csl":".show tables"}"#, "Control commands"),
        ("/v2/rest/query", r#"{"csl":"// nothing"}"#, "the query is empty"),
    ] {
        endpoint.send("POST", path, &[], body).await.check_error(400, "General_BadRequest", message);
    }
    // JSON is UTF-8, and half of a surrogate pair is no character.
    for (body, message) in [
        (&b"{\"csl\":\"print '\xff'\"}"[..], "the body is no request"),
        (br#"{"csl":"print '\ud83e'"}"#, "the body is no request"),
        (b"\xef\xbb\xbf", "the body is no request"),
        (b"", "the body is no request"),
        (br#"["print 1"]"#, "the body is no request"),
    ] {
        let reply = endpoint.send("POST", "/v2/rest/query", &[], body.to_vec()).await;
        reply.check_error(400, "General_BadRequest", message);
    }
    for path in ["/v1/rest/mgmt", "/v2/rest/query"] {
        let text = if path == "/v1/rest/mgmt" { ".show tables" } else { "print 1" };
        let reply = endpoint.post(path, &json!({"db": "nowhere", "csl": text})).await;
        reply.check_error(400, "BadRequest_EntityNotFound", "Entity ID 'nowhere' of kind 'Database' was not found.");
    }
    let reply = endpoint.send("POST", "/v1/rest/mgmt", &[("content-encoding", "br")], "x").await;
    reply.check_error(415, "General_BadRequest", "the content encoding br is not supported");
    let reply = endpoint.send("POST", "/v1/rest/mgmt", &[("content-encoding", "gzip")], "not gzip").await;
    reply.check_error(400, "General_BadRequest", "no complete gzip stream");
}

#[tokio::test]
async fn there_is_no_login() {
    let endpoint = Endpoint::start(&[]).await;
    let reply = endpoint.send("GET", "/v1/rest/auth/metadata", &[], "").await;
    assert_eq!((reply.status.as_u16(), reply.body.len()), (404, 0));
}

#[tokio::test]
async fn records_are_streamed_in_every_format() {
    let endpoint = Endpoint::start(&TABLE).await;
    endpoint.command(r#".create table T ingestion json mapping "m" '[{"column":"n","path":"$.number"}]'"#).await;
    for (parameters, body, count) in [
        ("streamFormat=json", "{\"a\":\"x\",\"n\":1}\n{\"a\":\"y\"}\n", 2),
        ("streamFormat=JSON&mappingName=m", "{\"number\":7}", 1),
        ("streamFormat=MultiJSON", "[{\"n\":8},{\"n\":\"no number\"}]", 2),
        ("streamFormat=Csv", "z,9\n", 1),
    ] {
        let before = endpoint.rows();
        let reply = endpoint.ingest(parameters, &[], body).await;
        assert_eq!(
            reply.json()["Tables"][0]["Columns"][0],
            json!({"ColumnName": "ConsumedRecordsCount", "DataType": "Int64", "ColumnType": "long"})
        );
        assert_eq!(reply.json()["Tables"][0]["Rows"], json!([[count, "Inactive", "Unknown", ""]]), "{parameters}");
        assert_eq!(endpoint.rows(), before + count, "{parameters}");
    }
    let reply = endpoint.ingest("streamFormat=json", &[("content-encoding", "gzip")], gzip(b"{\"n\":1}")).await;
    assert_eq!((reply.status.as_u16(), endpoint.rows()), (200, 7));
}

#[tokio::test]
async fn refused_records_change_nothing() {
    let endpoint = Endpoint::start(&TABLE).await;
    endpoint.command(".create table U (a:string)").await;
    let ingest = async |path: &str, body: &str| {
        endpoint.send("POST", &format!("/v1/rest/ingest/{path}"), &[], body.to_owned()).await
    };
    for (path, body, code, message) in [
        ("NetDefaultDB/T?streamFormat=json", "{\"n\":1}\n{", "BadRequest_NoRecordsOrWrongFormat", "line 2 is no JSON"),
        ("NetDefaultDB/T?streamFormat=json", "", "BadRequest_NoRecordsOrWrongFormat", "the request has no records"),
        (
            "NetDefaultDB/T?streamFormat=avro",
            "x",
            "BadRequest_FormatNotSupported",
            "the streamFormat 'avro' is not supported",
        ),
        ("NetDefaultDB/T", "x", "BadRequest_FormatNotSupported", "the streamFormat '' is not supported"),
        (
            "NetDefaultDB/T?streamFormat=json&mappingName=m",
            "{}",
            "BadRequest_MappingReferenceWasNotFound",
            "table 'T' has no json mapping 'm'",
        ),
        (
            "NetDefaultDB/T?streamFormat=json&sourceKind=uri",
            "{}",
            "BadRequest_SourceKindNotSupported",
            "leave sourceKind out",
        ),
        (
            "NetDefaultDB/U?streamFormat=json",
            "{}",
            "BadRequest_StreamingIngestionPolicyNotEnabled",
            "policy streamingingestion enable",
        ),
        ("NetDefaultDB/V?streamFormat=json", "{}", "BadRequest_EntityNotFound", "'V' of kind 'Table'"),
        ("nowhere/T?streamFormat=json", "{}", "BadRequest_EntityNotFound", "'nowhere' of kind 'Database'"),
        ("NetDefaultDB/%5B%27T%27%5D?streamFormat=json", "{}", "BadRequest_EntityNotFound", "'['T']' of kind 'Table'"),
    ] {
        ingest(path, body).await.check_error(400, code, message);
    }
    assert_eq!(endpoint.rows(), 0);
}

#[tokio::test]
async fn requests_beyond_4_mib_are_refused_however_they_are_packed() {
    let endpoint = Endpoint::start(&TABLE).await;
    let records = |bytes: usize| format!("x,1\n{}", " ".repeat(bytes - 4)).into_bytes();
    let limit = 4 << 20;
    for (headers, body) in [(&[][..], records(limit + 1)), (&[("content-encoding", "gzip")], gzip(&records(limit + 1)))]
    {
        endpoint.ingest("streamFormat=csv", headers, body).await.check_error(
            413,
            "RequestEntityTooLarge",
            "larger than 4194304 bytes",
        );
    }
    assert_eq!(endpoint.rows(), 0);
    let reply = endpoint.ingest("streamFormat=csv", &[], records(limit)).await;
    assert_eq!(reply.status, 200);
}

/// The rows of the first result of a v2 answer.
pub(super) fn first_result(frames: &Value) -> Value {
    let mut frames = frames.as_array().into_iter().flatten();
    frames.find(|frame| frame["TableKind"] == "PrimaryResult").map_or(Value::Null, |frame| frame["Rows"].clone())
}

const FILLED: [&str; 2] = [TABLE[0], ".ingest inline into table T <| x,1\ny,2\nx,3"];

#[tokio::test]
async fn a_query_is_answered_in_frames_and_in_tables() {
    let endpoint = Endpoint::start(&FILLED).await;
    let statement = json!({"db": "NetDefaultDB", "csl": "T | summarize total = sum(n) by a | order by a asc"});
    let frames = endpoint.post("/v2/rest/query", &statement).await.json();
    let kinds: Vec<&Value> = frames.as_array().into_iter().flatten().map(|frame| &frame["TableKind"]).collect();
    assert_eq!(
        kinds,
        [
            &Value::Null,
            &json!("QueryProperties"),
            &json!("PrimaryResult"),
            &json!("QueryCompletionInformation"),
            &Value::Null
        ]
    );
    assert_eq!(
        frames[2]["Columns"],
        json!([{"ColumnName": "a", "ColumnType": "string"}, {"ColumnName": "total", "ColumnType": "long"}])
    );
    assert_eq!(first_result(&frames), json!([["x", 4], ["y", 2]]));
    let tables = endpoint.post("/v1/rest/query", &statement).await.json();
    assert_eq!(tables["Tables"][0]["Rows"], json!([["x", 4], ["y", 2]]));
    let path = "/v1/rest/query?db=NetDefaultDB&csl=T%20%7C%20count&properties=%7B%22Options%22%3A%7B%7D%7D";
    let tables = endpoint.send("GET", path, &[], "").await.json();
    assert_eq!(tables["Tables"][0]["Rows"], json!([[3]]));
}

#[tokio::test]
async fn parameters_are_values_and_never_text() {
    let endpoint = Endpoint::start(&FILLED).await;
    let query = "declare query_parameters(s:string, n:long, d:datetime = datetime(2020-01-01)); print s, n + 1, d";
    for (parameters, expected) in [
        (json!({"s": "\"it's\"", "n": "long(1)"}), json!(["it's", 2, "2020-01-01T00:00:00Z"])),
        (json!({"s": "plain", "n": 1, "d": "datetime(2021-02-03)"}), json!(["plain", 2, "2021-02-03T00:00:00Z"])),
        (
            json!({"s": "\"\\\"; T | count //\"", "n": "long(null)"}),
            json!(["\"; T | count //", null, "2020-01-01T00:00:00Z"]),
        ),
    ] {
        let reply =
            endpoint.post("/v2/rest/query", &json!({"csl": query, "properties": {"Parameters": parameters}})).await;
        assert_eq!(first_result(&reply.json()), json!([expected]));
    }
    let reply = endpoint
        .post("/v2/rest/query", &json!({"csl": query, "properties": {"Parameters": {"s": "x", "n": "now()"}}}))
        .await;
    reply.check_error(400, "General_BadRequest", "the query parameter 'n' is not of type long");
}

#[tokio::test]
async fn options_bound_a_query() {
    let endpoint = Endpoint::start(&FILLED).await;
    let ask = async |csl: &str, options: Value| {
        endpoint.post("/v2/rest/query", &json!({"csl": csl, "properties": {"Options": options}})).await
    };
    let reply = ask("T | order by n asc", json!({"query_take_max_records": 2})).await;
    assert_eq!(first_result(&reply.json()), json!([["x", 1], ["y", 2]]));
    let reply = ask("T", json!({"truncationmaxrecords": 2})).await;
    assert_eq!((reply.status.as_u16(), first_result(&reply.json())[2]["OneApiErrors"].is_array()), (200, true));
    let slow = "range n from 1 to 20000000 step 1 | extend s = strcat(n, n) | summarize dcount(s)";
    ask(slow, json!({"servertimeout": "00:00:00.05"})).await.check_error(504, "Timeout", "raise servertimeout");
}

#[tokio::test]
async fn errors_of_a_query_name_its_place() {
    let endpoint = Endpoint::start(&FILLED).await;
    for (csl, code, exception, message) in [
        ("T\n| wher n", "SYN0002", "Kusto.Data.Exceptions.SyntaxException", "(line 2, position 3)"),
        ("U | take 1", "SEM0100", "Kusto.Data.Exceptions.SemanticException", "'U'"),
        ("T | where none > 1", "SEM0100", "Kusto.Data.Exceptions.SemanticException", "'none'"),
        (
            "T | evaluate python(typeof(*), 'x')",
            "SEM0000",
            "Kusto.Data.Exceptions.SemanticException",
            "not supported by the embedded Kusto",
        ),
    ] {
        let reply = endpoint.post("/v2/rest/query", &json!({"csl": csl})).await;
        reply.check_error(400, "General_BadRequest", message);
        let inner = &reply.json()["error"]["innererror"];
        assert_eq!((&inner["code"], &inner["@type"]), (&json!(code), &json!(exception)), "{inner}");
    }
}

#[tokio::test]
async fn what_was_streamed_is_queried_with_its_types() {
    let endpoint = Endpoint::start(&[
        ".create table T (b:bool, i:int, n:long, x:real, d:decimal, t:datetime, s:timespan, g:guid, text:string, o:dynamic)",
        TABLE[1],
    ])
    .await;
    let record = json!({
        "b": true, "i": -1, "n": i64::MAX, "x": 0.5, "d": "2.00000000000001", "t": "2024-05-01T10:00:00.1234567Z", "s": "1.02:03:04",
        "g": "74BE27DE-1E4E-49D9-B579-FE0B331D3642", "text": "Zoë\u{2028}\n", "o": {"a": [1, null]},
    });
    let reply = endpoint.ingest("streamFormat=multijson", &[], format!("{record}{{}}")).await;
    assert_eq!(reply.status, 200);
    let reply = endpoint.post("/v2/rest/query", &json!({"csl": "T"})).await;
    assert_eq!(
        first_result(&reply.json()),
        json!([
            [true, -1, i64::MAX, 0.5, "2.00000000000001", "2024-05-01T10:00:00.1234567Z", "1.02:03:04",
             "74be27de-1e4e-49d9-b579-fe0b331d3642", "Zoë\u{2028}\n", {"a": [1, null]}],
            [null, null, null, null, null, null, null, null, "", null],
        ])
    );
}

#[tokio::test]
async fn many_clients_write_and_read_at_once() {
    let endpoint = Arc::new(Endpoint::start(&TABLE).await);
    let clients = (0..8).map(|client| {
        let endpoint = endpoint.clone();
        tokio::spawn(async move {
            for number in 0..20 {
                let reply = endpoint.ingest("streamFormat=csv", &[], format!("c{client},{number}\n")).await;
                assert_eq!(reply.status, 200);
                let csl = format!("T | where a == 'c{client}' | summarize count(), max(n)");
                let reply = endpoint.post("/v2/rest/query", &json!({ "csl": csl })).await;
                assert_eq!(first_result(&reply.json()), json!([[number + 1, number]]));
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.expect("a client that is content");
    }
    assert_eq!(endpoint.rows(), 160);
}

#[tokio::test]
async fn a_query_sets_its_options() {
    let endpoint = Endpoint::start(&[]).await;
    for (csl, options, rows, error) in [
        ("set truncationmaxrecords = 2; range n from 1 to 5 step 1", json!({}), 2, "the set limit of 2 records"),
        (
            "set truncationmaxrecords = 4; range n from 1 to 5 step 1",
            json!({"truncationmaxrecords": 3}),
            3,
            "the set limit of 3 records",
        ),
        ("set truncationmaxsize = 7; range n from 1 to 5 step 1", json!({}), 2, "the set limit of 7 bytes"),
        ("set query_take_max_records = 2; range n from 1 to 5 step 1", json!({}), 2, ""),
        ("set query_take_max_records = 4; range n from 1 to 5 step 1", json!({"query_take_max_records": 3}), 3, ""),
        ("set notruncation; range n from 1 to 500001 step 1", json!({"query_take_max_records": 500001}), 500001, ""),
        ("range n from 1 to 500001 step 1", json!({}), 500_000, "the set limit of 500000 records"),
        ("set servertimeout = 0s; set no_such_option = 1; print 1", json!({"no_such_option": {}}), 1, ""),
    ] {
        let reply = endpoint.post("/v2/rest/query", &json!({"csl": csl, "properties": {"Options": options}})).await;
        let frames = reply.json();
        let found = frames[2]["Rows"].as_array().expect("rows").iter().filter(|row| row.is_array()).count();
        let errors = frames.as_array().and_then(|frames| frames.last()).expect("frames")["OneApiErrors"].to_string();
        assert_eq!(found, rows, "{csl}");
        assert_eq!(errors == "null", error.is_empty(), "{csl}: {errors}");
        assert!(errors.contains(error), "{csl}: {errors}");
    }
}

#[tokio::test]
async fn a_request_says_what_now_is() {
    let endpoint = Endpoint::start(&[]).await;
    for now in ["2024-05-01T10:00:00Z", "datetime(2024-05-01 10:00)"] {
        let properties = json!({"Options": {"query_now": now}});
        let reply = endpoint.post("/v1/rest/query", &json!({"csl": "print now()", "properties": properties})).await;
        assert_eq!(reply.json()["Tables"][0]["Rows"], json!([["2024-05-01T10:00:00Z"]]), "{now}");
    }
}
