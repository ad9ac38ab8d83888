//! The query-chart action.
