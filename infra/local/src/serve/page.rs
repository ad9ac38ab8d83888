//! What a browser sees: what this is, the commands, and the tables.

use crate::commands::registry::COMMANDS;
use crate::node::Node;
use axum::extract::State;
use std::fmt::Write;
use std::sync::Arc;

/// The commands, the databases and their tables, as text.
pub(super) async fn show(State(node): State<Arc<Node>>) -> String {
    let mut page =
        "An embedded Kusto for development, tests and demos. Point a Kusto client at this address.\n".to_owned();
    page.push_str("\nManagement commands\n");
    for command in COMMANDS {
        // Writing to a string does not fail.
        let _ = writeln!(page, "  .{}: {}", command.words, command.doc);
    }
    for (name, database) in node.store.snapshot().databases() {
        let _ = writeln!(page, "\n{name}");
        for table in database.tables() {
            let _ = writeln!(page, "  {} ({} rows)", table.name(), table.rows());
        }
    }
    page
}
