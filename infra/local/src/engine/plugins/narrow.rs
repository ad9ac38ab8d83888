//! `narrow`: a row for each cell.

use crate::engine::error::Result;
use crate::engine::plugins::{Plugin, PluginCall};
use crate::engine::relation::{NamedColumn, Relation};
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;

pub(super) const NARROW: Plugin =
    Plugin { name: "narrow", signature: "()", doc: "A row for each cell: its row, column and text.", run };

fn run(call: &PluginCall<'_>) -> Result<Relation> {
    let cells = call.input.rows * call.input.columns.len();
    call.scope.context.check_rows(cells)?;
    let mut rows = Column::new(ColumnType::Long, cells);
    let mut names = Column::new(ColumnType::String, cells);
    let mut values = Column::new(ColumnType::String, cells);
    for row in 0..call.input.rows {
        for column in &call.input.columns {
            rows.push(Value::Long(row as i64));
            names.push(column.name.as_str().into());
            values.push(column.data.value(row).to_text().into_owned().into());
        }
    }
    let columns = [("Row", rows), ("Column", names), ("Value", values)];
    Ok(Relation::new(columns.map(|(name, column)| NamedColumn::new(name, column)).to_vec(), cells))
}
