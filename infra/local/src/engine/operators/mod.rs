//! The tabular operators, a file for each: what it reads from the text, and what it does to rows.
//!
//! An operator is added by a file with an entry, and its line in [`registry`].

pub(super) mod registry;

mod as_name;
mod assert_schema;
mod computed;
mod consume;
mod count;
mod datatable;
mod distinct;
mod evaluate_plugin;
mod extend;
mod facet;
mod find;
mod fork;
mod getschema;
mod invoke;
mod join;
mod key_values;
mod lookup;
mod make_series;
mod matching_rows;
mod mv_apply;
mod mv_expand;
mod parse;
mod parse_kv;
mod parse_pattern;
mod partition;
mod print;
mod project;
mod project_by_names;
mod project_columns;
mod project_rename;
mod range;
mod reduce;
mod render;
mod sample;
mod sample_distinct;
mod scan;
mod scan_state;
mod search;
mod serialize;
mod sort;
mod summarize;
mod take;
mod text_predicate;
mod top;
mod top_hitters;
mod top_nested;
mod union;
pub(super) mod r#where;

use crate::engine::error::Result;
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::parser::Parser;
use std::fmt;
use std::rc::Rc;

/// An operator as it stands in a query.
pub(super) trait Operator: fmt::Debug {
    /// The rows that it makes of rows.
    fn apply(&self, input: Relation, scope: &Scope) -> Result<Relation>;

    /// Whether it answers result tables of its own in the place of rows, so that nothing can follow it.
    fn answers_tables(&self) -> bool {
        false
    }
}

/// A beginning of a tabular expression, such as `datatable` or `range`.
pub(super) trait Source: fmt::Debug {
    /// Its rows.
    fn rows(&self, scope: &Scope) -> Result<Relation>;
}

/// An operator of the language.
#[derive(Debug)]
pub(super) struct OperatorEntry {
    pub(super) name: &'static str,
    /// What it does, in a line.
    pub(super) doc: &'static str,
    /// Reads what stands behind its name.
    pub(super) parse: fn(&mut Parser<'_>) -> Result<Box<dyn Operator>>,
}

/// A word that begins a tabular expression.
#[derive(Debug)]
pub(super) struct SourceEntry {
    pub(super) name: &'static str,
    /// What it gives, in a line.
    pub(super) doc: &'static str,
    /// Whether the word at the parser begins one, and is not a name.
    pub(super) starts: fn(&Parser<'_>) -> bool,
    /// Reads what stands behind its name.
    pub(super) parse: fn(&mut Parser<'_>) -> Result<Rc<dyn Source>>,
}
