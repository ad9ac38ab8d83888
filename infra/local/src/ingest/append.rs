//! Rows into their table.

use crate::entities::table_mut;
use crate::error::KustoError;
use crate::storage::column::Column;
use crate::storage::store::Store;
use crate::storage::table::Extent;
use uuid::Uuid;

/// Rows to ingest together.
pub struct Batch {
    /// The rows, as columns of the table.
    pub columns: Vec<Column>,
    /// The tags of the extent that they become.
    pub tags: Vec<String>,
    /// Nothing is ingested where an extent has the tag `ingest-by:` with one of these.
    pub unless_ingested_by: Vec<String>,
}

/// Adds rows to a table as one extent, and gives its id; none where they were ingested before.
///
/// # Errors
/// Where the table does not exist, or its columns were changed since the rows were read.
pub fn append(store: &Store, database: &str, name: &str, batch: Batch) -> Result<Option<Uuid>, KustoError> {
    let extent =
        Extent::new(batch.columns, batch.tags).ok_or_else(|| KustoError::internal("columns of different lengths"))?;
    let id = extent.id;
    store.update(|catalog| {
        let table = table_mut(catalog, database, name)?;
        if batch.unless_ingested_by.iter().any(|tag| table.has_tag(&format!("ingest-by:{tag}"))) {
            return Ok(None);
        }
        if table.append(extent) {
            return Ok(Some(id));
        }
        let message = format!("the columns of table '{name}' were changed meanwhile: send the records again");
        Err(KustoError { permanent: false, ..KustoError::ingestion("BadRequest_InvalidSchema", message) })
    })
}
