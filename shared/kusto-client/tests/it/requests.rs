//! What is on the wire.

use crate::{
    fake::{Fake, Reply},
    setup::{ONE_ROW_V1, Rows, TWO_ROWS, local, soon},
};
use flate2::read::GzDecoder;
use kusto_client::{
    error::ErrorKind,
    ingest::{DataFormat, Ingestion, MOST_BYTES},
    request::{OnLimit, Request},
};
use serde_json::json;
use std::{io::Read, time::Duration};
use tokio::time::Instant;

const INGESTED: &str = r#"{"Tables":[{"TableName":"Table_0","Columns":[{"ColumnName":"ConsumedRecordsCount","DataType":"Int64","ColumnType":"long"},{"ColumnName":"UpdatePolicyStatus","DataType":"String","ColumnType":"string"},{"ColumnName":"UpdatePolicyFailureCode","DataType":"String","ColumnType":"string"},{"ColumnName":"UpdatePolicyFailureReason","DataType":"String","ColumnType":"string"}],"Rows":[[3,"Inactive","Unknown",null]]}]}"#;

/// The head and body of the only request, without what differs each time.
fn shown(fake: &Fake) -> String {
    let seen = fake.requests().remove(0);
    let mut lines: Vec<String> = seen
        .head
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| match line.split_once(';') {
            Some((id, _)) if line.starts_with("x-ms-client-request-id") => format!("{id};UUID"),
            _ => line.replace(&fake.address.to_string(), "LOCAL"),
        })
        .collect();
    lines[1..].sort();
    let body = serde_json::from_slice::<serde_json::Value>(&seen.body);
    let body = body.map_or_else(|_| format!("{} bytes", seen.body.len()), |body| format!("{body:#}"));
    format!("{}\n\n{body}", lines.join("\n"))
}

#[tokio::test]
async fn a_query_is_sent_with_what_keeps_it_safe() {
    let fake = Fake::plain(|_| Reply::json(TWO_ROWS)).await;
    let client = local(&fake, "limits = { rows = 1000, bytes = \"1 MiB\", seconds = 60 }");
    let database = client.connections().select(None, None, |_| true).unwrap().database(Some("db")).unwrap();
    let mut request = Request::new(
        &database,
        "declare query_parameters(n:long); T | take n",
        "query",
        soon() + Duration::from_secs(600),
    );
    request.parameters.insert("n".to_owned(), "long(1)".to_owned());
    let wanted = json!({
        "servertimeout": "01:00:00", "truncationmaxrecords": 5_000_000, "truncationmaxsize": 1000, "notruncation": true,
        "norequesttimeout": true, "request_readonly": false, "request_external_data_disabled": false, "queryconsistency": "weakconsistency",
    });
    request.options = wanted.as_object().unwrap().clone();
    request.server_timeout = Some(Duration::from_secs(3600));
    client.query(&request, &mut Rows::default()).await.unwrap();
    insta::assert_snapshot!("query", shown(&fake));
}

#[tokio::test]
async fn a_connection_can_allow_more_and_a_caller_ask_for_less() {
    let fake = Fake::plain(|_| Reply::json(TWO_ROWS)).await;
    let client = local(&fake, "allow_external_data = true\nallow_cross_cluster = true");
    let database = client.connections().select(None, None, |_| true).unwrap().database(Some("db")).unwrap();
    let mut request =
        Request::new(&database, "T | evaluate bag_unpack(d)", "query", Instant::now() + Duration::from_millis(4900));
    request.uses_plugins = true;
    request.on_limit = OnLimit::Truncate;
    client.query(&request, &mut Rows::default()).await.unwrap();
    insta::assert_snapshot!("query_allowed_more", shown(&fake));
}

#[tokio::test]
async fn a_show_command_is_sent_as_one_that_only_reads() {
    let fake = Fake::plain(|_| Reply::json(ONE_ROW_V1)).await;
    let client = local(&fake, "");
    let database = client.connections().select(None, None, |_| true).unwrap().database(Some("db")).unwrap();
    let mut request = Request::new(&database, ".show tables", "show-command", soon() + Duration::from_secs(900));
    request.read_only = true;
    let mut rows = Rows::default();
    client.command(&request, &mut rows).await.unwrap();
    assert_eq!(rows.0, ["\"x\""]);
    insta::assert_snapshot!("show_command", shown(&fake));
}

