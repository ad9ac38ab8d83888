use crate::node::Node;
use crate::serve::tests::Endpoint;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::read::GzEncoder;
use serde_json::{Value, json};
use std::io::Read;

const BLOCK: &[(&str, &str)] = &[("x-ms-blob-type", "BlockBlob")];
const PATH: &str = "/storage/ingestdata/a%20b.json.gz";
const MAPPING: &str =
    r#".create table T ingestion json mapping 'm' '[{"column":"n","Properties":{"Path":"$.number"}}]'"#;

/// A table T, and what the endpoint hands out: the query of its URLs and the token.
async fn start() -> (Endpoint, String, String) {
    let endpoint = Endpoint::start_with(Node::default(), &[".create table T (n:long)", MAPPING], None).await;
    let resources = endpoint.command(".get ingestion resources").await;
    let root = resources[0][1].as_str().expect("a URL");
    assert!(root.starts_with(&format!("{}/storage/ingestdata?", endpoint.url)), "{root}");
    let sas = root.split_once('?').expect("it is signed").1.to_owned();
    let token = endpoint.command(".get kusto identity token").await[0][0].as_str().expect("a token").to_owned();
    (endpoint, sas, token)
}

fn gzip(text: &str) -> Vec<u8> {
    let mut compressed = Vec::new();
    GzEncoder::new(text.as_bytes(), Compression::fast()).read_to_end(&mut compressed).expect("memory");
    compressed
}

async fn announce(endpoint: &Endpoint, sas: &str, message: &Value) -> StatusCode {
    let text = BASE64_STANDARD.encode(message.to_string());
    let body = format!("<QueueMessage><MessageText>{text}</MessageText></QueueMessage>");
    let path = format!("/storage/readyforaggregation/messages?{sas}");
    endpoint.send("POST", &path, &[], body).await.status
}

/// A message about the blob at [`PATH`], with these properties beside the token.
fn message(endpoint: &Endpoint, token: &str, table: &str, properties: &Value) -> Value {
    let mut all = json!({"authorizationContext": token, "format": "json"});
    all.as_object_mut().expect("it is one").extend(properties.as_object().expect("it is one").clone());
    let url = format!("{}{PATH}?sig=secret", endpoint.url);
    json!({"Id": "id-1", "BlobPath": url, "DatabaseName": "NetDefaultDB", "TableName": table, "AdditionalProperties": all})
}

#[tokio::test]
async fn what_is_announced_is_ingested_once_for_each_tag() {
    let (endpoint, sas, token) = start().await;
    let put = endpoint.send("PUT", &format!("{PATH}?{sas}"), BLOCK, gzip("{\"number\":1}\n{\"number\":2}")).await;
    assert_eq!(put.status, 201);
    let mapped = json!({"ingestionMappingReference": "m"});
    let tagged = json!({"ingestionMappingReference": "m", "tags": "[\"ingest-by:x\"]", "ingestIfNotExists": "[\"x\"]"});
    for (properties, rows) in [(&mapped, 2), (&tagged, 4), (&tagged, 4), (&mapped, 6)] {
        let announced = announce(&endpoint, &sas, &message(&endpoint, &token, "T", properties)).await;
        let count = endpoint.node.store.snapshot();
        let count = count.database("NetDefaultDB").and_then(|database| database.table("T")).map(|table| table.rows());
        assert_eq!((announced, count), (StatusCode::CREATED, Some(rows)), "{properties}");
    }
    assert_eq!(endpoint.command(".show ingestion failures").await, json!([]));
}

#[tokio::test]
async fn what_cannot_be_ingested_is_taken_and_shown() {
    let (endpoint, sas, token) = start().await;
    endpoint.send("PUT", &format!("{PATH}?{sas}"), BLOCK, gzip("{\"number\":1}\n{\"numb")).await;
    let none = json!({});
    let mut elsewhere = message(&endpoint, &token, "T", &none);
    elsewhere["BlobPath"] = json!("http://127.0.0.1/storage/ingestdata/other?sig=secret");
    for (message, code) in [
        (message(&endpoint, &token, "No", &none), "BadRequest_EntityNotFound"),
        (message(&endpoint, &token, "T", &json!({"format": "parquet"})), "BadRequest_FormatNotSupported"),
        (
            message(&endpoint, &token, "T", &json!({"ingestionMappingReference": "no"})),
            "BadRequest_MappingReferenceWasNotFound",
        ),
        (message(&endpoint, "other", "T", &none), "General_AccessDenied"),
        (message(&endpoint, &token, "T", &none), "BadRequest_NoRecordsOrWrongFormat"),
        (elsewhere, "Download_SourceNotFound"),
        (json!({}), "General_BadRequest"),
    ] {
        assert_eq!(announce(&endpoint, &sas, &message).await, 201);
        let failures = endpoint.command(".show ingestion failures").await;
        let failure = failures.as_array().and_then(|rows| rows.last()).expect("a failure");
        assert!(failure[6].as_str().expect("a code").starts_with(code), "{failure}");
        assert!(!failure.to_string().contains("secret"), "{failure}");
    }
}

#[tokio::test]
async fn storage_takes_only_what_is_signed_and_whole() {
    let (endpoint, sas, _) = start().await;
    let wrong = "sig=00000000-0000-0000-0000-000000000000";
    let queue = "/storage/readyforaggregation/messages";
    for (method, path, headers, status, code) in [
        ("PUT", format!("{PATH}?{wrong}"), BLOCK, 403, "AuthenticationFailed"),
        ("PUT", PATH.to_owned(), BLOCK, 403, "AuthenticationFailed"),
        ("PUT", format!("{PATH}?{sas}"), &[], 400, "InvalidHeaderValue"),
        ("PUT", format!("{PATH}?{sas}&comp=block"), BLOCK, 400, "InvalidHeaderValue"),
        ("POST", format!("{queue}?{wrong}"), &[], 403, "AuthenticationFailed"),
        ("POST", format!("{queue}?{sas}"), &[], 400, "InvalidXmlDocument"),
    ] {
        let reply = endpoint.send(method, &path, headers, "x").await;
        assert_eq!((reply.status.as_u16(), reply.header("x-ms-error-code")), (status, code), "{method} {path}");
    }
    let new = &[("x-ms-blob-type", "BlockBlob"), ("if-none-match", "*")];
    for status in [201, 409] {
        assert_eq!(endpoint.send("PUT", &format!("{PATH}?{sas}"), new, "x").await.status, status);
    }
}
