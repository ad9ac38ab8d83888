//! Runs a query.

use crate::clock::now;
use crate::engine::bind::binder::Binder;
use crate::engine::context::Context;
use crate::engine::error::{EngineError, Result};
use crate::engine::options::Options;
use crate::engine::parameters;
use crate::engine::relation::Relation;
use crate::engine::result::ResultTable;
use crate::engine::scope::{Binding, Scope};
use crate::engine::syntax::statement::parse;
use crate::engine::syntax::tree::{Expr, ExprKind, Statement};
use crate::storage::catalog::Catalog;
use crate::storage::convert::to_long;
use crate::storage::table::ColumnSchema;
use crate::storage::value::Value;
use std::collections::{BTreeMap, HashMap};
use std::thread;

/// The stack of a query, in bytes: enough for the deepest nesting that the parser lets through.
const STACK: usize = 256 << 20;

/// What a query came to.
#[derive(Debug)]
pub struct Answer {
    /// A table for each tabular statement.
    pub tables: Vec<ResultTable>,
    /// The options that its `set` statements said.
    pub settings: HashMap<String, Value<'static>>,
}

/// Runs the query `text` in a database of the catalog.
///
/// `parameters` are the values of `declare query_parameters(…)` as literals of KQL. The query runs on a thread of its own,
/// which bounds how deep it may recurse; the call waits for it.
pub fn run(
    text: &str,
    catalog: &Catalog,
    database: &str,
    parameters: &BTreeMap<String, String>,
    options: Options,
) -> Result<Answer> {
    thread::scope(|threads| {
        let query = thread::Builder::new().stack_size(STACK).name("query".to_owned());
        let catalog = catalog.clone();
        let spawned = query.spawn_scoped(threads, move || run_here(text, catalog, database, parameters, options));
        let stopped =
            |_| EngineError::limit("E_RUNAWAY_QUERY", "the query could not be run: the process has no thread for it");
        match spawned.map_err(stopped)?.join() {
            Ok(result) => result.map_err(|error| error.located(text)),
            Err(_) => Err(EngineError::execution("the query stopped on a defect of the engine: please report it")),
        }
    })
}

fn run_here(
    text: &str,
    catalog: Catalog,
    database: &str,
    given: &BTreeMap<String, String>,
    options: Options,
) -> Result<Answer> {
    let statements = parse(text)?;
    let now = options.query_now.unwrap_or_else(now);
    let scope = Scope::new(Context::new(catalog, database, options, now));
    let mut results = Vec::new();
    for statement in &statements {
        match statement {
            Statement::Let(name, value, offset) => {
                scope.run_let(name, value).map_err(|error| error.at(*offset))?;
                if !scope.context.further.borrow().is_empty() {
                    let message = "fork and facet answer several tables: they cannot stand in a let statement";
                    return Err(EngineError::semantic("SEM0025", message).at(*offset));
                }
            }
            Statement::Parameters(declared) => parameters::define(&scope, declared, given)?,
            Statement::Pattern(pattern) => scope.define(&pattern.name, Binding::Pattern(pattern.clone())),
            Statement::Set(name, value) => set(&scope, name, value.as_ref())?,
            Statement::Query(expr) => {
                let relation = scope.relation(expr)?;
                let several = scope.context.further.take();
                match several.is_empty() {
                    true => results.push(table("PrimaryResult".to_owned(), limited(relation, &scope))),
                    false => results
                        .extend(several.into_iter().map(|(name, relation)| table(name, limited(relation, &scope)))),
                }
            }
        }
    }
    if results.is_empty() {
        return Err(EngineError::syntax(
            text.len(),
            "the query has no tabular expression: end it with one, such as print",
        ));
    }
    Ok(Answer { tables: results, settings: scope.context.settings.take() })
}

/// The option that limits how many rows each result has.
const TAKE: &str = "query_take_max_records";

/// The first rows of a result, as many as the query has set.
fn limited(relation: Relation, scope: &Scope) -> Relation {
    let most = scope.context.settings.borrow().get(TAKE).and_then(to_long);
    match most.and_then(|most| usize::try_from(most).ok()) {
        Some(most) => {
            let visualization = relation.visualization.clone();
            Relation { visualization, ..relation.first(most) }
        }
        None => relation,
    }
}

/// Keeps the value of `set`. Options that do not matter here are kept too, and asked for by nobody.
fn set(scope: &Scope, name: &str, value: Option<&Expr>) -> Result<()> {
    let value = match value {
        // A word such as `weakconsistency` is a value as well.
        Some(Expr { kind: ExprKind::Name(word), .. }) => Value::from(word.clone()),
        Some(value) => Binder::without_columns(scope).constant(value)?.0,
        None => Value::Bool(true),
    };
    scope.context.settings.borrow_mut().insert(name.to_owned(), value);
    Ok(())
}

fn table(name: String, relation: Relation) -> ResultTable {
    let schema =
        relation.schema().into_iter().map(|(name, column_type)| ColumnSchema::new(name, column_type)).collect();
    let columns = relation.columns.into_iter().map(|column| column.data).collect();
    ResultTable {
        name,
        schema,
        columns,
        rows: relation.rows,
        visualization: relation.visualization.map(|visualization| *visualization),
    }
}
