//! The plugins of `evaluate`, a file for each.
//!
//! A plugin is added by a file with an entry, and its line in [`PLUGINS`].

mod active_users_count;
mod activity;
mod bag_unpack;
mod ip_lookup;
mod narrow;
mod pivot;
mod preview;
mod rolling_percentile;
mod rows_near;
mod timeline;
mod window_counts;

use crate::engine::bind::binder::Binder;
use crate::engine::bind::suggest::did_you_mean;
use crate::engine::error::{EngineError, Result};
use crate::engine::relation::Relation;
use crate::engine::scope::Scope;
use crate::engine::syntax::tree::{Argument, Expr, ExprKind};
use crate::storage::value::Value;

/// A plugin.
#[derive(Debug)]
pub(super) struct Plugin {
    pub(super) name: &'static str,
    /// What it takes; in brackets what may be left out.
    pub(super) signature: &'static str,
    /// What it gives, in a line.
    pub(super) doc: &'static str,
    pub(super) run: fn(&PluginCall<'_>) -> Result<Relation>,
}

/// A plugin's input and arguments.
#[derive(Debug)]
pub(super) struct PluginCall<'c> {
    pub(super) input: &'c Relation,
    pub(super) arguments: &'c [Argument],
    pub(super) scope: &'c Scope,
}

const PLUGINS: &[Plugin] = &[
    active_users_count::ACTIVE_USERS_COUNT,
    activity::ACTIVITY_ENGAGEMENT,
    activity::ACTIVITY_METRICS,
    activity::NEW_ACTIVITY_METRICS,
    activity::SESSION_COUNT,
    bag_unpack::BAG_UNPACK,
    ip_lookup::IPV4_LOOKUP,
    ip_lookup::IPV6_LOOKUP,
    narrow::NARROW,
    pivot::PIVOT,
    preview::PREVIEW,
    rolling_percentile::ROLLING_PERCENTILE,
    rows_near::ROWS_NEAR,
    window_counts::ACTIVITY_COUNTS_METRICS,
    window_counts::SLIDING_WINDOW_COUNTS,
];

/// Plugins of Kusto that this engine does not have: refused by name, never guessed.
const REFUSED: &[&str] = &[
    "ai_chat_completion",
    "ai_chat_completion_prompt",
    "ai_embed_text",
    "ai_embeddings",
    "autocluster",
    "azure_digital_twins_query_request",
    "basket",
    "cosmosdb_sql_request",
    "csharp",
    "dax_request",
    "dcount_intersect",
    "diffpatterns",
    "diffpatterns_text",
    "estimate_rows_count",
    "execute_query",
    "execute_show_command",
    "external_datatable",
    "funnel_sequence",
    "funnel_sequence_completion",
    "geo_line_lookup",
    "geo_polygon_lookup",
    "http_request",
    "http_request_post",
    "identity",
    "identity_v3",
    "infer_storage_schema",
    "infer_storage_schema_with_suggestions",
    "mysql_request",
    "postgresql_request",
    "python",
    "r",
    "schema_merge",
    "sequence_detect",
    "sql_request",
];

/// The plugin of this name; an error that names it where there is none.
pub(super) fn find(name: &str) -> Result<&'static Plugin> {
    PLUGINS.iter().find(|plugin| plugin.name == name).ok_or_else(|| {
        if REFUSED.contains(&name) {
            return EngineError::not_supported(format!("the plugin '{name}'"));
        }
        let nearest = did_you_mean(name, PLUGINS.iter().map(|plugin| plugin.name));
        EngineError::semantic("SEM0260", format!("unknown plugin: '{name}'{nearest}"))
    })
}

/// All plugins.
pub(super) fn all() -> impl Iterator<Item = &'static Plugin> {
    PLUGINS.iter()
}

impl PluginCall<'_> {
    /// The argument at a place, or of a name.
    pub(super) fn argument(&self, index: usize, name: &str) -> Option<&Expr> {
        let by_name = self.arguments.iter().find(|argument| argument.name.as_deref() == Some(name));
        let by_place = || self.arguments.get(index).filter(|argument| argument.name.is_none());
        by_name.or_else(by_place).map(|argument| &argument.value)
    }

    /// The argument at a place, or of a name; an error where it is not given.
    pub(super) fn required(&self, index: usize, name: &str) -> Result<&Expr> {
        let missing = || EngineError::semantic("SEM0219", format!("the plugin's argument '{name}' is not given"));
        self.argument(index, name).ok_or_else(missing)
    }

    /// The column of a relation that an argument names.
    pub(super) fn column_of(&self, relation: &Relation, index: usize, name: &str) -> Result<usize> {
        let expr = self.required(index, name)?;
        let ExprKind::Name(column) = &expr.kind else {
            let message = format!("the plugin's argument '{name}' has to be a column");
            return Err(EngineError::semantic("SEM0231", message).at(expr.offset));
        };
        relation.position(column).ok_or_else(|| {
            let nearest = did_you_mean(column, relation.columns.iter().map(|column| column.name.as_str()));
            EngineError::semantic("SEM0100", format!("failed to resolve the column named '{column}'{nearest}"))
                .at(expr.offset)
        })
    }

    /// The column of the input that an argument names.
    pub(super) fn column(&self, index: usize, name: &str) -> Result<usize> {
        self.column_of(self.input, index, name)
    }

    /// The constant that an argument is; none where it is not given.
    pub(super) fn constant(&self, index: usize, name: &str) -> Result<Option<Value<'static>>> {
        let Some(expr) = self.argument(index, name) else { return Ok(None) };
        Ok(Some(Binder::without_columns(self.scope).constant(expr)?.0))
    }

    /// The constant that an argument is; an error where it is not given.
    pub(super) fn value(&self, index: usize, name: &str) -> Result<Value<'static>> {
        let expr = self.required(index, name)?;
        Ok(Binder::without_columns(self.scope).constant(expr)?.0)
    }

    /// The error that an argument is not what it has to be.
    pub(super) fn wrong(&self, name: &str, what: &str) -> EngineError {
        EngineError::semantic("SEM0231", format!("the plugin's argument '{name}' has to be {what}"))
    }
}
