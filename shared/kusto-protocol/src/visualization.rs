//! What a query's `render` asked for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// `xmin`, a number, datetime or timespan as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_min: Option<String>,
    /// `xmax`, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_max: Option<String>,
}

impl Visualization {
    /// Reads a `Visualization` value of `@ExtendedProperties`, once it is JSON; none where the query has no `render`.
    pub(crate) fn from_annotation(annotation: &Value) -> Option<Self> {
        Some(Self {
            visualization: text(annotation, "Visualization")?,
            title: text(annotation, "Title"),
            kind: text(annotation, "Kind"),
            x_column: text(annotation, "XColumn"),
            y_columns: names(annotation, "YColumns"),
            series: names(annotation, "Series"),
            anomaly_columns: names(annotation, "AnomalyColumns"),
            x_title: text(annotation, "XTitle"),
            y_title: text(annotation, "YTitle"),
            x_axis: text(annotation, "XAxis"),
            y_axis: text(annotation, "YAxis"),
            y_split: text(annotation, "YSplit"),
            legend: text(annotation, "Legend"),
            accumulate: annotation.get("Accumulate").and_then(Value::as_bool).unwrap_or(false),
            y_min: bound(annotation, ["Ymin", "YMin"]),
            y_max: bound(annotation, ["Ymax", "YMax"]),
            x_min: scalar(annotation, ["Xmin", "XMin"]),
            x_max: scalar(annotation, ["Xmax", "XMax"]),
        })
    }
}

fn text(annotation: &Value, member: &str) -> Option<String> {
    annotation.get(member)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Column names: documented as a list with commas, tolerated as an array.
fn names(annotation: &Value, member: &str) -> Vec<String> {
    let trimmed = |name: &str| Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    match annotation.get(member) {
        Some(Value::String(list)) => list.split(',').filter_map(trimmed).collect(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).filter_map(trimmed).collect(),
        _ => Vec::new(),
    }
}

/// A finite number, or the text of one; `NaN` stands for "not set".
fn bound(annotation: &Value, members: [&str; 2]) -> Option<f64> {
    let value = members.iter().find_map(|member| annotation.get(member))?;
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
    number.is_finite().then_some(number)
}

/// A number or another scalar, as text; `NaN` stands for "not set" here too.
fn scalar(annotation: &Value, members: [&str; 2]) -> Option<String> {
    let text = match members.iter().find_map(|member| annotation.get(member))? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty() && text != "NaN")
}

#[cfg(test)]
mod tests {
    use super::Visualization;
    use serde_json::json;

    #[test]
    fn reads_an_annotation() {
        let annotation = json!({
            "Visualization": "timechart", "Title": "Load", "XColumn": "t", "Series": null, "YColumns": "cpu, memory",
            "AnomalyColumns": ["a", 3, " b "], "XTitle": null, "YTitle": "%", "XAxis": "linear", "YAxis": "log",
            "Legend": "hidden", "YSplit": "panels", "Accumulate": true, "IsQuerySorted": false, "Kind": "stacked",
            "Ymin": "NaN", "Ymax": 100, "Xmin": null, "Xmax": "2026-11-20T06:00:00Z",
        });
        let expected = Visualization {
            visualization: "timechart".to_owned(),
            title: Some("Load".to_owned()),
            kind: Some("stacked".to_owned()),
            x_column: Some("t".to_owned()),
            y_columns: vec!["cpu".to_owned(), "memory".to_owned()],
            series: Vec::new(),
            anomaly_columns: vec!["a".to_owned(), "b".to_owned()],
            x_title: None,
            y_title: Some("%".to_owned()),
            x_axis: Some("linear".to_owned()),
            y_axis: Some("log".to_owned()),
            y_split: Some("panels".to_owned()),
            legend: Some("hidden".to_owned()),
            accumulate: true,
            y_min: None,
            y_max: Some(100.0),
            x_min: None,
            x_max: Some("2026-11-20T06:00:00Z".to_owned()),
        };
        assert_eq!(Visualization::from_annotation(&annotation), Some(expected));
    }

    #[test]
    fn reads_bounds_in_any_form() {
        for (bounds, expected) in [
            (json!({"YMin": -1.5, "YMax": "2e3"}), (Some(-1.5), Some(2000.0))),
            (json!({"Ymin": "Infinity", "Ymax": "-Infinity"}), (None, None)),
            (json!({"Ymin": null, "Ymax": {}}), (None, None)),
            (json!({}), (None, None)),
        ] {
            let mut annotation = bounds.clone();
            annotation["Visualization"] = json!("piechart");
            let visualization = Visualization::from_annotation(&annotation).unwrap();
            assert_eq!((visualization.y_min, visualization.y_max), expected, "{bounds}");
        }
    }

    #[test]
    fn the_ends_of_the_x_axis_stay_text() {
        for (ends, expected) in [
            (json!({"Xmin": -1.5, "XMax": " 2e3 "}), (Some("-1.5"), Some("2e3"))),
            (
                json!({"XMin": "00:05:00", "Xmax": 9_007_199_254_740_993_u64}),
                (Some("00:05:00"), Some("9007199254740993")),
            ),
            (json!({"Xmin": "NaN", "Xmax": ""}), (None, None)),
            (json!({"Xmin": [1], "Xmax": true}), (None, None)),
        ] {
            let mut annotation = ends.clone();
            annotation["Visualization"] = json!("timechart");
            let visualization = Visualization::from_annotation(&annotation).unwrap();
            assert_eq!((visualization.x_min.as_deref(), visualization.x_max.as_deref()), expected, "{ends}");
        }
    }

    #[test]
    fn no_render_is_none() {
        for annotation in
            [json!({"Visualization": null, "Title": "t"}), json!({"Visualization": ""}), json!({}), json!(1)]
        {
            assert_eq!(Visualization::from_annotation(&annotation), None, "{annotation}");
        }
    }
}
