//! Databases and their tables.

use crate::storage::table::Table;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The database that is always there, and that a request means which names none; called as in the service.
pub const DEFAULT_DATABASE: &str = "NetDefaultDB";

/// All databases by name. Cheap to clone: a clone is a snapshot.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    databases: BTreeMap<String, Arc<Database>>,
}

/// A database: its tables by name. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Database {
    /// Whether the streaming ingestion policy is enabled for the tables that have none of their own.
    pub streaming_ingestion: bool,
    tables: BTreeMap<String, Arc<Table>>,
}

impl Catalog {
    /// The database of this name.
    pub fn database(&self, name: &str) -> Option<&Database> {
        self.databases.get(name).map(|database| &**database)
    }

    /// The database of this name, to change it; a new one where there is none.
    pub fn database_mut(&mut self, name: &str) -> &mut Database {
        Arc::make_mut(self.databases.entry(name.to_owned()).or_default())
    }

    /// All databases, by name.
    pub fn databases(&self) -> impl Iterator<Item = (&str, &Database)> {
        self.databases.iter().map(|(name, database)| (name.as_str(), &**database))
    }
}

impl Database {
    /// The table of this name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name).map(|table| &**table)
    }

    /// The table of this name, to change it.
    pub fn table_mut(&mut self, name: &str) -> Option<&mut Table> {
        self.tables.get_mut(name).map(Arc::make_mut)
    }

    /// All tables, by name.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values().map(|table| &**table)
    }

    /// Adds a table, in place of one of the same name.
    pub fn insert(&mut self, table: Table) {
        self.tables.insert(table.name().to_owned(), Arc::new(table));
    }

    /// Whether records may be streamed into one of its tables.
    pub fn streams_into(&self, table: &Table) -> bool {
        table.settings.streaming_ingestion.unwrap_or(self.streaming_ingestion)
    }

    /// Removes a table; whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        self.tables.remove(name).is_some()
    }
}
