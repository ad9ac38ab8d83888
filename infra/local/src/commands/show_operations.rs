//! `.show operations [<id> | (<id>, …)]` and `.show operation <id> details`

use super::Invocation;
use super::cursor::Cursor;
use crate::answer;
use crate::engine::result::ResultTable;
use crate::error::KustoError;
use crate::node::operations::Record;
use crate::storage::column_type::ColumnType::{DateTime, String as Text, Timespan};
use crate::storage::value::Value;
use kql::lexer::TokenKind;
use uuid::Uuid;

/// The operations of some ids as they are now, or every record of the log.
pub(super) fn show(invocation: &Invocation<'_>, mut cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    let operations = &invocation.node.operations;
    let ids = ids(&mut cursor)?;
    cursor.end()?;
    Ok(answer(match ids {
        Some(ids) => ids.into_iter().filter_map(|id| operations.latest(id)).collect(),
        None => operations.records(),
    }))
}

/// What an operation came to whose command said `persistDetails=true`.
pub(super) fn details(invocation: &Invocation<'_>, mut cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    let id = cursor.guid()?;
    if !cursor.take_word("details") {
        return Err(cursor.expected("details"));
    }
    cursor.end()?;
    let kept = invocation.node.operations.details(id);
    kept.ok_or_else(|| KustoError::not_found("OperationDetails", &id.to_string()))
}

fn ids(cursor: &mut Cursor<'_>) -> Result<Option<Vec<Uuid>>, KustoError> {
    if cursor.at_end() {
        return Ok(None);
    }
    if cursor.take(TokenKind::OpenParen).is_none() {
        return Ok(Some(vec![cursor.guid()?]));
    }
    let mut ids = vec![cursor.guid()?];
    while cursor.take(TokenKind::Comma).is_some() {
        ids.push(cursor.guid()?);
    }
    cursor.expect(TokenKind::CloseParen, ", or )")?;
    Ok(Some(ids))
}

fn answer(records: Vec<Record>) -> ResultTable {
    let columns = [
        ("OperationId", Text),
        ("Operation", Text),
        ("NodeId", Text),
        ("StartedOn", DateTime),
        ("LastUpdatedOn", DateTime),
        ("Duration", Timespan),
        ("State", Text),
        ("Status", Text),
    ];
    let rows = records.into_iter().map(|record| {
        [
            Value::from(record.id.to_string()),
            Value::from(record.operation),
            Value::from(""),
            Value::DateTime(record.started),
            Value::DateTime(record.updated),
            Value::Timespan(record.updated.since(record.started)),
            Value::from(record.state.to_string()),
            Value::from(record.status),
        ]
    });
    answer::table(columns, rows)
}
