//! What a browser sees: what this is, and the tables.

use crate::storage::store::Store;
use axum::extract::State;
use std::fmt::Write;
use std::sync::Arc;

/// The databases and tables, as text.
pub(super) async fn show(State(store): State<Arc<Store>>) -> String {
    let mut page =
        "An embedded Kusto for development, tests and demos. Point a Kusto client at this address.\n".to_owned();
    for (name, database) in store.snapshot().databases() {
        // Writing to a string does not fail.
        let _ = writeln!(page, "\n{name}");
        for table in database.tables() {
            let _ = writeln!(page, "  {} ({} rows)", table.name(), table.rows());
        }
    }
    page
}
