//! `preview`: some rows, and how many there are.

use crate::engine::error::Result;
use crate::engine::plugins::{Plugin, PluginCall};
use crate::engine::relation::{NamedColumn, Relation};
use crate::storage::column::Column;
use crate::storage::convert::to_long;

pub(super) const PREVIEW: Plugin = Plugin {
    name: "preview",
    signature: "(rows)",
    doc: "Up to so many rows, and in a second result table how many there are.",
    run,
};

fn run(call: &PluginCall<'_>) -> Result<Relation> {
    let most = to_long(&call.value(0, "NumberOfRows")?).and_then(|most| usize::try_from(most).ok());
    let most = most.ok_or_else(|| call.wrong("NumberOfRows", "a number from 0"))?;
    let count = Column::Long(vec![call.input.rows as i64].into());
    let tables = [call.input.first(most), Relation::new(vec![NamedColumn::new("Count", count)], 1)];
    let tables = tables.map(|table| ("PrimaryResult".to_owned(), table));
    call.scope.context.further.borrow_mut().extend(tables);
    Ok(Relation::default())
}
