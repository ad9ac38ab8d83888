//! The rows of a query into a table.

use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::storage::catalog::Database;
use crate::storage::store::Store;
use crate::storage::table::{ColumnSchema, Extent, Table};
use std::sync::Arc;
use uuid::Uuid;

/// What becomes of a table that exists, and of one that does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It must not exist.
    Set,
    /// It must exist.
    Append,
    /// It is created where it does not exist.
    SetOrAppend,
    /// It is created where it does not exist, and loses its rows where it does.
    SetOrReplace,
}

/// Where the rows of a query go, and how.
#[derive(Clone, Debug)]
pub struct QueryResult {
    /// The database.
    pub database: String,
    /// The table.
    pub table: String,
    /// What becomes of the table.
    pub mode: Mode,
    /// Whether columns that the table lacks are added to it.
    pub extend_schema: bool,
    /// Whether a table whose rows are replaced gets the columns of the query.
    pub recreate_schema: bool,
    /// The folder that the table gets.
    pub folder: Option<String>,
    /// The text that the table gets.
    pub docstring: Option<String>,
    /// The tags of the extent.
    pub tags: Vec<String>,
    /// Nothing is ingested where an extent has the tag `ingest-by:` with one of these.
    pub unless_ingested_by: Vec<String>,
}

/// The extent that was made.
#[derive(Clone, Copy, Debug)]
pub struct Appended {
    /// Its id.
    pub id: Uuid,
    /// Its rows.
    pub rows: usize,
    /// The bytes of its cells.
    pub size: usize,
}

impl QueryResult {
    /// Refuses what the table, by being there or not, does not allow.
    ///
    /// # Errors
    /// The service's, that the table exists already or does not exist.
    pub fn check(&self, database: &Database) -> Result<(), KustoError> {
        match (self.mode, database.table(&self.table)) {
            (Mode::Set, Some(_)) => Err(KustoError::already_exists("Table", &self.table)),
            (Mode::Append, None) => Err(KustoError::not_found("Table", &self.table)),
            _ => Ok(()),
        }
    }

    /// Ingests the rows; none where they were ingested before. All of them, or none where there is an error.
    ///
    /// # Errors
    /// Where the table does not allow it, or has other columns.
    pub fn ingest(&self, store: &Store, rows: ResultTable) -> Result<Option<Appended>, KustoError> {
        store.update(|catalog| {
            let database = catalog.database_mut(&self.database);
            self.check(database)?;
            let existing = database.table(&self.table);
            let mut tags = self.unless_ingested_by.iter().map(|tag| format!("ingest-by:{tag}"));
            if existing.is_some_and(|table| tags.any(|tag| table.has_tag(&tag))) {
                return Ok(None);
            }
            let mut table = self.target(existing, &rows.schema)?;
            let columns = rows.columns.into_iter().map(Arc::unwrap_or_clone).collect();
            let extent = Extent::new(columns, self.tags.clone())
                .ok_or_else(|| KustoError::internal("columns of different lengths"))?;
            let size = extent.columns().iter().map(|column| column.size()).sum();
            let appended = Appended { id: extent.id, rows: extent.rows(), size };
            if extent.rows() > 0 && !table.append(extent) {
                return Err(mismatch(&rows.schema, table.schema()));
            }
            database.insert(table);
            Ok(Some(appended))
        })
    }

    /// The table as it is before it gets the rows.
    fn target(&self, existing: Option<&Table>, schema: &[ColumnSchema]) -> Result<Table, KustoError> {
        let mut table = match existing {
            None => Table::new(&self.table, schema.to_vec()),
            Some(table) if self.mode == Mode::SetOrReplace && self.recreate_schema => {
                let mut recreated = Table::new(&self.table, schema.to_vec());
                recreated.settings = table.settings.clone();
                recreated
            }
            Some(table) => table.clone(),
        };
        if self.mode == Mode::SetOrReplace {
            table.clear();
        }
        if self.extend_schema {
            table.add_columns(schema.get(table.schema().len()..).unwrap_or_default().to_vec());
        }
        if let Some(folder) = &self.folder {
            table.settings.folder.clone_from(folder);
        }
        if let Some(docstring) = &self.docstring {
            table.settings.docstring.clone_from(docstring);
        }
        let types = |schema: &[ColumnSchema]| schema.iter().map(|column| column.column_type).collect::<Vec<_>>();
        if types(table.schema()) == types(schema) { Ok(table) } else { Err(mismatch(schema, table.schema())) }
    }
}

/// Columns are matched by their order and type, not by name.
fn mismatch(query: &[ColumnSchema], table: &[ColumnSchema]) -> KustoError {
    let types = |schema: &[ColumnSchema]| {
        schema.iter().map(|column| format!("{}:{}", column.name, column.column_type)).collect::<Vec<_>>().join(",")
    };
    let message = format!(
        "Query schema does not match table schema: the query gives ({}), the table has ({}), and both are compared by the \
         order and type of their columns.",
        types(query),
        types(table)
    );
    KustoError::ingestion("BadRequest_QuerySchemaDoesNotMatchTableSchema", message)
}
