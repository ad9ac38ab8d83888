//! What a query answers.

use crate::storage::column::Column;
use crate::storage::table::ColumnSchema;
use crate::storage::value::Value;
use serde::Serialize;
use std::sync::Arc;

/// A result table of a query.
#[derive(Clone, Debug)]
pub struct ResultTable {
    /// `PrimaryResult`, or what `as`, `fork` and `facet` call it.
    pub name: String,
    /// The columns' names and types.
    pub schema: Vec<ColumnSchema>,
    /// The cells, a column for each of `schema`.
    pub columns: Vec<Arc<Column>>,
    /// How many rows.
    pub rows: usize,
    /// What `render` asked for.
    pub visualization: Option<Visualization>,
}

impl ResultTable {
    /// The cells of a row.
    pub fn row(&self, row: usize) -> impl ExactSizeIterator<Item = Value<'_>> {
        self.columns.iter().map(move |column| column.value(row))
    }
}

/// What `render` asked for; serializes as the service writes it into `@ExtendedProperties`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Visualization {
    /// The kind of chart, such as `timechart`.
    pub visualization: Option<String>,
    /// `title`
    pub title: Option<String>,
    /// `xcolumn`
    pub x_column: Option<String>,
    /// `series`, comma-separated.
    pub series: Option<String>,
    /// `ycolumns`, comma-separated.
    pub y_columns: Option<String>,
    /// `anomalycolumns`, comma-separated.
    pub anomaly_columns: Option<String>,
    /// `xtitle`
    pub x_title: Option<String>,
    /// `ytitle`
    pub y_title: Option<String>,
    /// `xaxis`: `linear` or `log`.
    pub x_axis: Option<String>,
    /// `yaxis`: `linear` or `log`.
    pub y_axis: Option<String>,
    /// `legend`: `visible` or `hidden`.
    pub legend: Option<String>,
    /// `ysplit`: `none`, `axes` or `panels`.
    pub y_split: Option<String>,
    /// `accumulate`
    pub accumulate: bool,
    /// Whether the rows are in the order of a sort.
    pub is_query_sorted: bool,
    /// `kind`, such as `stacked`.
    pub kind: Option<String>,
    /// `ymin`, or `NaN`.
    #[serde(rename = "Ymin")]
    pub y_min: AxisEnd,
    /// `ymax`, or `NaN`.
    #[serde(rename = "Ymax")]
    pub y_max: AxisEnd,
    /// `xmin`
    #[serde(rename = "Xmin")]
    pub x_min: Option<String>,
    /// `xmax`
    #[serde(rename = "Xmax")]
    pub x_max: Option<String>,
}

/// An end of the y axis.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AxisEnd(pub Option<f64>);

impl Serialize for AxisEnd {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(value) if value.is_finite() => serializer.serialize_f64(value),
            _ => serializer.serialize_str("NaN"),
        }
    }
}
