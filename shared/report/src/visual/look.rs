//! How a result is to be shown: as a request says it, and checked.

use crate::{
    chart::chart_type::ChartType,
    html::table::{DEFAULT_ROWS, MAX_ROWS},
    instant::{UnknownTimeZone, Zone},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// How a result is to be shown, as a request says it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish<'a> {
    /// `Html Table`, `Pie Chart`, `Time Chart`, `Bar Chart`, or a visualization of Kusto; the `render` of the text wins over it.
    pub chart_type: Option<&'a str>,
    /// The title, where `render` gives none.
    pub title: Option<&'a str>,
    /// The time zone of the time axis, by its IANA name; UTC where it is left out.
    pub timezone: Option<&'a str>,
    /// Rows of the result that follow a chart as a table.
    pub table_rows: usize,
    /// What is attached beside the picture.
    pub attach: &'a [Attach],
}

/// Something to attach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Attach {
    /// All rows.
    Csv,
    /// The picture, to enlarge.
    Svg,
}

/// How a result is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    pub(crate) chart_type: Option<ChartType>,
    pub(crate) title: Option<String>,
    pub(crate) zone: Zone,
    pub(crate) table_rows: usize,
    pub(crate) attach: Vec<Attach>,
    pub(crate) bitmaps: Bitmaps,
}

/// Which pictures somebody will see as a bitmap; to make one takes longer than all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bitmaps {
    /// The wide and the narrow one.
    All,
    /// The wide one.
    Wide,
    /// None.
    None,
}

/// A wish that cannot be met.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookError {
    /// No kind of chart: the sentence lists them.
    #[error("{0}")]
    ChartType(String),
    /// No time zone.
    #[error("`timezone`: {0}")]
    TimeZone(#[from] UnknownTimeZone),
    /// More rows than a mail can show.
    #[error("`tableRows` is {0}: at most {MAX_ROWS} fit into a mail")]
    TableRows(usize),
}

impl Wish<'_> {
    /// The look that is wished for.
    ///
    /// # Errors
    /// For the first part of the wish that cannot be met.
    pub fn look(self) -> Result<Look, LookError> {
        let chart_type = self.chart_type.map(str::parse::<ChartType>).transpose();
        if self.table_rows > MAX_ROWS {
            return Err(LookError::TableRows(self.table_rows));
        }
        Ok(Look {
            chart_type: chart_type.map_err(|error| LookError::ChartType(error.to_string()))?,
            title: self.title.map(str::to_owned),
            zone: self.timezone.map_or(Ok(Zone::utc()), Zone::named)?,
            table_rows: self.table_rows,
            attach: self.attach.to_vec(),
            bitmaps: Bitmaps::All,
        })
    }
}

impl Look {
    /// Whether a table is wished for in place of a chart.
    pub(crate) fn is_table(&self) -> bool {
        self.chart_type == Some(ChartType::Table)
    }

    /// Rows that are shown as a table.
    pub(crate) fn shown_rows(&self) -> usize {
        if self.is_table() { DEFAULT_ROWS } else { self.table_rows }
    }

    /// Whether all rows are attached.
    pub(crate) fn has_csv(&self) -> bool {
        self.is_table() || self.attach.contains(&Attach::Csv)
    }
}

#[cfg(test)]
mod tests {
    use super::Wish;

    #[test]
    fn what_cannot_be_met_is_said_with_what_can() {
        let chart_type = Wish { chart_type: Some("Funnel"), ..Wish::default() };
        let timezone = Wish { timezone: Some("Europe/Nowhere"), ..Wish::default() };
        let table_rows = Wish { table_rows: 101, ..Wish::default() };
        for (wish, words) in [
            (chart_type, "Html Table"),
            (timezone, "`timezone`: unknown time zone `Europe/Nowhere`; use an IANA name such as Europe/Berlin"),
            (table_rows, "`tableRows` is 101: at most 100 fit into a mail"),
        ] {
            let error = wish.look().unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn a_table_has_its_rows_attached() {
        let look = |chart_type| Wish { chart_type, ..Wish::default() }.look().unwrap();
        assert!(look(Some("html table")).has_csv() && look(Some("html table")).shown_rows() == 50);
        assert!(!look(Some("Pie Chart")).has_csv() && look(None).shown_rows() == 0);
    }
}
