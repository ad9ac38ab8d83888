//! `POST /v1/rest/ingest/{database}/{table}?streamFormat=…&mappingName=…`: streaming ingestion

use super::envelope::Caller;
use super::{body, v1, work};
use crate::answer;
use crate::engine::result::ResultTable;
use crate::entities;
use crate::error::KustoError;
use crate::ingest::append::{Batch, append};
use crate::ingest::format::Format;
use crate::ingest::mapping::Mapping;
use crate::ingest::records::Records;
use crate::node::Node;
use crate::storage::column_type::ColumnType::{Long, String as Text};
use crate::storage::store::Store;
use crate::storage::value::Value;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// Bytes of a request after decompression (learn.microsoft.com, "Configure streaming ingestion": 4 MB per request).
const LIMIT: usize = 4 << 20;

/// What the URL says beside the table.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    stream_format: Option<String>,
    mapping_name: Option<String>,
    source_kind: Option<String>,
}

/// Ingests the records of the body: all of them, or none where one cannot be read.
pub(super) async fn ingest(
    State(node): State<Arc<Node>>,
    Extension(caller): Extension<Caller>,
    Path((database, table)): Path<(String, String)>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let outcome = match body::read(&headers, body, LIMIT).await {
        Ok(data) => work(move || stream(&node.store, &database, &table, &parameters, &data)).await,
        Err(error) => Err(error),
    };
    body::reply(&caller.ids, outcome)
}

fn stream(
    store: &Store,
    database: &str,
    name: &str,
    parameters: &Parameters,
    data: &[u8],
) -> Result<Vec<u8>, KustoError> {
    if parameters.source_kind.as_deref().is_some_and(|kind| !kind.eq_ignore_ascii_case("stream")) {
        return Err(KustoError::ingestion(
            "BadRequest_SourceKindNotSupported",
            "only records in the body are supported: leave sourceKind out",
        ));
    }
    let catalog = store.snapshot();
    let table = entities::table(&catalog, database, name)?;
    if !entities::database(&catalog, database)?.streams_into(table) {
        let message = format!(
            "streaming ingestion policy is not enabled on table '{name}': send .alter table {name} policy streamingingestion enable"
        );
        return Err(KustoError::ingestion("BadRequest_StreamingIngestionPolicyNotEnabled", message));
    }
    let format = format(parameters)?;
    let mapping = parameters.mapping_name.as_deref().filter(|name| !name.is_empty());
    let mapping = mapping.map(|mapping| Mapping::stored(table, format, mapping)).transpose()?;
    let records = Records { data, format, mapping: mapping.as_ref(), ignore_first: false };
    let columns = records.read(table.schema())?;
    let count = columns.first().map_or(0, |column| column.len());
    append(store, database, name, Batch { columns, tags: Vec::new(), unless_ingested_by: Vec::new() })?;
    v1::command(&consumed(count))
}

fn format(parameters: &Parameters) -> Result<Format, KustoError> {
    let name = parameters.stream_format.as_deref().unwrap_or_default();
    Format::from_name(name).ok_or_else(|| {
        let message = format!("the streamFormat '{name}' is not supported: use csv, json or multijson");
        KustoError::ingestion("BadRequest_FormatNotSupported", message)
    })
}

fn consumed(count: usize) -> ResultTable {
    let columns = [
        ("ConsumedRecordsCount", Long),
        ("UpdatePolicyStatus", Text),
        ("UpdatePolicyFailureCode", Text),
        ("UpdatePolicyFailureReason", Text),
    ];
    let count = Value::Long(i64::try_from(count).unwrap_or(i64::MAX));
    answer::table(columns, [[count, Value::from("Inactive"), Value::from("Unknown"), Value::from("")]])
}
