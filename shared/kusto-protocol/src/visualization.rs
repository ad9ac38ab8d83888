//! What a query's `render` asked for.

use serde::{Deserialize, Serialize};

/// The visualization annotation of a result table, from `@ExtendedProperties`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Visualization {
    /// The kind as KQL spells it (`timechart`, `piechart`, …).
    pub visualization: String,
    /// `title`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `kind`: `default`, `unstacked`, `stacked`, `stacked100`, `map`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `xcolumn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_column: Option<String>,
    /// `ycolumns`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub y_columns: Vec<String>,
    /// `series`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<String>,
    /// `anomalycolumns`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anomaly_columns: Vec<String>,
    /// `xtitle`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_title: Option<String>,
    /// `ytitle`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y_title: Option<String>,
    /// `xaxis`: `linear` or `log`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_axis: Option<String>,
    /// `yaxis`: `linear` or `log`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y_axis: Option<String>,
    /// `ysplit`: `none`, `axes` or `panels`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y_split: Option<String>,
    /// `legend`: `visible` or `hidden`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legend: Option<String>,
    /// `accumulate`: each value is added to the ones before it.
    pub accumulate: bool,
    /// `ymin`, in the unit of the y columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y_min: Option<f64>,
    /// `ymax`, in the unit of the y columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y_max: Option<f64>,
}
