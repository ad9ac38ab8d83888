//! From the tree of an expression to a typed expression.

use crate::engine::aggregates::AggregateCall;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::operators::{binary, cast};
use crate::engine::bind::suggest::did_you_mean;
use crate::engine::error::{EngineError, Result};
use crate::engine::evaluate::constant;
use crate::engine::functions::{Kernel, comparison, dynamic, logic, membership};
use crate::engine::relation::{NamedColumn, Relation};
use crate::engine::scope::{Binding, Scope};
use crate::engine::syntax::tree::{Expr, ExprKind, JoinSide};
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;
use std::cell::RefCell;

/// Binds expressions in a scope, over the columns of a relation.
#[derive(Debug)]
pub(in crate::engine) struct Binder<'a> {
    pub(in crate::engine) scope: &'a Scope,
    /// The columns that names may mean; none in the body of a scalar function.
    pub(in crate::engine) input: Option<&'a Relation>,
    /// The second relation of a join condition; its columns follow those of `input`.
    pub(in crate::engine) right: Option<&'a Relation>,
    /// Where calls of aggregates are collected; none where there may be none.
    pub(in crate::engine) aggregates: Option<&'a RefCell<Vec<AggregateCall>>>,
}

/// The value, which has to be a bool.
fn truth(value: Bound, offset: usize) -> Result<Bound> {
    if value.column_type == ColumnType::Bool {
        return Ok(value);
    }
    let message = format!("a condition has to be of type bool, not {}: compare it with something", value.column_type);
    Err(EngineError::semantic("SEM0022", message).at(offset))
}

/// The name of the column in which `scan` keeps the value that a step has in another column: `step.column`.
pub(in crate::engine) fn step_column(step: &str, column: &str) -> String {
    format!("{step}.{column}")
}

impl<'a> Binder<'a> {
    /// Binds over the columns of `input`.
    pub(in crate::engine) fn over(scope: &'a Scope, input: &'a Relation) -> Self {
        Self { scope, input: Some(input), right: None, aggregates: None }
    }

    /// Binds where there are no columns.
    pub(in crate::engine) fn without_columns(scope: &'a Scope) -> Self {
        Self { scope, input: None, right: None, aggregates: None }
    }

    /// The typed expression. Errors say where in the text.
    pub(in crate::engine) fn bind(&self, expr: &Expr) -> Result<Bound> {
        self.bind_kind(expr).map_err(|error| error.at(expr.offset))
    }

    /// The typed expression, which has to be a condition.
    pub(in crate::engine) fn condition(&self, expr: &Expr) -> Result<Bound> {
        truth(self.bind(expr)?, expr.offset)
    }

    /// The value of an expression that has to be the same in every row.
    pub(in crate::engine) fn constant(&self, expr: &Expr) -> Result<(Value<'static>, ColumnType)> {
        let bound = self.bind(expr)?;
        match bound.value() {
            Some(value) => Ok((value.clone(), bound.column_type)),
            None => Err(EngineError::semantic("SEM0011", "the expression has to be a constant").at(expr.offset)),
        }
    }

