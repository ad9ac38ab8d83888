//! Functions and aggregates of Kusto that this engine does not have: refused by name, never guessed.

/// How the names of functions begin that are all refused.
const FAMILIES: &[&str] = &["geo_", "ai_"];

/// What there is of these families.
const BUILT: &[&str] = &["geo_info_from_ip_address"];

/// Further functions and aggregates that are refused.
const NAMES: &[&str] = &[
    "all",
    "cluster",
    "current_node_id",
    "cursor_after",
    "cursor_before_or_at",
    "dcount_hll",
    "entity_group",
    "extent_id",
    "extent_tags",
    "extentid",
    "external_data",
    "external_table",
    "externaldata",
    "graph",
    "hash_combine",
    "hash_many",
    "hll",
    "hll_if",
    "hll_isvalid",
    "hll_merge",
    "ingestion_time",
    "inner_nodes",
    "labels",
    "map",
    "materialized_view",
    "merge_tdigest",
    "node_degree_in",
    "node_degree_out",
    "node_id",
    "parse_user_agent",
    "passthrough",
    "percentile_tdigest",
    "percentiles_array_tdigest",
    "percentrank_tdigest",
    "rank_tdigest",
    "row_id",
    "row_rank",
    "rowstore_ordinal_range",
    "stored_query_result",
    "tdigest",
    "tdigest_isvalid",
    "tdigest_merge",
];

/// Whether it is a function of Kusto that this engine does not have.
pub(in crate::engine) fn is_refused(name: &str) -> bool {
    NAMES.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family)) && !BUILT.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::is_refused;
    use crate::engine::aggregates;
    use crate::engine::functions;

    #[test]
    fn nothing_that_is_there_is_refused() {
        let names =
            functions::all().map(|function| function.name).chain(aggregates::all().map(|aggregate| aggregate.name));
        assert_eq!(names.filter(|name| is_refused(name)).collect::<Vec<_>>(), Vec::<&str>::new());
    }
}
