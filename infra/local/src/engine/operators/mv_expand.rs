//! `mv-expand`: a row for each element of arrays or property bags.

use crate::engine::bind::binder::Binder;
use crate::engine::bind::names::{UniqueNames, own_name};
use crate::engine::error::{EngineError, Result};
use crate::engine::evaluate::column;
use crate::engine::operators::extend::put;
use crate::engine::operators::take::row_count;
use crate::engine::operators::{Operator, OperatorEntry};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use crate::engine::syntax::tree::{Expr, NamedExpr};
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::convert::from_dynamic;
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::value::Value;
use kql::lexer::TokenKind;
use std::sync::Arc;

pub(super) const MV_EXPAND: OperatorEntry =
    OperatorEntry { name: "mv-expand", doc: "A row for each element of arrays or property bags.", parse };
pub(super) const MVEXPAND: OperatorEntry = OperatorEntry { name: "mvexpand", doc: "The same as mv-expand.", parse };

/// What is expanded, and how.
#[derive(Debug)]
pub(super) struct Expansion {
    columns: Vec<(NamedExpr, ColumnType)>,
    item_index: Option<String>,
    /// A property bag becomes arrays of name and value, not bags of one name.
    bags_as_arrays: bool,
    limit: Option<Expr>,
}

#[derive(Debug)]
struct MvExpand(Expansion);

fn parse(parser: &mut Parser<'_>) -> Result<Box<dyn Operator>> {
    Ok(Box::new(MvExpand(expansion(parser)?)))
}

/// Takes `[kind=…] [with_itemindex=name] name = value to typeof(type), … [limit n]`.
pub(super) fn expansion(parser: &mut Parser<'_>) -> Result<Expansion> {
    let properties = parser.properties(&["kind", "bagexpansion", "with_itemindex"])?;
    let value = |name: &str| properties.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
    let bags_as_arrays = value("kind").or_else(|| value("bagexpansion")).is_some_and(|kind| kind == "array");
    let columns = parser.list(|parser| {
        let named = parser.named()?;
        Ok((named, to_type(parser)?))
    })?;
    let limit = if parser.accept_word("limit") { Some(parser.scalar()?) } else { None };
    Ok(Expansion { columns, item_index: value("with_itemindex"), bags_as_arrays, limit })
}

fn to_type(parser: &mut Parser<'_>) -> Result<ColumnType> {
    if !parser.accept_word("to") {
        return Ok(ColumnType::Dynamic);
    }
    parser.expect_word("typeof")?;
    parser.expect(TokenKind::OpenParen, "'('")?;
    let column_type = parser.type_name()?;
    parser.expect(TokenKind::CloseParen, "')'")?;
    Ok(column_type)
}

impl Operator for MvExpand {
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation> {
        let (mut expanded, _) = self.0.expand(&input, scope)?;
        expanded.serialized = input.serialized;
        Ok(expanded)
    }
}

impl Expansion {
    /// The names that the query gives the expanded columns, or that they have.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let name =
            |(named, _): &(NamedExpr, ColumnType)| named.names.first().cloned().or_else(|| own_name(&named.value));
        self.columns.iter().filter_map(name)
    }

    /// The expanded rows, and for each the row that it comes from.
    pub(super) fn expand(&self, input: &Relation, scope: &Scope) -> Result<(Relation, Vec<u32>)> {
        let arrays = self.arrays(input, scope)?;
        let limit = match &self.limit {
            Some(limit) => row_count(limit, scope)?,
            None => usize::MAX,
        };
        let (mut rows, mut indexes) = (Vec::new(), Vec::new());
        for row in 0..input.rows {
            let longest = arrays.iter().map(|array| self.length(&array.value(row))).max().unwrap_or(0).min(limit);
            rows.extend(std::iter::repeat_n(row as u32, longest));
            indexes.extend(0..longest);
            if row.is_multiple_of(1024) {
                scope.context.check_rows(rows.len())?;
            }
        }
        scope.context.check_rows(rows.len())?;
        let mut result = input.gather(&rows);
        let mut names = UniqueNames::new(input.columns.iter().map(|column| column.name.as_str()));
        for ((named, column_type), array) in self.columns.iter().zip(&arrays) {
            let mut column = Column::new(*column_type, rows.len());
            for (row, index) in rows.iter().zip(&indexes) {
                column.push(from_dynamic(&self.element(&array.value(*row as usize), *index), *column_type));
            }
            let name =
                named.names.first().cloned().or_else(|| own_name(&named.value)).unwrap_or_else(|| names.unnamed());
            put(&mut result, name, Arc::new(column));
        }
        if let Some(name) = &self.item_index {
            let indexes: Vec<i64> = indexes.iter().map(|index| *index as i64).collect();
            put(&mut result, name.clone(), Arc::new(Column::Long(indexes.into())));
        }
        Ok((result, rows))
    }

    fn arrays(&self, input: &Relation, scope: &Scope) -> Result<Vec<Arc<Column>>> {
        let binder = Binder::over(scope, input);
        let array = |(named, _): &(NamedExpr, ColumnType)| {
            let bound = binder.bind(&named.value)?;
            if bound.column_type != ColumnType::Dynamic {
                let message = format!("mv-expand needs a dynamic value, not one of type {}", bound.column_type);
                return Err(EngineError::semantic("SEM0026", message).at(named.value.offset));
            }
            column(&bound, input, &scope.context)
        };
        self.columns.iter().map(array).collect()
    }

    /// How many rows a value becomes.
    fn length(&self, value: &Value<'_>) -> usize {
        match value {
            Value::Dynamic(Dynamic::Array(array)) => array.len(),
            Value::Dynamic(Dynamic::Bag(bag)) => bag.len(),
            _ => 1,
        }
    }

    fn element(&self, value: &Value<'_>, index: usize) -> Dynamic {
        match value {
            Value::Dynamic(Dynamic::Array(array)) => array.get(index).cloned().unwrap_or_default(),
            Value::Dynamic(Dynamic::Bag(bag)) => match bag.get_index(index) {
                None => Dynamic::Null,
                Some((name, value)) if self.bags_as_arrays => {
                    Dynamic::array([Dynamic::String(name.clone()), value.clone()])
                }
                Some((name, value)) => Dynamic::bag(Bag::from([(name.clone(), value.clone())])),
            },
            Value::Dynamic(scalar) if index == 0 => scalar.clone(),
            _ => Dynamic::Null,
        }
    }
}