    fn bind_kind(&self, expr: &Expr) -> Result<Bound> {
        match &expr.kind {
            ExprKind::Literal(value, column_type) => Ok(Bound::constant(value.clone(), *column_type)),
            ExprKind::Type(column_type) => Ok(Bound::constant(column_type.name().into(), ColumnType::String)),
            ExprKind::Name(name) => self.name(name),
            ExprKind::Star => Err(EngineError::semantic("SEM0100", "'*' cannot stand here: name a column")),
            ExprKind::Side(_) => {
                Err(EngineError::semantic("SEM0100", "$left and $right have to be followed by a column"))
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::Member(value, name) => self.member(value, name),
            ExprKind::Index(value, index) => self.index(value, index),
            ExprKind::Minus(value) => self.minus(value),
            ExprKind::Binary(operator, left, right) if matches!(left.kind, ExprKind::Star) => {
                self.any_column(operator, right)
            }
            ExprKind::Binary(operator, left, right) => {
                let (kernel, arguments, column_type) = binary(operator, self.bind(left)?, self.bind(right)?)?;
                self.apply(kernel, arguments, column_type)
            }
            ExprKind::And(terms) => self.all(Kernel::Row(logic::and), terms),
            ExprKind::Or(terms) => self.all(Kernel::Row(logic::or), terms),
            ExprKind::Between { value, low, high, negated } => self.between(value, low, high, *negated),
            ExprKind::Membership { operator, value, list } => membership::bind(self, operator, value, list),
            ExprKind::Pipeline(_) | ExprKind::Source(_) => {
                Err(EngineError::semantic("SEM0025", "a table stands where a value is expected: use toscalar()"))
            }
        }
    }

    /// `* operator right`: whether it holds for the text of any column.
    fn any_column(&self, operator: &'static str, right: &Expr) -> Result<Bound> {
        let right = self.bind(right)?;
        let columns = self.input.map_or(&[][..], |input| &input.columns);
        let test = |(index, column): (usize, &NamedColumn)| {
            let value = cast(Bound::column(index, column.data.column_type()), ColumnType::String);
            let (kernel, arguments, column_type) = binary(operator, value, right.clone())?;
            self.apply(kernel, arguments, column_type)
        };
        let tests = columns.iter().enumerate().map(test).collect::<Result<Vec<_>>>()?;
        self.apply(Kernel::Row(logic::or), tests, ColumnType::Bool)
    }

    /// A function of arguments, computed at once where all are constants.
    pub(in crate::engine) fn apply(
        &self,
        kernel: Kernel,
        arguments: Vec<Bound>,
        column_type: ColumnType,
    ) -> Result<Bound> {
        let bound = Bound::call(kernel, arguments, column_type);
        Ok(match constant(&bound, &self.scope.context)? {
            Some(value) => Bound::constant(value, column_type),
            None => bound,
        })
    }

    /// A column of the input, a variable, or an error that names what is not known.
    fn name(&self, name: &str) -> Result<Bound> {
        if let Some(input) = self.input
            && let Some(index) = input.position(name)
        {
            return self.column(input, index, 0);
        }
        if let (Some(left), Some(right)) = (self.input, self.right)
            && let Some(index) = right.position(name)
        {
            return self.column(right, index, left.columns.len());
        }
        match self.scope.lookup(name) {
            Some((Binding::Scalar(bound), _)) if bound.value().is_some() || self.input.is_none() => Ok(bound),
            Some((Binding::Scalar(_), _)) => {
                let message = format!("'{name}' depends on a row of another table here: pass a constant");
                Err(EngineError::semantic("SEM0011", message))
            }
            Some((Binding::Table(_) | Binding::Pattern(_), _)) => Err(EngineError::semantic(
                "SEM0025",
                format!("'{name}' is a table where a value is expected: use toscalar()"),
            )),
            Some((Binding::Function(_), _)) => self.call_by_name(name),
            None => Err(self.unknown(name)),
        }
    }

    /// A column, counted from the columns before it.
    fn column(&self, relation: &Relation, index: usize, before: usize) -> Result<Bound> {
        match relation.columns.get(index) {
            Some(_) if self.aggregates.is_some() => {
                let message = "a column has to be inside an aggregate, such as sum(), or after 'by'";
                Err(EngineError::semantic("SEM0005", message))
            }
            Some(column) => Ok(Bound::column(before + index, column.data.column_type())),
            None => Err(EngineError::semantic("SEM0100", "there is no such column")),
        }
    }

    fn unknown(&self, name: &str) -> EngineError {
        let variables = self.scope.names();
        let columns = self.input.into_iter().chain(self.right).flat_map(|relation| &relation.columns);
        let known = columns.map(|column| column.name.as_str()).chain(variables.iter().map(String::as_str));
        let nearest = did_you_mean(name, known);
        EngineError::semantic(
            "SEM0100",
            format!("failed to resolve the column or scalar expression named '{name}'{nearest}"),
        )
    }

    /// `value.name`: a member of a property bag, or a column of a side of a join.
    fn member(&self, value: &Expr, name: &str) -> Result<Bound> {
        if let ExprKind::Side(side) = value.kind {
            return self.side(side, name);
        }
        if let ExprKind::Name(step) = &value.kind
            && let Some(input) = self.input
            && let Some(index) = input.position(&step_column(step, name))
        {
            return self.column(input, index, 0);
        }
        let value = self.bind(value)?;
        if value.column_type != ColumnType::Dynamic {
            let message =
                format!("'.{name}' needs a dynamic value, not one of type {}: use parse_json()", value.column_type);
            return Err(EngineError::semantic("SEM0026", message));
        }
        let name = Bound::constant(name.to_owned().into(), ColumnType::String);
        self.apply(Kernel::Row(dynamic::index), vec![value, name], ColumnType::Dynamic)
    }

    fn side(&self, side: JoinSide, name: &str) -> Result<Bound> {
        let (relation, before) = match side {
            JoinSide::Left => (self.input, 0),
            JoinSide::Right => (self.right, self.input.map_or(0, |input| input.columns.len())),
        };
        let Some(relation) = relation else {
            return Err(EngineError::semantic("SEM0100", "$left and $right are known in the condition of a join only"));
        };
        match relation.position(name) {
            Some(index) => self.column(relation, index, before),
            None => {
                let nearest = did_you_mean(name, relation.columns.iter().map(|column| column.name.as_str()));
                Err(EngineError::semantic(
                    "SEM0100",
                    format!("failed to resolve the column named '{name}' on its side of the join{nearest}"),
                ))
            }
        }
    }

    fn index(&self, value: &Expr, index: &Expr) -> Result<Bound> {
        let (value, index) = (self.bind(value)?, self.bind(index)?);
        if value.column_type != ColumnType::Dynamic {
            let message =
                format!("'[…]' needs a dynamic value, not one of type {}: use parse_json()", value.column_type);
            return Err(EngineError::semantic("SEM0026", message));
        }
        self.apply(Kernel::Row(dynamic::index), vec![value, index], ColumnType::Dynamic)
    }

    fn minus(&self, value: &Expr) -> Result<Bound> {
        let value = self.bind(value)?;
        let zero = match value.column_type {
            ColumnType::Timespan => Bound::constant(Value::Timespan(Default::default()), ColumnType::Timespan),
            ColumnType::Real => {
                return self.apply(
                    Kernel::Row(crate::engine::functions::arithmetic::negate),
                    vec![value],
                    ColumnType::Real,
                );
            }
            _ => Bound::constant(Value::Long(0), ColumnType::Long),
        };
        let (kernel, arguments, column_type) = binary("-", zero, value)?;
        self.apply(kernel, arguments, column_type)
    }

    fn all(&self, kernel: Kernel, terms: &[Expr]) -> Result<Bound> {
        let condition = |term: &Expr| {
            let bound = self.bind(term)?;
            if bound.column_type == ColumnType::Dynamic {
                return Ok(cast(bound, ColumnType::Bool));
            }
            truth(bound, term.offset)
        };
        let terms = terms.iter().map(condition).collect::<Result<Vec<_>>>()?;
        self.apply(kernel, terms, ColumnType::Bool)
    }

    /// `value between (low .. high)`; a timespan as the end counts from the start.
    fn between(&self, value: &Expr, low: &Expr, high: &Expr, negated: bool) -> Result<Bound> {
        let (value, low, mut high) = (self.bind(value)?, self.bind(low)?, self.bind(high)?);
        if low.column_type == ColumnType::DateTime && high.column_type == ColumnType::Timespan {
            let (kernel, arguments, column_type) = binary("+", low.clone(), high)?;
            high = self.apply(kernel, arguments, column_type)?;
        }
        for end in [&low, &high] {
            binary("<=", end.clone(), value.clone())?;
        }
        let common =
            [low.column_type, high.column_type].into_iter().fold(value.column_type, |common, next| match common {
                _ if common.is_numeric() && next.is_numeric() => crate::engine::bind::operators::widest(common, next),
                ColumnType::Dynamic => next,
                _ => common,
            });
        let kernel = Kernel::Row(if negated { comparison::not_between } else { comparison::between });
        self.apply(kernel, [value, low, high].into_iter().map(|part| cast(part, common)).collect(), ColumnType::Bool)
    }
}
