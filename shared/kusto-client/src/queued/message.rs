//! What a message in a cluster's queue says (docs: "How to ingest data with the REST API").

use super::{MOST_MESSAGE, QueuedIngestion, staging::Resources};
use auth::endpoint::Endpoint;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A message about records that are laid down in a blob.
pub(super) struct Message<'a> {
    pub(super) ingestion: &'a QueuedIngestion<'a>,
    pub(super) source_id: Uuid,
    pub(super) resources: &'a Resources,
    pub(super) blob: &'a Endpoint,
}

impl Message<'_> {
    /// The body that puts it into a queue; how many bytes its text has where those are too many.
    pub(super) fn body(&self) -> Result<Bytes, usize> {
        let text = BASE64_STANDARD.encode(self.json().to_string());
        if text.len() > MOST_MESSAGE {
            return Err(text.len());
        }
        Ok(Bytes::from(format!("<QueueMessage><MessageText>{text}</MessageText></QueueMessage>")))
    }

    fn json(&self) -> Value {
        let QueuedIngestion { database, table, records, tags, flush_immediately, .. } = self.ingestion;
        json!({
            "Id": self.source_id.to_string(),
            "BlobPath": self.blob.as_str(),
            "RawDataSize": records.len(),
            "DatabaseName": database.name(),
            "TableName": table,
            // The cluster clears its storage by itself. A message that arrives twice finds the records, and then that they are there.
            "RetainBlobOnSuccess": true,
            "FlushImmediately": *flush_immediately || !tags.is_empty(),
            "IgnoreSizeLimit": false,
            // Failures, and no success, in the queue for failures.
            "ReportLevel": 0,
            "ReportMethod": 0,
            "AdditionalProperties": self.properties(),
        })
    }

    fn properties(&self) -> Map<String, Value> {
        let QueuedIngestion { format, mapping, tags, .. } = self.ingestion;
        let mut properties = Map::from_iter([
            ("authorizationContext".to_owned(), json!(self.resources.authorization_context)),
            ("format".to_owned(), json!(format.name())),
        ]);
        if let Some(mapping) = mapping {
            properties.insert("ingestionMappingReference".to_owned(), json!(mapping));
        }
        if !tags.is_empty() {
            let by: Vec<String> = tags.iter().map(|tag| format!("ingest-by:{tag}")).collect();
            // Arrays as text.
            properties.insert("tags".to_owned(), json!(json!(by).to_string()));
            properties.insert("ingestIfNotExists".to_owned(), json!(json!(tags).to_string()));
        }
        properties
    }
}
