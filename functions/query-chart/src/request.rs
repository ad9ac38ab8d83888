//! What a caller asks for.

use report::{chart::chart_type::ChartType, instant::Zone};
use runtime::{
    error::ActionError,
    kusto::{Query, Target},
    request::{OnLimit, Options},
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Rows of the table that can go with a chart, at most.
const MOST_TABLE_ROWS: usize = report::html::table::MAX_ROWS;

/// A query, where it runs, and how its result is shown.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// The name of a connection; may be left out where there is only one.
    pub connection: Option<String>,
    /// The URL of a configured cluster, in place of the connection's name.
    pub cluster: Option<String>,
    /// The database; may be left out where the connection has exactly one.
    #[serde(alias = "db")]
    pub database: Option<String>,
    /// The KQL query.
    #[serde(alias = "csl")]
    pub query: String,
    /// Its parameters by name: values, or `{"type", "value"}`.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// Client request properties.
    #[serde(default)]
    pub options: Options,
    /// What to do with more rows than are allowed.
    #[serde(default)]
    pub on_limit: OnLimit,
    /// `Html Table`, `Pie Chart`, `Time Chart`, `Bar Chart`, or a visualization of Kusto; the query's `render` wins over it.
    pub chart_type: Option<String>,
    /// The title, where the query's `render` gives none.
    pub title: Option<String>,
    /// The time zone of the time axis, by its IANA name; UTC where it is left out.
    pub timezone: Option<String>,
    /// Rows of the result that follow a chart as a table, 0 to 100.
    #[serde(default)]
    pub table_rows: usize,
    /// What is attached beside the picture.
    #[serde(default)]
    pub attach: Vec<Attach>,
}

/// Something to attach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Attach {
    /// All rows.
    Csv,
    /// The picture, to enlarge.
    Svg,
}

impl Request {
    /// Where the query runs.
    pub fn target(&self) -> Target<'_> {
        Target {
            connection: self.connection.as_deref(),
            cluster: self.cluster.as_deref(),
            database: self.database.as_deref(),
        }
    }

    /// The query.
    pub fn query(&self) -> Query<'_> {
        Query {
            target: self.target(),
            text: &self.query,
            parameters: &self.parameters,
            options: &self.options,
            on_limit: self.on_limit,
            schema_only: false,
        }
    }

    /// The kind of chart.
    ///
    /// # Errors
    /// `BadRequest` that lists the accepted values.
    pub fn chart_type(&self) -> Result<Option<ChartType>, ActionError> {
        let parsed = self.chart_type.as_deref().map(str::parse::<ChartType>).transpose();
        parsed.map_err(|error| ActionError::bad_request(error.to_string()))
    }

    /// The time zone.
    ///
    /// # Errors
    /// `BadRequest` where there is none of that name.
    pub fn zone(&self) -> Result<Zone, ActionError> {
        let zone = self.timezone.as_deref().map_or(Ok(Zone::utc()), Zone::named);
        zone.map_err(|error| ActionError::bad_request(format!("`timezone`: {error}")))
    }

    /// Rows of the table.
    ///
    /// # Errors
    /// `BadRequest` where that is more than a mail can show.
    pub fn table_rows(&self) -> Result<usize, ActionError> {
        match self.table_rows {
            rows if rows <= MOST_TABLE_ROWS => Ok(rows),
            rows => Err(ActionError::bad_request(format!(
                "`tableRows` is {rows}: at most {MOST_TABLE_ROWS} fit into a mail"
            ))),
        }
    }
}
