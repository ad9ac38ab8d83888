//! The kinds of chart by the names people give them.

use std::{fmt, str::FromStr};

/// A kind of chart: the connector's four and every visualization that Kusto names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChartType {
    /// `table`; the connector's "Html Table".
    Table,
    /// `card`: the first record as a set of scalars.
    Card,
    /// `timechart`; the connector's "Time Chart".
    TimeChart,
    /// `linechart`.
    LineChart,
    /// `anomalychart`: a time chart with marked points.
    AnomalyChart,
    /// `areachart`.
    AreaChart,
    /// `stackedareachart`.
    StackedAreaChart,
    /// `barchart`, horizontal; the connector's "Bar Chart".
    BarChart,
    /// `columnchart`, vertical.
    ColumnChart,
    /// `piechart`; the connector's "Pie Chart".
    PieChart,
    /// `scatterchart`.
    ScatterChart,
    /// `treemap`.
    Treemap,
    /// `ladderchart`.
    LadderChart,
    /// `pivotchart`.
    PivotChart,
    /// `timepivot`.
    TimePivot,
    /// `timeline`.
    Timeline,
    /// `list`.
    List,
    /// `plotly`.
    Plotly,
    /// `graph`.
    Graph,
    /// `sankey`.
    Sankey,
    /// `3Dchart`.
    ThreeDChart,
}

/// The connector's name, where it has one, and Kusto's.
const NAMES: [(ChartType, Option<&str>, &str); 21] = [
    (ChartType::Table, Some("Html Table"), "table"),
    (ChartType::PieChart, Some("Pie Chart"), "piechart"),
    (ChartType::TimeChart, Some("Time Chart"), "timechart"),
    (ChartType::BarChart, Some("Bar Chart"), "barchart"),
    (ChartType::Card, None, "card"),
    (ChartType::LineChart, None, "linechart"),
    (ChartType::AnomalyChart, None, "anomalychart"),
    (ChartType::AreaChart, None, "areachart"),
    (ChartType::StackedAreaChart, None, "stackedareachart"),
    (ChartType::ColumnChart, None, "columnchart"),
    (ChartType::ScatterChart, None, "scatterchart"),
    (ChartType::Treemap, None, "treemap"),
    (ChartType::LadderChart, None, "ladderchart"),
    (ChartType::PivotChart, None, "pivotchart"),
    (ChartType::TimePivot, None, "timepivot"),
    (ChartType::Timeline, None, "timeline"),
    (ChartType::List, None, "list"),
    (ChartType::Plotly, None, "plotly"),
    (ChartType::Graph, None, "graph"),
    (ChartType::Sankey, None, "sankey"),
    (ChartType::ThreeDChart, None, "3Dchart"),
];

impl ChartType {
    /// The name as KQL's `render` spells it.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(kind, _, _)| *kind == self).map_or("", |(_, _, name)| name)
    }
}

impl fmt::Display for ChartType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for ChartType {
    type Err = UnknownChartType;

    fn from_str(text: &str) -> Result<Self, UnknownChartType> {
        let is = |name: &str| name.eq_ignore_ascii_case(text);
        let known = NAMES.iter().find(|(_, connector, kusto)| connector.is_some_and(is) || is(kusto));
        known.map(|(kind, _, _)| *kind).ok_or_else(|| UnknownChartType { name: text.chars().take(64).collect() })
    }
}

/// A chart type that neither the connector nor Kusto has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown chartType `{name}`, expected one of {}", accepted())]
pub struct UnknownChartType {
    /// What was asked for, its first 64 characters.
    pub name: String,
}

fn accepted() -> String {
    let connector = NAMES.iter().filter_map(|(_, connector, _)| *connector).map(|name| format!("\"{name}\""));
    connector.chain(NAMES.iter().map(|(_, _, kusto)| (*kusto).to_owned())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{ChartType, NAMES};

    #[test]
    fn every_name_in_any_letter_case() {
        for (kind, connector, kusto) in NAMES {
            for name in [Some(kusto), connector].into_iter().flatten() {
                assert_eq!(name.parse(), Ok(kind));
                assert_eq!(name.to_uppercase().parse(), Ok(kind));
            }
            assert_eq!(kind.to_string(), kusto);
        }
    }

    #[test]
    fn anything_else_is_told_what_is_accepted() {
        for name in ["", "chart", "Time  Chart", "time chart ", "TimeChart\0"] {
            assert!(name.parse::<ChartType>().is_err(), "{name:?}");
        }
        insta::assert_snapshot!("doughnut".parse::<ChartType>().unwrap_err());
    }
}
