//! `make-series`: aggregates along an axis as arrays, with values where there are no rows.

use crate::engine::aggregates::AggregateCall;
use crate::engine::bind::binder::Binder;
use crate::engine::bind::names::{UniqueNames, own_name};
use crate::engine::error::{EngineError, Result};
use crate::engine::evaluate::column;
use crate::engine::functions::rounding::bin;
use crate::engine::keys::group;
use crate::engine::operators::summarize::key_columns;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::order::compare;
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::{Expr, NamedExpr};
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::{cast, to_dynamic, to_long, to_real};
use crate::storage::dynamic::Dynamic;
use crate::storage::time::{DateTime, Timespan};
use crate::storage::value::Value;
use kql::lexer::TokenKind;
use std::cell::RefCell;
use std::cmp::Ordering;

pub(super) const MAKE_SERIES: OperatorEntry = OperatorEntry {
    name: "make-series",
    doc: "Aggregates along an axis as arrays, with values where there are no rows.",
    parse,
};

#[derive(Debug)]
struct MakeSeries {
    /// An aggregate, and its value where there are no rows.
    aggregates: Vec<(NamedExpr, Option<Expr>)>,
    axis: NamedExpr,
    from: Option<Expr>,
    to: Option<Expr>,
    step: Expr,
    /// Whether it is `in range(from, to, step)`: points are multiples of the step, and `to` is included.
    is_range: bool,
    keys: Vec<NamedExpr>,
}

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    parser.properties(&["kind"])?;
    let aggregates = parser.list(|parser| {
        let named = parser.named()?;
        let has_default = parser.accept_word("default");
        if has_default {
            parser.expect(TokenKind::Equal, "'='")?;
        }
        Ok((named, if has_default { Some(parser.scalar()?) } else { None }))
    })?;
    parser.expect_word("on")?;
    let axis = axis(parser)?;
    if parser.is_word("in") {
        return in_range(parser, aggregates, axis);
    }
    let from = if parser.accept_word("from") { Some(parser.scalar()?) } else { None };
    let to = if parser.accept_word("to") { Some(parser.scalar()?) } else { None };
    parser.expect_word("step")?;
    let step = parser.scalar()?;
    let keys = parse_keys(parser)?;
    Ok(Box::new(MakeSeries { aggregates, axis, from, to, step, is_range: false, keys }))
}

/// Takes `in range(from, to, step)`, the older form.
fn in_range(
    parser: &mut Parser<'_>,
    aggregates: Vec<(NamedExpr, Option<Expr>)>,
    axis: NamedExpr,
) -> Result<Box<dyn Operator>> {
    parser.advance();
    parser.expect_word("range")?;
    let error = parser.expected("three values");
    let mut values = parser.parenthesized(Parser::scalar)?.into_iter();
    let (Some(from), Some(to), Some(step)) = (values.next(), values.next(), values.next()) else { return Err(error) };
    let keys = parse_keys(parser)?;
    Ok(Box::new(MakeSeries { aggregates, axis, from: Some(from), to: Some(to), step, is_range: true, keys }))
}

/// Takes `expression` or `name = expression`, in which `in` is no operator.
fn axis(parser: &mut Parser<'_>) -> Result<NamedExpr> {
    let named = parser.at_name_before_equal();
    let names = if named { vec![parser.name()?] } else { Vec::new() };
    if named {
        parser.advance();
    }
    Ok(NamedExpr { names, value: parser.sum()? })
}

fn parse_keys(parser: &mut Parser<'_>) -> Result<Vec<NamedExpr>> {
    if parser.accept_word("by") { parser.list(Parser::named) } else { Ok(Vec::new()) }
}

/// The points of the axis: the first, how far apart and how many, in ticks or numbers.
struct Axis {
    start: f64,
    step: f64,
    ticks: Option<(i64, i64)>,
    count: usize,
    column_type: ColumnType,
}

