//! Databases and tables by their names, or the service's error that there is none.

use crate::error::KustoError;
use crate::storage::catalog::{Catalog, Database};
use crate::storage::table::Table;

/// The database of this name.
///
/// # Errors
/// Where there is none.
pub(crate) fn database<'c>(catalog: &'c Catalog, name: &str) -> Result<&'c Database, KustoError> {
    catalog.database(name).ok_or_else(|| KustoError::not_found("Database", name))
}

/// The table of this name.
///
/// # Errors
/// Where the database or the table does not exist.
pub(crate) fn table<'c>(catalog: &'c Catalog, database_name: &str, name: &str) -> Result<&'c Table, KustoError> {
    database(catalog, database_name)?.table(name).ok_or_else(|| KustoError::not_found("Table", name))
}

/// The table of this name, to change it.
///
/// # Errors
/// Where the database or the table does not exist.
pub(crate) fn table_mut<'c>(
    catalog: &'c mut Catalog,
    database_name: &str,
    name: &str,
) -> Result<&'c mut Table, KustoError> {
    database(catalog, database_name)?;
    catalog.database_mut(database_name).table_mut(name).ok_or_else(|| KustoError::not_found("Table", name))
}
