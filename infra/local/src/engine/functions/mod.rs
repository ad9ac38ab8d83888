//! The scalar functions: tables by subject, an entry for each function with its name, signature and a line of documentation.
//!
//! A function is added by an entry in the table of its subject and a Rust function from the values of a row to a value.

pub(super) mod signature;

pub(super) mod arithmetic;
pub(super) mod comparison;
pub(super) mod logic;
pub(super) mod matching;
pub(super) mod membership;

pub(super) mod array;
pub(super) mod bag;
pub(super) mod bitwise;
pub(super) mod caller;
pub(super) mod columns;
pub(super) mod command_line;
pub(super) mod compression;
pub(super) mod conversion;
pub(super) mod datetime;
pub(super) mod datetime_format;
pub(super) mod distributions;
pub(super) mod dynamic;
pub(super) mod encoding;
pub(super) mod hash;
pub(super) mod ip_location;
pub(super) mod ipv4;
pub(super) mod ipv6;
pub(super) mod json_path;
pub(super) mod math;
pub(super) mod punycode;
pub(super) mod refused;
pub(super) mod regexes;
pub(super) mod rounding;
pub(super) mod series;
pub(super) mod series_decompose;
pub(super) mod series_fill;
pub(super) mod series_filters;
pub(super) mod series_fits;
pub(super) mod series_measures;
pub(super) mod series_outliers;
pub(super) mod series_periods;
pub(super) mod strings;
pub(super) mod units;
pub(super) mod window;
pub(super) mod xml;

use crate::engine::bind::binder::Binder;
use crate::engine::bind::bound::Bound;
use crate::engine::bind::names::Naming;
use crate::engine::context::Context;
use crate::engine::error::Result;
use crate::engine::evaluate::Datum;
use crate::engine::syntax::tree::Argument;
use crate::storage::column::Column;
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// From the values of the arguments in a row to a value.
pub(super) type RowFunction = for<'a> fn(&[Value<'a>]) -> Value<'a>;
/// The same, where it needs the query: its time, its regular expressions, random numbers.
pub(super) type ContextFunction = for<'a> fn(&[Value<'a>], &Context) -> Result<Value<'a>>;
/// From all values of the arguments to a column: for functions that look at other rows.
pub(super) type WindowFunction = fn(&[Datum], ColumnType, usize) -> Result<Column>;
/// From the tree of the arguments to a typed expression: for functions whose type depends on more than types.
pub(super) type BindFunction = fn(&Binder<'_>, &[Argument]) -> Result<Bound>;
/// A function made for one call, with what it computed beforehand.
pub(super) type Closure = dyn for<'a> Fn(&[Value<'a>]) -> Result<Value<'a>> + Send + Sync;

/// How a function is computed.
#[derive(Clone)]
pub(super) enum Kernel {
    /// Row by row.
    Row(RowFunction),
    /// Row by row, with the query at hand.
    Context(ContextFunction),
    /// As `Context`, with another value each time it is asked.
    Volatile(ContextFunction),
    /// Over all rows at once.
    Window(WindowFunction),
    /// By other functions, chosen from the tree of its arguments.
    Bind(BindFunction),
    /// Row by row, with what was computed beforehand.
    Closure(Arc<Closure>),
    /// Converted to a type.
    Cast(ColumnType),
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kernel")
    }
}

/// A scalar function.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    /// What it takes and gives, in the notation of [`signature`].
    pub(super) signature: &'static str,
    /// What it does, in a line.
    pub(super) doc: &'static str,
    pub(super) naming: Naming,
    pub(super) kernel: Kernel,
}

impl Function {
    const fn new(name: &'static str, signature: &'static str, doc: &'static str, kernel: Kernel) -> Self {
        Self { name, signature, doc, naming: Naming::None, kernel }
    }

    /// Computed row by row.
    const fn row(name: &'static str, signature: &'static str, doc: &'static str, function: RowFunction) -> Self {
        Self::new(name, signature, doc, Kernel::Row(function))
    }

    /// Computed row by row with the query at hand.
    const fn context(
        name: &'static str,
        signature: &'static str,
        doc: &'static str,
        function: ContextFunction,
    ) -> Self {
        Self::new(name, signature, doc, Kernel::Context(function))
    }

    /// Computed by other functions.
    const fn bind(name: &'static str, signature: &'static str, doc: &'static str, function: BindFunction) -> Self {
        Self::new(name, signature, doc, Kernel::Bind(function))
    }

    /// Results are named as their first argument.
    const fn named_as_first(mut self) -> Self {
        self.naming = Naming::First;
        self
    }

    /// Results are named in this way.
    const fn named(mut self, naming: Naming) -> Self {
        self.naming = naming;
        self
    }
}

/// All tables of functions.
const SUBJECTS: &[&[Function]] = &[
    array::FUNCTIONS,
    bag::FUNCTIONS,
    bitwise::FUNCTIONS,
    caller::FUNCTIONS,
    columns::FUNCTIONS,
    command_line::FUNCTIONS,
    compression::FUNCTIONS,
    conversion::FUNCTIONS,
    datetime::FUNCTIONS,
    datetime_format::FUNCTIONS,
    distributions::FUNCTIONS,
    dynamic::FUNCTIONS,
    encoding::FUNCTIONS,
    hash::FUNCTIONS,
    ip_location::FUNCTIONS,
    ipv4::FUNCTIONS,
    ipv6::FUNCTIONS,
    json_path::FUNCTIONS,
    logic::FUNCTIONS,
    math::FUNCTIONS,
    punycode::FUNCTIONS,
    regexes::FUNCTIONS,
    rounding::FUNCTIONS,
    series::FUNCTIONS,
    series_decompose::FUNCTIONS,
    series_fill::FUNCTIONS,
    series_filters::FUNCTIONS,
    series_fits::FUNCTIONS,
    series_measures::FUNCTIONS,
    series_outliers::FUNCTIONS,
    series_periods::FUNCTIONS,
    strings::FUNCTIONS,
    units::FUNCTIONS,
    window::FUNCTIONS,
    xml::FUNCTIONS,
];

static BY_NAME: LazyLock<HashMap<&'static str, &'static Function>> =
    LazyLock::new(|| SUBJECTS.iter().copied().flatten().map(|function| (function.name, function)).collect());

/// The function of this name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    BY_NAME.get(name).copied()
}

/// All functions.
pub(super) fn all() -> impl Iterator<Item = &'static Function> {
    SUBJECTS.iter().copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::{Kernel, all, signature};

    #[test]
    fn every_signature_can_be_read() {
        for function in all().filter(|function| !matches!(function.kernel, Kernel::Bind(_))) {
            signature::check(function.signature).unwrap_or_else(|error| panic!("{}: {error}", function.name));
        }
    }
}
