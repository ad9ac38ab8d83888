//! `top-nested`: the first values in the order of an aggregate, and within each of them again.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::names::UniqueNames;
use crate::engine::error::Result;
use crate::engine::keys::group;
use crate::engine::operators::summarize::{Summarize, key_columns};
use crate::engine::operators::take::row_count;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::order::{SortKey, compare_rows};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::Expr;
use crate::storage::column::Column;
use crate::storage::convert::cast;
use crate::storage::value::Value;
use kql::lexer::TokenKind;

pub(super) const TOP_NESTED: OperatorEntry = OperatorEntry {
    name: "top-nested",
    doc: "The first values in the order of an aggregate, and within each of them again.",
    parse,
};

#[derive(Debug)]
struct TopNested {
    levels: Vec<Level>,
}

/// A value and its aggregate.
#[derive(Debug)]
struct Level {
    /// How many values; none for all.
    count: Option<Expr>,
    /// The aggregate by the value.
    ranked: Summarize,
    /// Whether the query names the aggregate.
    named: bool,
    /// What stands for all values but the first ones.
    others: Option<Expr>,
    ascending: bool,
}

type Row = Vec<Value<'static>>;

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    let mut levels = vec![level(parser)?];
    while parser.accept(TokenKind::Comma) {
        let offset = parser.offset();
        if parser.hyphenated()? != "top-nested" {
            return Err(crate::engine::error::EngineError::syntax(offset, "expected 'top-nested'"));
        }
        levels.push(level(parser)?);
    }
    Ok(Box::new(TopNested { levels }))
}

/// Takes `[count] of value [with others = constant] by aggregate [asc | desc]`.
fn level(parser: &mut Parser<'_>) -> Result<Level> {
    let count = if parser.is_word("of") { None } else { Some(parser.scalar()?) };
    parser.expect_word("of")?;
    let value = parser.named()?;
    let mut others = None;
    if parser.accept_word("with") {
        parser.expect_word("others")?;
        parser.expect(TokenKind::Equal, "'='")?;
        others = Some(parser.scalar()?);
    }
    parser.expect_word("by")?;
    let aggregate = parser.named()?;
    let ascending = parser.accept_word("asc");
    if !ascending {
        parser.accept_word("desc");
    }
    let named = !aggregate.names.is_empty();
    let ranked = Summarize { aggregates: vec![aggregate], keys: vec![value] };
    Ok(Level { count, ranked, named, others, ascending })
}

impl Operator for TopNested {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let mut names = UniqueNames::default();
        let mut columns = Vec::new();
        for level in &self.levels {
            let [value, aggregate] = level.columns(&input.first(0), scope)?;
            let own = if level.named { aggregate.name } else { format!("aggregated_{}", value.name) };
            columns.push((names.unique(&value.name), value.data.column_type()));
            columns.push((names.unique(&own), aggregate.data.column_type()));
        }
        let rows = top(&self.levels, &input, scope)?;
        scope.context.check_rows(rows.len())?;
        let columns = columns.into_iter().enumerate().map(|(index, (name, column_type))| {
            let mut column = Column::new(column_type, rows.len());
            rows.iter().for_each(|row| column.push(row.get(index).map_or(Value::Null, |cell| cast(cell, column_type))));
            NamedColumn::new(name, column)
        });
        Ok(Relation::new(columns.collect(), rows.len()))
    }
}

/// The rows of the levels for some of the input.
fn top(levels: &[Level], input: &Relation, scope: &Scope) -> Result<Vec<Row>> {
    let Some((level, deeper)) = levels.split_first() else { return Ok(vec![Vec::new()]) };
    scope.context.check()?;
    let members = level.members(input, scope)?;
    let [values, aggregates] = level.columns(input, scope)?;
    let order = level.order(&aggregates);
    let count = level.count.as_ref().map_or(Ok(usize::MAX), |count| row_count(count, scope))?.min(order.len());
    let mut rows = Vec::new();
    for index in &order[..count] {
        let cell = |column: &NamedColumn| column.data.value(*index as usize).into_owned();
        let inside = input.gather(members.get(*index as usize).map_or(&[], Vec::as_slice));
        for row in top(deeper, &inside, scope)? {
            rows.push([cell(&values), cell(&aggregates)].into_iter().chain(row).collect());
        }
    }
    if order.len() > count && levels.iter().any(|level| level.others.is_some()) {
        let left = order[count..].iter().filter_map(|index| members.get(*index as usize)).flatten().copied();
        rows.push(others(levels, &input.gather(&left.collect::<Vec<_>>()), scope)?);
    }
    Ok(rows)
}

/// The row that stands for the part of the input that is not among the first.
fn others(levels: &[Level], left: &Relation, scope: &Scope) -> Result<Row> {
    let mut row = Vec::new();
    for level in levels {
        match &level.others {
            Some(others) => {
                row.push(Binder::without_columns(scope).constant(others)?.0);
                row.push(level.total(left, scope)?);
            }
            None => row.extend([Value::Null, Value::Null]),
        }
    }
    Ok(row)
}

impl Level {
    /// The values and their aggregates, in the order in which the values appear.
    fn columns(&self, input: &Relation, scope: &Scope) -> Result<[NamedColumn; 2]> {
        let mut columns = self.ranked.apply(input.clone(), scope)?.columns.into_iter();
        let mut next = || columns.next().unwrap_or_else(|| NamedColumn::new("", Column::Long(Vec::new().into())));
        Ok([next(), next()])
    }

    /// The rows of each value.
    fn members(&self, input: &Relation, scope: &Scope) -> Result<Vec<Vec<u32>>> {
        let keys = key_columns(input, &self.ranked.keys, &mut UniqueNames::default(), scope)?;
        let data: Vec<_> = keys.into_iter().map(|key| key.data).collect();
        let groups = group(&data, input.rows);
        let mut members = vec![Vec::new(); groups.first_rows.len()];
        for (row, group) in groups.of_row.iter().enumerate() {
            if let Some(rows) = members.get_mut(*group as usize) {
                rows.push(row as u32);
            }
        }
        Ok(members)
    }

    /// The places of the values in the order of the aggregate. Of equal ones the last one is first, as in the service.
    fn order(&self, aggregates: &NamedColumn) -> Vec<u32> {
        let column = aggregates.data.clone();
        let key = [SortKey { column, descending: !self.ascending, nulls_first: self.ascending }];
        let mut order: Vec<u32> = (0..aggregates.data.len() as u32).rev().collect();
        order.sort_by(|first, second| compare_rows(&key, *first, *second));
        order
    }

    /// The aggregate of all rows.
    fn total(&self, input: &Relation, scope: &Scope) -> Result<Value<'static>> {
        Ok(self.ranked.total(input, scope)?.value(0, 0).into_owned())
    }
}
