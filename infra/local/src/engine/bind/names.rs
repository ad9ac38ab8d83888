//! The names of columns that a query computes without naming them.

use crate::engine::aggregates;
use crate::engine::functions;
use crate::engine::syntax::tree::{Argument, Expr, ExprKind};
use crate::storage::column_type::ColumnType;
use std::collections::HashSet;

/// How the result of a function is named where the query does not name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Naming {
    /// Not by the function: `Column1`.
    None,
    /// As its first argument: `tolong(x)` is `x`.
    First,
    /// As its argument where it is the only one.
    Only,
    /// The prefix and its first argument: `sum(x)` is `sum_x`.
    Prefix(&'static str),
    /// The prefix and its first two arguments: `covariance(x, y)` is `covariance_x_y`.
    Pair(&'static str),
    /// The text of its first argument: `column_ifexists("x", 1)` is `x`.
    FirstText,
    /// Several columns: `f(x)` is `f_x_a`, `f_x_b`. Its value is an array with an element for each.
    Columns(&'static [(&'static str, ColumnType)]),
}

/// The name that an expression gives itself; none where it gives none.
pub(in crate::engine) fn own_name(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Member(value, name) => match &value.kind {
            ExprKind::Side(_) => Some(name.clone()),
            _ => Some(format!("{}_{name}", own_name(value)?)),
        },
        ExprKind::Index(value, index) => match &index.kind {
            ExprKind::Literal(index, _) => Some(format!("{}_{}", own_name(value)?, index.to_text())),
            _ => Some(format!("{}_", own_name(value)?)),
        },
        ExprKind::Call(call) => {
            let first = call.arguments.first().map(|argument| &argument.value);
            match naming(&call.name) {
                Naming::None => None,
                Naming::First => own_name(first?),
                Naming::Columns(columns) => Some(format!(
                    "{}_{}_{}",
                    call.name,
                    first.and_then(own_name).unwrap_or_default(),
                    columns.first()?.0
                )),
                Naming::Only if call.arguments.len() == 1 => own_name(first?),
                Naming::Only => None,
                Naming::Prefix(prefix) => Some(format!("{prefix}_{}", first.and_then(own_name).unwrap_or_default())),
                Naming::Pair(prefix) => {
                    let own = |argument: &Argument| own_name(&argument.value).unwrap_or_default();
                    let names: Vec<String> = call.arguments.iter().take(2).map(own).collect();
                    Some(format!("{prefix}_{}", names.join("_")))
                }
                Naming::FirstText => match &first?.kind {
                    ExprKind::Literal(text, _) => Some(text.to_text().into_owned()),
                    _ => None,
                },
            }
        }
        _ => None,
    }
}

/// How the results of a function are named.
pub(in crate::engine) fn naming(function: &str) -> Naming {
    match (aggregates::find(function), functions::find(function)) {
        (Some(aggregate), _) => aggregate.naming,
        (None, Some(function)) => function.naming,
        (None, None) => Naming::None,
    }
}

/// Names already in use, and how many columns had no name of their own.
#[derive(Debug, Default)]
pub(in crate::engine) struct UniqueNames {
    used: HashSet<String>,
    unnamed: usize,
}

impl UniqueNames {
    /// Names where these are in use.
    pub(in crate::engine) fn new<'a>(used: impl IntoIterator<Item = &'a str>) -> Self {
        Self { used: used.into_iter().map(str::to_owned).collect(), unnamed: 0 }
    }

    /// Takes a name if it is free; whether it was.
    pub(in crate::engine) fn take(&mut self, name: &str) -> bool {
        self.used.insert(name.to_owned())
    }

    /// `name`, or with the first number behind it that makes it unique.
    pub(in crate::engine) fn unique(&mut self, name: &str) -> String {
        let mut candidate = name.to_owned();
        let mut number = 0;
        while !self.take(&candidate) {
            number += 1;
            candidate = format!("{name}{number}");
        }
        candidate
    }

    /// `Column1`, `Column2`, … for columns without a name of their own.
    pub(in crate::engine) fn unnamed(&mut self) -> String {
        loop {
            self.unnamed += 1;
            let name = format!("Column{}", self.unnamed);
            if self.take(&name) {
                return name;
            }
        }
    }
}
