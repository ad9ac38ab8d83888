//! Queued ingestion: what is asked, laid down and announced, what is repeated, and what is never shown.

use crate::{
    fake::{Fake, Reply, Seen},
    setup::{hurry, local, soon},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use flate2::read::GzDecoder;
use kusto_client::{
    client::Client,
    error::{Error, ErrorKind},
    ingest::DataFormat,
    queued::{Queued, QueuedIngestion},
};
use serde_json::{Value, json};
use std::{
    io::Read,
    sync::atomic::{AtomicUsize, Ordering},
};

const RECORDS: &[u8] = b"{\"a\":1}\n{\"a\":2}";

fn table(columns: &[&str], rows: &Value) -> Reply {
    let columns: Vec<_> = columns.iter().map(|name| json!({"ColumnName": name, "ColumnType": "string"})).collect();
    Reply::json(json!({"Tables": [{"TableName": "Table_0", "Columns": columns, "Rows": rows}]}).to_string())
}

/// A cluster that hands out what is on the same port; the test answers what storage is asked.
async fn cluster(storage: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Fake {
    Fake::plain(move |seen| {
        let command = || seen.json()["csl"].as_str().unwrap().to_owned();
        match seen.target.as_str() {
            "/v1/rest/mgmt" if command() == ".get ingestion resources" => {
                let host = seen.header("host").unwrap();
                let rows = json!([
                    ["TempStorage", "https://evil.example/c?sig=canary"],
                    ["TempStorage", format!("http://{host}/blobs/c?sv=1&sig=canary%2B")],
                    ["SecuredReadyForAggregationQueue", format!("http://{host}/queues/q?sig=canary")],
                    ["FailedIngestionsQueue", format!("http://{host}/queues/failed?sig=canary")],
                ]);
                table(&["ResourceTypeName", "StorageRoot"], &rows)
            }
            "/v1/rest/mgmt" => {
                assert_eq!(command(), ".get kusto identity token");
                table(&["AuthorizationContext"], &json!([["context-canary"]]))
            }
            _ => storage(seen),
        }
    })
    .await
}

async fn queue(client: &Client, tags: &[String]) -> Result<Queued, Error> {
    hurry();
    let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
    let ingestion = QueuedIngestion {
        database: &database,
        table: "T's",
        format: DataFormat::Json,
        mapping: Some("m"),
        records: RECORDS,
        tags,
        flush_immediately: false,
        deadline: soon(),
    };
    client.ingest_queued(&ingestion).await
}

fn created(_: &Seen) -> Reply {
    Reply::new(201, "", "")
}

/// What the message of a request to the queue says.
fn message(seen: &Seen) -> Value {
    let text = std::str::from_utf8(&seen.body).unwrap();
    let text = text.strip_prefix("<QueueMessage><MessageText>").unwrap();
    let text = text.strip_suffix("</MessageText></QueueMessage>").unwrap();
    serde_json::from_slice(&BASE64_STANDARD.decode(text).unwrap()).unwrap()
}

#[tokio::test]
async fn records_are_laid_down_and_announced() {
    let fake = cluster(created).await;
    let client = local(&fake, "");
    let source_id = queue(&client, &["run-1".to_owned()]).await.unwrap().source_id;
    queue(&client, &[]).await.unwrap();
    let requests = fake.requests();
    // What the cluster hands out is asked for once.
    assert_eq!((requests.len(), fake.count("/v1/rest/mgmt")), (6, 2));
    let [_, _, blob, announced, _, untagged] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!(blob.target, format!("/blobs/c/{source_id}.json.gz?sv=1&sig=canary%2B"));
    assert!(blob.head.starts_with("PUT ") && blob.header("x-ms-blob-type") == Some("BlockBlob"), "{}", blob.head);
    let mut records = Vec::new();
    GzDecoder::new(&blob.body[..]).read_to_end(&mut records).unwrap();
    assert_eq!(records, RECORDS);
    assert!(announced.head.starts_with("POST /queues/q/messages?sig=canary "), "{}", announced.head);
    assert_eq!(
        message(announced),
        json!({
            "Id": source_id,
            "BlobPath": format!("{}/blobs/c/{source_id}.json.gz?sv=1&sig=canary%2B", fake.url()),
            "RawDataSize": RECORDS.len(),
            "DatabaseName": "db",
            "TableName": "T's",
            "RetainBlobOnSuccess": true,
            "FlushImmediately": true,
            "IgnoreSizeLimit": false,
            "ReportLevel": 0,
            "ReportMethod": 0,
            "AdditionalProperties": {
                "authorizationContext": "context-canary",
                "format": "json",
                "ingestionMappingReference": "m",
                "tags": "[\"ingest-by:run-1\"]",
                "ingestIfNotExists": "[\"run-1\"]",
            },
        })
    );
    let untagged = message(untagged);
    assert_eq!(untagged["FlushImmediately"], false);
    assert_eq!(untagged["AdditionalProperties"].as_object().unwrap().len(), 3);
    // Nothing of the cluster's token for its storage is in a header of a request that goes there.
    assert_eq!((blob.header("authorization"), announced.header("authorization")), (None, None));
}

#[tokio::test]
async fn what_is_repeated_depends_on_what_a_second_time_does() {
    // status, code; kind; requests to lay down, to announce without tags, with tags; whether the outcome of the second is unknown
    for (status, code, kind, lay_down, announce, with_tags, unknown) in [
        (503, "ServerBusy", ErrorKind::Throttled, 3, 3, 3, false),
        (429, "", ErrorKind::Throttled, 3, 3, 3, false),
        (500, "OperationTimedOut", ErrorKind::Unavailable, 3, 1, 3, true),
        (503, "", ErrorKind::Unavailable, 3, 1, 3, true),
        (400, "InvalidHeaderValue", ErrorKind::Unavailable, 1, 1, 1, false),
        (413, "RequestBodyTooLarge", ErrorKind::LimitExceeded, 1, 1, 1, false),
        (307, "", ErrorKind::Redirect, 1, 1, 1, false),
        // A signature that is over: another one is asked for, once.
        (403, "AuthenticationFailed", ErrorKind::Unavailable, 2, 2, 2, false),
        (404, "QueueNotFound", ErrorKind::Unavailable, 2, 2, 2, false),
    ] {
        for (failing, tags, requests, unknown) in [
            ("/blobs/", &[][..], lay_down, false),
            ("/queues/", &[], announce, unknown),
            ("/queues/", &["t".to_owned()], with_tags, unknown),
        ] {
            let fails = move |seen: &Seen| {
                let header = format!("x-ms-error-code: {code}\r\nLocation: https://evil.example/\r\n");
                if seen.target.starts_with(failing) { Reply::new(status, &header, "canary") } else { created(seen) }
            };
            let fake = cluster(fails).await;
            let error = queue(&local(&fake, ""), tags).await.unwrap_err();
            let found = (error.kind(), fake.count(failing), error.is_outcome_unknown());
            assert_eq!(found, (kind, requests, unknown), "{status} {code} {failing} {tags:?}: {error}");
            let text = format!("{error} {} {error:?}", error.reply_text());
            assert!(text.contains("127.0.0.1") && !text.contains("canary"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_breaks_may_have_brought_the_message() {
    for (tags, requests) in [(&[][..], 1), (&["t".to_owned()][..], 3)] {
        let breaks = |seen: &Seen| if seen.target.starts_with("/queues/") { Reply::none() } else { created(seen) };
        let fake = cluster(breaks).await;
        let error = queue(&local(&fake, ""), tags).await.unwrap_err();
        assert_eq!((error.kind(), error.is_outcome_unknown()), (ErrorKind::Unreachable, true), "{error}");
        assert_eq!(fake.count("/queues/"), requests);
    }
}

#[tokio::test]
async fn another_signature_helps_where_one_is_over() {
    let seen_before = AtomicUsize::new(0);
    let first_is_over = move |seen: &Seen| match seen_before.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::new(403, "x-ms-error-code: AuthenticationFailed\r\n", ""),
        _ => created(seen),
    };
    let fake = cluster(first_is_over).await;
    queue(&local(&fake, ""), &[]).await.unwrap();
    assert_eq!((fake.count("/v1/rest/mgmt"), fake.count("/blobs/"), fake.count("/queues/")), (4, 2, 1));
}

#[tokio::test]
async fn nothing_is_laid_down_elsewhere() {
    let hands_out = |url: &'static str| {
        Fake::plain(move |seen| {
            assert_eq!(seen.target, "/v1/rest/mgmt");
            table(&["ResourceTypeName", "StorageRoot"], &json!([["TempStorage", url]]))
        })
    };
    for (url, cause) in [
        ("http://evil.example/c?sig=canary", "its host evil.example is none of Azure Storage in the cluster's cloud"),
        (
            "https://a1.blob.core.windows.net/c?sig=canary",
            "it is no https URL of a container or a queue with a signature",
        ),
    ] {
        let fake = hands_out(url).await;
        let error = queue(&local(&fake, ""), &[]).await.unwrap_err();
        let text = error.to_string();
        assert!(error.kind() == ErrorKind::BadAnswer && text.contains(cause) && !text.contains("canary"), "{text}");
        assert_eq!(fake.requests().len(), 1);
    }
}

#[tokio::test]
async fn what_is_no_cluster_and_what_is_too_much_is_refused_first() {
    let fake = cluster(created).await;
    let many: Vec<String> = (0..2000).map(|n| format!("tag number {n}")).collect();
    let error = queue(&local(&fake, ""), &many).await.unwrap_err();
    assert!(error.kind() == ErrorKind::InvalidRequest && error.to_string().contains("fewer tags"), "{error}");
    assert_eq!(fake.count("/queues/"), 0);
    let refusing = Fake::plain(|_| Reply::new(403, "", r#"{"error":{"code":"Forbidden","message":"m"}}"#)).await;
    let error = queue(&local(&refusing, ""), &[]).await.unwrap_err();
    assert!(
        error.kind() == ErrorKind::Forbidden && error.to_string().contains("its data management endpoint"),
        "{error}"
    );
}
