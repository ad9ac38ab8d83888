//! All operators and sources by their names.

use crate::engine::bind::suggest::did_you_mean;
use crate::engine::error::{EngineError, Result};
use crate::engine::operators::{
    OperatorEntry, SourceEntry, as_name, assert_schema, consume, count, datatable, distinct, evaluate_plugin, extend,
    facet, find, fork, getschema, invoke, join, lookup, make_series, mv_apply, mv_expand, parse, parse_kv, partition,
    print, project, project_by_names, project_columns, project_rename, range, reduce, render, sample, sample_distinct,
    scan, search, serialize, sort, summarize, take, top, top_hitters, top_nested, union, r#where,
};
use crate::engine::syntax::parser::Parser;
use kql::lexer::TokenKind;

const OPERATORS: &[&OperatorEntry] = &[
    &as_name::AS,
    &assert_schema::ASSERT_SCHEMA,
    &consume::CONSUME,
    &count::COUNT,
    &distinct::DISTINCT,
    &evaluate_plugin::EVALUATE,
    &extend::EXTEND,
    &facet::FACET,
    &fork::FORK,
    &getschema::GETSCHEMA,
    &invoke::INVOKE,
    &join::JOIN,
    &lookup::LOOKUP,
    &make_series::MAKE_SERIES,
    &mv_apply::MV_APPLY,
    &mv_expand::MV_EXPAND,
    &mv_expand::MVEXPAND,
    &parse::PARSE,
    &parse::PARSE_WHERE,
    &parse_kv::PARSE_KV,
    &partition::PARTITION,
    &project::PROJECT,
    &project_by_names::PROJECT_BY_NAMES,
    &project_columns::PROJECT_AWAY,
    &project_columns::PROJECT_KEEP,
    &project_columns::PROJECT_REORDER,
    &project_rename::PROJECT_RENAME,
    &reduce::REDUCE,
    &render::RENDER,
    &sample::SAMPLE,
    &sample_distinct::SAMPLE_DISTINCT,
    &scan::SCAN,
    &search::SEARCH,
    &serialize::SERIALIZE,
    &sort::SORT,
    &sort::ORDER,
    &summarize::SUMMARIZE,
    &take::TAKE,
    &take::LIMIT,
    &top::TOP,
    &top_hitters::TOP_HITTERS,
    &top_nested::TOP_NESTED,
    &union::UNION,
    &r#where::WHERE,
    &r#where::FILTER,
];

const SOURCES: &[&SourceEntry] = &[
    &datatable::DATATABLE,
    &evaluate_plugin::EVALUATE_SOURCE,
    &find::FIND,
    &print::PRINT,
    &range::RANGE,
    &search::SEARCH_SOURCE,
    &union::UNION_SOURCE,
];

/// Operators of Kusto that this engine does not have and will not guess.
const REFUSED: &[&str] = &[
    "execute-and-cache",
    "externaldata",
    "graph-mark-components",
    "graph-match",
    "graph-shortest-paths",
    "graph-to-table",
    "graph-where-edges",
    "graph-where-nodes",
    "macro-expand",
    "make-graph",
];

/// Words that begin a table of Kusto that this engine does not have.
const REFUSED_SOURCES: &[&str] = &["external_data", "externaldata", "inline_external_table", "macro-expand"];

/// The operator of this name, which stands at `offset`; an error that names it where there is none.
pub(in crate::engine) fn operator(name: &str, offset: usize) -> Result<&'static OperatorEntry> {
    let found = OPERATORS.iter().find(|entry| entry.name == name);
    found.copied().ok_or_else(|| {
        if REFUSED.contains(&name) {
            return EngineError::not_supported(format!("the operator '{name}'")).at(offset);
        }
        let nearest = did_you_mean(name, OPERATORS.iter().map(|entry| entry.name));
        EngineError::syntax(offset, format!("there is no operator '{name}'{nearest}"))
    })
}

/// The source that the word at the parser begins; none where it is a name.
pub(in crate::engine) fn source(parser: &Parser<'_>) -> Option<&'static SourceEntry> {
    let word = parser.text_ahead(0);
    SOURCES.iter().find(|entry| entry.name == word && (entry.starts)(parser)).copied()
}

/// An error where the word at the parser begins a table that is refused.
pub(in crate::engine) fn refuse_source(parser: &Parser<'_>) -> Result<()> {
    let word = parser.text_ahead(0);
    if REFUSED_SOURCES.contains(&word) && parser.kind_ahead(1) == Some(TokenKind::OpenParen) {
        return Err(EngineError::not_supported(format!("'{word}'")).at(parser.offset()));
    }
    Ok(())
}

/// All operators and sources with their lines of documentation.
pub(in crate::engine) fn documented() -> impl Iterator<Item = (&'static str, &'static str)> {
    OPERATORS.iter().map(|entry| (entry.name, entry.doc)).chain(SOURCES.iter().map(|entry| (entry.name, entry.doc)))
}