impl Operator for MakeSeries {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let binder = Binder::over(scope, &input);
        let bound = binder.bind(&self.axis.value)?;
        let points = column(&bound, &input, &scope.context)?;
        let axis = self.axis(&points, scope)?;
        let inside: Vec<u32> =
            (0..input.rows).filter(|row| axis.index(&points.value(*row)).is_some()).map(|row| row as u32).collect();
        let kept = input.gather(&inside);
        let indexes: Vec<usize> = inside.iter().filter_map(|row| axis.index(&points.value(*row as usize))).collect();

        let mut names = UniqueNames::default();
        let keys = key_columns(&kept, &self.keys, &mut names, scope)?;
        let groups = group(&keys.iter().map(|key| key.data.clone()).collect::<Vec<_>>(), kept.rows);
        let series = if keys.is_empty() { 1 } else { groups.first_rows.len() };
        scope.context.check_rows(series.saturating_mul(axis.count))?;
        let slots: Vec<u32> = groups
            .of_row
            .iter()
            .zip(&indexes)
            .map(|(group, index)| *group * axis.count as u32 + *index as u32)
            .collect();

        let mut columns: Vec<NamedColumn> =
            keys.iter().map(|key| NamedColumn::new(key.name.clone(), key.data.gather(&groups.first_rows))).collect();
        for (named, default) in &self.aggregates {
            let (own, values) = self.values(&kept, named, default.as_ref(), &slots, series * axis.count, scope)?;
            let name = named.names.first().cloned().unwrap_or(own);
            columns.push(NamedColumn::new(names.unique(&name), arrays(&values, series, axis.count)));
        }
        let name =
            self.axis.names.first().cloned().or_else(|| own_name(&self.axis.value)).unwrap_or_else(|| names.unnamed());
        let points = Value::Dynamic(Dynamic::array((0..axis.count).map(|index| to_dynamic(&axis.point(index)))));
        columns.push(NamedColumn::new(names.unique(&name), Column::repeat(ColumnType::Dynamic, &points, series)));
        Ok(Relation::new(columns, series))
    }
}

impl MakeSeries {
    /// The value of an aggregate in each slot, with its own name.
    fn values(
        &self,
        input: &Relation,
        named: &NamedExpr,
        default: Option<&Expr>,
        slots: &[u32],
        count: usize,
        scope: &Scope,
    ) -> Result<(String, Vec<Dynamic>)> {
        let collected: RefCell<Vec<AggregateCall>> = RefCell::default();
        let binder = Binder { aggregates: Some(&collected), ..Binder::over(scope, input) };
        let bound = binder.bind(&named.value)?;
        let calls = collected.into_inner();
        let parts =
            calls.iter().map(|call| Ok(NamedColumn::new("", call.aggregate(input, slots, count, &scope.context)?)));
        let parts = Relation::new(parts.collect::<Result<Vec<_>>>()?, count);
        let values = column(&bound, &parts, &scope.context)?;
        let default = match default {
            Some(default) => cast(&Binder::without_columns(scope).constant(default)?.0, bound.column_type).into_owned(),
            None => cast(&Value::Long(0), bound.column_type).into_owned(),
        };
        let mut used = vec![false; count];
        slots.iter().for_each(|slot| used.get_mut(*slot as usize).into_iter().for_each(|used| *used = true));
        let value =
            |(slot, used): (usize, &bool)| to_dynamic(&if *used { values.value(slot) } else { default.borrowed() });
        Ok((
            own_name(&named.value).unwrap_or_else(|| "Column1".to_owned()),
            used.iter().enumerate().map(value).collect(),
        ))
    }

