//! Functions and aggregates of Kusto that this engine does not have: refused by name, never guessed.

/// How the names of functions begin that are all refused.
const FAMILIES: &[&str] = &["geo_", "ai_"];

/// Further functions and aggregates that are refused.
const NAMES: &[&str] = &[
    "all",
    "cluster",
    "current_cursor",
    "current_node_id",
    "current_principal",
    "current_principal_details",
    "current_principal_is_member_of",
    "cursor_after",
    "cursor_before_or_at",
    "cursor_current",
    "datetime_list_timezones",
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
    "parse_xml",
    "passthrough",
    "percentile_tdigest",
    "percentiles_array_tdigest",
    "percentrank_tdigest",
    "rank_tdigest",
    "row_id",
    "row_rank",
    "rowstore_ordinal_range",
    "series_decompose",
    "series_decompose_anomalies",
    "series_decompose_forecast",
    "series_outliers",
    "series_periods_detect",
    "series_periods_validate",
    "stored_query_result",
    "tdigest",
    "tdigest_isvalid",
    "tdigest_merge",
    "welch_test",
];

/// Whether it is a function of Kusto that this engine does not have.
pub(in crate::engine) fn is_refused(name: &str) -> bool {
    FAMILIES.iter().any(|family| name.starts_with(family)) || NAMES.contains(&name)
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
