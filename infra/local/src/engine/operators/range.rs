//! `range`: a column of equally spaced values.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::operators::{cast, widest};
use crate::engine::error::{EngineError, Result};
use crate::engine::operators::{Source, SourceEntry};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::time::{DateTime, Timespan};
use crate::storage::value::Value;
use kql::lexer::TokenKind;
use std::rc::Rc;

pub(super) const RANGE: SourceEntry = SourceEntry {
    name: "range",
    doc: "A column of equally spaced values.",
    starts: |parser| {
        parser.kind_ahead(1) == Some(TokenKind::Name) || parser.kind_ahead(1) == Some(TokenKind::OpenBracket)
    },
    parse,
};

#[derive(Debug)]
struct Range {
    name: String,
    from: Expr,
    to: Expr,
    step: Expr,
}

fn parse(parser: &mut Parser<'_>) -> Result<Rc<dyn Source>> {
    let name = parser.name()?;
    parser.expect_word("from")?;
    let from = parser.scalar()?;
    parser.expect_word("to")?;
    let to = parser.scalar()?;
    parser.expect_word("step")?;
    Ok(Rc::new(Range { name, from, to, step: parser.scalar()? }))
}

impl Source for Range {
    fn rows(&self, scope: &Scope) -> Result<Relation> {
        let binder = Binder::without_columns(scope);
        let (from, to, step) = (binder.bind(&self.from)?, binder.bind(&self.to)?, binder.bind(&self.step)?);
        let (column_type, step_type) = types(from.column_type, to.column_type, step.column_type).ok_or_else(|| {
            EngineError::semantic("SEM0231", "range needs numbers, timespans, or datetimes with a timespan as step")
                .at(self.from.offset)
        })?;
        let values = [cast(from, column_type), cast(to, column_type), cast(step, step_type)];
        let mut constants = Vec::new();
        for (bound, expr) in values.iter().zip([&self.from, &self.to, &self.step]) {
            let value = bound
                .value()
                .ok_or_else(|| EngineError::semantic("SEM0011", "range needs constants").at(expr.offset))?;
            constants.push(value.clone());
        }
        let column = spaced(&constants, column_type, scope)?;
        let rows = column.len();
        let mut relation = Relation::new(vec![NamedColumn::new(self.name.clone(), column)], rows);
        relation.serialized = true;
        Ok(relation)
    }
}

/// The type of the column and of its step.
fn types(from: ColumnType, to: ColumnType, step: ColumnType) -> Option<(ColumnType, ColumnType)> {
    match (from, to, step) {
        (ColumnType::DateTime, ColumnType::DateTime, ColumnType::Timespan) => Some((from, step)),
        (ColumnType::Timespan, ColumnType::Timespan, ColumnType::Timespan) => Some((from, step)),
        _ if from.is_numeric() && to.is_numeric() && step.is_numeric() => {
            let common = widest(widest(from, to), step);
            let common =
                if common == ColumnType::Decimal { ColumnType::Real } else { widest(common, ColumnType::Long) };
            Some((common, common))
        }
        _ => None,
    }
}

fn spaced(values: &[Value<'static>], column_type: ColumnType, scope: &Scope) -> Result<Column> {
    let mut column = Column::new(column_type, 0);
    match values {
        [Value::Real(from), Value::Real(to), Value::Real(step)] => {
            let count = ((to - from) / step).floor();
            if count.is_finite() && count >= 0.0 && *step != 0.0 {
                scope.context.check_rows(count as usize)?;
                (0..=count as usize).for_each(|index| column.push(Value::Real(from + index as f64 * step)));
            }
        }
        [Value::Long(from), Value::Long(to), Value::Long(step)] => {
            each(*from, *to, *step, scope, |at| column.push(Value::Long(at)))?;
        }
        [Value::Timespan(from), Value::Timespan(to), Value::Timespan(step)] => {
            each(from.0, to.0, step.0, scope, |at| column.push(Value::Timespan(Timespan(at))))?;
        }
        [Value::DateTime(from), Value::DateTime(to), Value::Timespan(step)] => {
            each(from.ticks(), to.ticks(), step.0, scope, |at| {
                column.push(DateTime::from_ticks(at).map_or(Value::Null, Value::DateTime));
            })?;
        }
        _ => {}
    }
    Ok(column)
}

/// Calls `add` with each number of a range.
fn each(from: i64, to: i64, step: i64, scope: &Scope, mut add: impl FnMut(i64)) -> Result<()> {
    if step == 0 {
        return Err(EngineError::semantic("SEM0011", "the step of range must not be 0"));
    }
    let distance = i128::from(to) - i128::from(from);
    let count = distance / i128::from(step);
    if distance.signum() * i128::from(step).signum() < 0 {
        return Ok(());
    }
    scope.context.check_rows(usize::try_from(count).unwrap_or(usize::MAX))?;
    (0..=count as i64).for_each(|index| add(from.wrapping_add(step.wrapping_mul(index))));
    Ok(())
}