#[tokio::test]
async fn an_asynchronous_command_has_an_hour_whatever_the_deadline() {
    let fake = Fake::plain(|_| Reply::json(ONE_ROW_V1)).await;
    let client = local(&fake, "limits = { seconds = 60 }");
    let database = client.connections().select(None, None, |_| true).unwrap().database(Some("db")).unwrap();
    for (wanted, given) in [(None, "01:00:00"), (Some(600), "00:10:00"), (Some(9000), "01:00:00")] {
        let mut request = Request::new(&database, ".set-or-append async T <| U", "async-command", soon());
        request.asynchronous = true;
        request.server_timeout = wanted.map(Duration::from_secs);
        client.command(&request, &mut Rows::default()).await.unwrap();
        let seen = fake.requests().pop().unwrap();
        let options = seen.json()["properties"]["Options"].clone();
        assert_eq!((&options["servertimeout"], seen.header("x-ms-readonly")), (&json!(given), None));
        assert!(options.get("request_readonly").is_none() && options["request_external_data_disabled"] == true);
    }
}

#[tokio::test]
async fn records_are_sent_compressed_below_the_table() {
    let fake = Fake::plain(|_| Reply::new(200, "x-ms-activity-id: a\r\n", INGESTED)).await;
    let client = local(&fake, "");
    let database = client.connections().select(None, None, |_| true).unwrap().database(Some("db")).unwrap();
    let records = b"{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n";
    let mut ingestion = Ingestion::new(&database, "T", DataFormat::Json, records, soon());
    ingestion.mapping = Some("m&x=1");
    let ingested = client.ingest(&ingestion).await.unwrap();
    assert_eq!(
        (ingested.records, ingested.update_policy_failure, ingested.activity_id.as_deref()),
        (Some(3), None, Some("a"))
    );
    let seen = fake.requests().remove(0);
    let mut sent = Vec::new();
    GzDecoder::new(seen.body.as_slice()).read_to_end(&mut sent).unwrap();
    assert_eq!(sent, records);
    assert_eq!(seen.target, "/v1/rest/ingest/db/T?streamFormat=json&mappingName=m%26x%3D1");
    insta::assert_snapshot!(
        "ingest",
        shown(&fake)
            .replace(&format!("{} bytes", seen.body.len()), "gzip")
            .replace(&format!("content-length: {}", seen.body.len()), "content-length: N")
    );
}

#[tokio::test]
async fn a_table_name_stays_one_segment_or_is_refused() {
    let fake = Fake::plain(|_| Reply::json(INGESTED)).await;
    let client = local(&fake, "");
    let database = client.connections().select(None, None, |_| true).unwrap().database(Some("db")).unwrap();
    for (table, segment) in [
        ("a/b", Some("a%2Fb")),
        ("a?x=1", Some("a%3Fx=1")),
        ("a#b", Some("a%23b")),
        ("a b", Some("a%20b")),
        ("a%2fb", Some("a%252fb")),
        ("..\\x", Some("..%5Cx")),
        ("../T", Some("..%2FT")),
        ("['T']", Some("['T']")),
        ("T;x", Some("T;x")),
        ("Tä", Some("T%C3%A4")),
        ("\r\nX: y", None),
        ("T\tx", None),
        ("..", None),
        (".", None),
        ("", None),
    ] {
        let before = fake.requests().len();
        let result = client.ingest(&Ingestion::new(&database, table, DataFormat::Csv, b"1\n", soon())).await;
        match segment {
            Some(segment) => {
                result.unwrap();
                assert_eq!(
                    fake.requests()[before].target,
                    format!("/v1/rest/ingest/db/{segment}?streamFormat=csv"),
                    "{table:?}"
                );
            }
            None => {
                assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidRequest, "{table:?}");
                assert_eq!(fake.requests().len(), before);
            }
        }
    }
}

#[tokio::test]
async fn more_than_a_request_may_hold_is_not_sent() {
    let fake = Fake::plain(|_| Reply::json(INGESTED)).await;
    let client = local(&fake, "");
    let database = client.connections().select(None, None, |_| true).unwrap().database(Some("db")).unwrap();
    let records = vec![b'1'; MOST_BYTES + 1];
    let error = client.ingest(&Ingestion::new(&database, "T", DataFormat::Csv, &records, soon())).await.unwrap_err();
    assert_eq!((error.kind(), fake.connections()), (ErrorKind::LimitExceeded, 0));
    let exact = &records[..MOST_BYTES];
    client.ingest(&Ingestion::new(&database, "T", DataFormat::Csv, exact, soon())).await.unwrap();
}
