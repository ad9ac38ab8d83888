//! `.ingest inline into table T with (format="csv", tags='["ingest-by:x"]', ingestIfNotExists='["x"]') <| …`

use super::Invocation;
use super::cursor::Cursor;
use super::properties::Properties;
use crate::answer;
use crate::clock::elapsed;
use crate::engine::result::ResultTable;
use crate::entities::table;
use crate::error::KustoError;
use crate::ingest::append::{Batch, append};
use crate::ingest::format::Format;
use crate::ingest::mapping::Mapping;
use crate::ingest::records::Records;
use crate::node::operations::State;
use crate::storage::column_type::ColumnType::{Bool, Guid, String as Text, Timespan};
use crate::storage::value::Value;
use kql::lexer::TokenKind;
use std::time::Instant;
use uuid::Uuid;

const PROPERTIES: [&str; 6] =
    ["format", "tags", "ingestIfNotExists", "ingestionMapping", "ingestionMappingReference", "ignoreFirstRecord"];

/// Ingests the data after `<|`, unless an extent has one of the `ingest-by:` tags that `ingestIfNotExists` names.
pub(super) fn ingest(invocation: &Invocation<'_>, mut cursor: Cursor<'_>) -> Result<ResultTable, KustoError> {
    let started = Instant::now();
    let properties = Properties::take(&mut cursor, &PROPERTIES)?;
    let bar = cursor.expect(TokenKind::LessBar, "<|")?;
    let catalog = invocation.node.store.snapshot();
    let table = table(&catalog, invocation.database, invocation.table())?;
    let format = properties.get("format").unwrap_or("csv");
    let format = Format::parse(format)?;
    let (text, name) = (properties.get("ingestionMapping"), properties.get("ingestionMappingReference"));
    let mapping = Mapping::given(table, format, text, name)?;
    let records = Records {
        data: data(cursor.remaining(bar)).as_bytes(),
        format,
        mapping: mapping.as_ref(),
        ignore_first: properties.flag("ignoreFirstRecord"),
    };
    let batch = Batch {
        columns: records.read(table.schema())?,
        tags: properties.texts("tags")?,
        unless_ingested_by: properties.texts("ingestIfNotExists")?,
    };
    let id = append(&invocation.node.store, invocation.database, invocation.table(), batch)?;
    let operation = invocation.node.operations.begin(invocation.kind, invocation.request);
    invocation.node.operations.update(operation, State::Completed, String::new());
    Ok(answer(id.unwrap_or_default(), operation, started))
}

/// The data itself starts on the line after `<|`, or on the same line after spaces.
fn data(text: &str) -> &str {
    let text = text.trim_start_matches([' ', '\t']);
    text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n')).unwrap_or(text)
}

fn answer(id: Uuid, operation: Uuid, started: Instant) -> ResultTable {
    let columns =
        [("ExtentId", Guid), ("ItemLoaded", Text), ("Duration", Timespan), ("HasErrors", Bool), ("OperationId", Guid)];
    answer::table(
        columns,
        [[
            Value::Guid(id),
            Value::from("inproc:inline"),
            Value::Timespan(elapsed(started)),
            Value::Bool(false),
            Value::Guid(operation),
        ]],
    )
}