    fn axis(&self, points: &Column, scope: &Scope) -> Result<Axis> {
        let binder = Binder::without_columns(scope);
        let constant =
            |expr: &Option<Expr>| expr.as_ref().map(|expr| binder.constant(expr).map(|(value, _)| value)).transpose();
        let (from, to) = (constant(&self.from)?, constant(&self.to)?);
        let step = binder.constant(&self.step)?.0;
        let end_included = to.is_none() || self.is_range;
        let from = if self.is_range { from.map(|from| bin(&[from, step.clone()])) } else { from };
        let start = from.or_else(|| extreme(points, Ordering::Less));
        let end = to.or_else(|| extreme(points, Ordering::Greater));
        let column_type = points.column_type();
        let (Some(start), Some(end)) = (start, end) else {
            return Ok(Axis { start: 0.0, step: 1.0, ticks: None, count: 0, column_type });
        };
        let axis = Axis::between(&start, &end, &step, end_included, column_type).ok_or_else(|| {
            let message = "make-series needs an axis of numbers or datetimes and a step above 0 that fits it";
            EngineError::semantic("SEM0231", message).at(self.step.offset)
        })?;
        scope.context.check_rows(axis.count)?;
        Ok(axis)
    }
}

/// The smallest or largest value of a column.
fn extreme(points: &Column, wanted: Ordering) -> Option<Value<'static>> {
    let values = (0..points.len()).map(|row| points.value(row)).filter(|value| !value.is_null());
    values.reduce(|best, next| if compare(&next, &best) == Some(wanted) { next } else { best }).map(Value::into_owned)
}

impl Axis {
    /// The points from `start` in steps up to `end`; none where values and step do not go together.
    fn between(
        start: &Value<'_>,
        end: &Value<'_>,
        step: &Value<'_>,
        end_included: bool,
        column_type: ColumnType,
    ) -> Option<Self> {
        let whole = |value: &Value<'_>| matches!(value, Value::Int(_) | Value::Long(_));
        let in_ticks = match (start, end, step) {
            (Value::DateTime(_), Value::DateTime(_), Value::Timespan(_)) => true,
            (Value::Timespan(_), Value::Timespan(_), Value::Timespan(_)) => true,
            _ => whole(start) && whole(end) && whole(step),
        };
        if in_ticks {
            let (start, end, step) = (to_long(start)?, to_long(end)?, to_long(step)?);
            let distance = i128::from(end) - i128::from(start) + i128::from(end_included);
            let count = if distance <= 0 { 0 } else { (distance - 1) / i128::from(step.max(1)) + 1 };
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            let axis = Self { start: start as f64, step: step as f64, ticks: Some((start, step)), count, column_type };
            return (step > 0).then_some(axis);
        }
        let (start, end, step) = (to_real(start)?, to_real(end)?, to_real(step)?);
        let steps = (end - start) / step;
        let count = if end_included { steps.floor() + 1.0 } else { steps.ceil() };
        let axis = Self { start, step, ticks: None, count: count.max(0.0) as usize, column_type };
        (step > 0.0 && column_type.is_numeric()).then_some(axis)
    }

    /// The point of the axis that a value belongs to; none outside.
    fn index(&self, value: &Value<'_>) -> Option<usize> {
        let index = match self.ticks {
            Some((start, step)) => {
                let from_start = i128::from(to_long(value)?) - i128::from(start);
                usize::try_from(from_start.div_euclid(i128::from(step))).ok()?
            }
            None => {
                let index = ((to_real(value)? - self.start) / self.step).floor();
                if index >= 0.0 { index as usize } else { return None }
            }
        };
        (index < self.count).then_some(index)
    }

    fn point(&self, index: usize) -> Value<'static> {
        let Some((start, step)) = self.ticks else { return Value::Real(self.start + index as f64 * self.step) };
        let at = start.wrapping_add(step.wrapping_mul(index as i64));
        match self.column_type {
            ColumnType::DateTime => DateTime::from_ticks(at).map_or(Value::Null, Value::DateTime),
            ColumnType::Timespan => Value::Timespan(Timespan(at)),
            _ => Value::Long(at),
        }
    }
}

/// A column of `series` arrays of `count` values each.
fn arrays(values: &[Dynamic], series: usize, count: usize) -> Column {
    let mut column = Column::new(ColumnType::Dynamic, series);
    for index in 0..series {
        let part = values.get(index * count..(index + 1) * count).unwrap_or_default();
        column.push(Value::Dynamic(Dynamic::array(part.iter().cloned())));
    }
    column
}
