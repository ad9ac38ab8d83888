//! Queued ingestion: the container and the queue of Azure Storage that `.get ingestion resources` hands out, as far as clients of Kusto need
//! them. What is announced is ingested before the announcement is answered; in the service that takes minutes. What cannot be ingested is
//! in `.show ingestion failures`.

use super::{body, work};
use crate::clock::now;
use crate::entities;
use crate::error::KustoError;
use crate::ingest::append::{Batch, append};
use crate::ingest::format::Format;
use crate::ingest::mapping::Mapping;
use crate::ingest::records::Records;
use crate::node::Node;
use crate::node::staged::Failure;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{CONTENT_TYPE, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The query of a URL, with the signature in it.
type Parameters = Query<HashMap<String, String>>;

/// What an announcement says; what it says beside that is of no importance here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Announcement {
    id: String,
    blob_path: String,
    database_name: String,
    table_name: String,
    additional_properties: Properties,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Properties {
    authorization_context: String,
    format: Option<String>,
    tags: Option<String>,
    ingest_if_not_exists: Option<String>,
    ingestion_mapping: Option<String>,
    ingestion_mapping_reference: Option<String>,
    ignore_first_record: bool,
}

/// `Put Blob`, of a block blob as a whole.
pub(super) async fn put_blob(
    State(node): State<Arc<Node>>,
    Path(name): Path<String>,
    parameters: Parameters,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if parameters.contains_key("comp") || headers.get("x-ms-blob-type").is_none_or(|found| found != "BlockBlob") {
        return refused(StatusCode::BAD_REQUEST, "InvalidHeaderValue");
    }
    let Ok(bytes) = body::read(&HeaderMap::new(), body, body::MOST_READ).await else {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestBodyTooLarge");
    };
    if !node.staged.put(&name, bytes, !headers.contains_key(IF_NONE_MATCH)) {
        return refused(StatusCode::CONFLICT, "BlobAlreadyExists");
    }
    StatusCode::CREATED.into_response()
}

/// `Put Message`, of an announcement, which is acted upon.
pub(super) async fn post_message(State(node): State<Arc<Node>>, headers: HeaderMap, body: Body) -> Response {
    let read = body::read(&headers, body, 1 << 20).await.ok();
    let Some(text) = read.and_then(|body| message_text(&body)) else {
        return refused(StatusCode::BAD_REQUEST, "InvalidXmlDocument");
    };
    let _ = work(move || {
        act(&node, &text);
        Ok(())
    })
    .await;
    (StatusCode::CREATED, [(CONTENT_TYPE, "application/xml")], receipt()).into_response()
}

/// Lets through what has the signature that was handed out.
pub(super) async fn around(
    State(node): State<Arc<Node>>,
    parameters: Parameters,
    request: Request,
    next: Next,
) -> Response {
    let signature = parameters.get("sig").map(String::as_str);
    if signature != Some(node.staged.signature.to_string().as_str()) {
        return refused(StatusCode::FORBIDDEN, "AuthenticationFailed");
    }
    next.run(request).await
}

/// An error in the form of Azure Storage.
fn refused(status: StatusCode, code: &'static str) -> Response {
    let xml =
        format!(r#"<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{code}</Message></Error>"#);
    (status, [("x-ms-error-code", code), ("content-type", "application/xml")], xml).into_response()
}

fn message_text(body: &[u8]) -> Option<String> {
    let document = roxmltree::Document::parse(std::str::from_utf8(body).ok()?).ok()?;
    let text = document.descendants().find(|node| node.has_tag_name("MessageText"))?;
    text.text().map(str::to_owned)
}

/// What a queue says of a message that it took.
fn receipt() -> String {
    let time = |days: i64| {
        let time = Timestamp::now() + SignedDuration::from_hours(24 * days);
        DateTimePrinter::new().timestamp_to_rfc9110_string(&time).unwrap_or_default()
    };
    let (inserted, expires) = (time(0), time(7));
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?><QueueMessagesList><QueueMessage><MessageId>{}</MessageId><InsertionTime>{inserted}</InsertionTime><ExpirationTime>{expires}</ExpirationTime><PopReceipt>none</PopReceipt><TimeNextVisible>{inserted}</TimeNextVisible></QueueMessage></QueueMessagesList>"#,
        Uuid::new_v4()
    )
}

/// Ingests what a message announces, or keeps why not.
fn act(node: &Node, text: &str) {
    let json = BASE64_STANDARD.decode(text).unwrap_or_default();
    let announcement = serde_json::from_slice::<Announcement>(&json);
    let outcome = match &announcement {
        Ok(announcement) => ingest(node, announcement),
        Err(error) => Err(KustoError::bad_request(format!("the message cannot be read: {error}"))),
    };
    if let Err(error) = outcome {
        let of = |part: fn(&Announcement) -> &str| announcement.as_ref().map(part).unwrap_or_default().to_owned();
        let path = of(|announcement| announcement.blob_path.split('?').next().unwrap_or_default());
        node.staged.fail(Failure {
            source_id: of(|announcement| &announcement.id),
            path,
            database: of(|announcement| &announcement.database_name),
            table: of(|announcement| &announcement.table_name),
            failed: now(),
            error,
        });
    }
}

fn ingest(node: &Node, announcement: &Announcement) -> Result<(), KustoError> {
    let Announcement { blob_path, database_name, table_name, additional_properties: properties, .. } = announcement;
    if properties.authorization_context != node.staged.identity_token.to_string() {
        return Err(KustoError::ingestion("General_AccessDenied", "the message has not the token that was given"));
    }
    let data = records(node, blob_path)?;
    let catalog = node.store.snapshot();
    let table = entities::table(&catalog, database_name, table_name)?;
    let format = Format::parse(properties.format.as_deref().unwrap_or("csv"))?;
    let (text, name) = (properties.ingestion_mapping.as_deref(), properties.ingestion_mapping_reference.as_deref());
    let mapping = Mapping::given(table, format, text, name)?;
    let records =
        Records { data: &data, format, mapping: mapping.as_ref(), ignore_first: properties.ignore_first_record };
    let batch = Batch {
        columns: records.read(table.schema())?,
        tags: texts(properties.tags.as_deref())?,
        unless_ingested_by: texts(properties.ingest_if_not_exists.as_deref())?,
    };
    append(&node.store, database_name, table_name, batch).map(drop)
}

/// What was laid down at this URL. How it is compressed says its name.
fn records(node: &Node, url: &str) -> Result<Vec<u8>, KustoError> {
    let path = url.split('?').next().unwrap_or_default();
    let name = percent_decode_str(path.rsplit('/').next().unwrap_or_default()).decode_utf8_lossy().into_owned();
    let missing = || KustoError::ingestion("Download_SourceNotFound", "there is no blob at the path of the message");
    let blob = node.staged.blob(&name).ok_or_else(missing)?;
    if name.ends_with(".gz") { body::gunzip(&blob, body::MOST_READ) } else { Ok(blob) }
}

/// An array of texts that is itself a text.
fn texts(json: Option<&str>) -> Result<Vec<String>, KustoError> {
    serde_json::from_str(json.unwrap_or("[]"))
        .map_err(|_| KustoError::bad_request("tags and ingestIfNotExists are JSON arrays in a string"))
}

#[cfg(test)]
mod tests;
