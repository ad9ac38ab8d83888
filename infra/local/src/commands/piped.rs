//! Queries over what a command answers: `.show tables | where … | count`

use super::Invocation;
use crate::engine;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::storage::catalog::Catalog;
use crate::storage::table::{Extent, Table};
use kql::lexer::{TokenKind, tokens};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the engine knows the command's table by, for the time of the query.
const NAME: &str = ".";

/// The command and, from its `|` on, the query over its answer. Only `.show` takes one; what follows `<|` is no part of either.
pub(crate) fn split(text: &str) -> (&str, Option<&str>) {
    let mut words = tokens(text).filter(|token| token.kind != TokenKind::Directive).skip(1);
    let shows = words.next().is_some_and(|word| word.text(text).eq_ignore_ascii_case("show"));
    let bar = words.find(|token| token.kind == TokenKind::Bar).filter(|_| shows);
    bar.and_then(|bar| text.split_at_checked(bar.start)).map_or((text, None), |(command, query)| (command, Some(query)))
}

/// Runs the query over the table that the command answered.
pub(super) fn query(
    invocation: &Invocation<'_>,
    table: ResultTable,
    command: &str,
    query: &str,
) -> Result<Vec<ResultTable>, KustoError> {
    let mut catalog = Catalog::clone(&invocation.node.store.snapshot());
    catalog.database_mut(invocation.database).insert(stored(table)?);
    let text = format!("{}{query}", in_place_of(command));
    Ok(engine::run::run(&text, &catalog, invocation.database, &BTreeMap::new(), invocation.request.bounds())?.tables)
}

/// The name of the table, as long as the command, so that an error names its place in the text as it was sent.
fn in_place_of(command: &str) -> String {
    let last_line = command.rsplit('\n').next().unwrap_or_default().chars().count();
    let name = format!("['{NAME}']{}", "\n".repeat(command.matches('\n').count()));
    let column = if name.ends_with('\n') { 0 } else { name.len() };
    format!("{name}{}", " ".repeat(last_line.saturating_sub(column)))
}

fn stored(answer: ResultTable) -> Result<Table, KustoError> {
    let mut table = Table::new(NAME, answer.schema);
    let columns = answer.columns.into_iter().map(Arc::unwrap_or_clone).collect();
    let extent = Extent::new(columns, Vec::new());
    match extent.is_some_and(|extent| table.append(extent)) {
        true => Ok(table),
        false => Err(KustoError::internal("the command's answer is no table")),
    }
}
