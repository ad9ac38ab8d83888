//! Whether the numbers in the mail are those of the samples, reckoned here a second time without Kusto.

use super::sample::Sample;
use jiff::Timestamp;
use std::{collections::BTreeMap, fmt};

/// How far a mailed figure, rounded to one decimal, may be from ours.
const ROUNDING: f64 = 0.05 + 1e-6;

/// Columns of the report.
const COLUMNS: [&str; 5] = ["Timestamp", "Series", "Average", "Highest", "Samples"];

/// Seconds in one step of the report.
const STEP: i64 = 2;

/// Rows that the HTML must show where there are as many; the first 50 are meant to be there.
const LEAST_SHOWN: usize = 50;

/// What differs between the samples and the mail.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum VerifyError {
    /// The attached CSV cannot be read.
    #[error("the attached CSV cannot be read: {0}")]
    Csv(String),
    /// A group of samples is missing from the mail, or one in the mail has no samples.
    #[error("{series} at {begin} is in {found} and not in {missing}")]
    Missing {
        /// The series.
        series: String,
        /// The beginning of the step.
        begin: Timestamp,
        /// Where it is.
        found: &'static str,
        /// Where it is not.
        missing: &'static str,
    },
    /// A figure is another one.
    #[error("{series} at {begin}: the samples give {expected}; the mail says {mailed}")]
    Differs {
        /// The series.
        series: String,
        /// The beginning of the step.
        begin: Timestamp,
        /// By the samples.
        expected: Group,
        /// By the mail.
        mailed: Group,
    },
    /// A row of the table in the HTML is not that of the CSV.
    #[error("{series} at {begin}: the HTML table of the mail says {cells}")]
    Shown {
        /// The series.
        series: String,
        /// The beginning of the step.
        begin: Timestamp,
        /// What the table says there.
        cells: String,
    },
    /// The table in the HTML is too short.
    #[error("the HTML table of the mail shows only {0} rows")]
    TooFew(usize),
}

/// One row of the example report `machine-load`: a series in one step.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Group {
    average: f64,
    highest: f64,
    samples: u64,
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "average {:?}, highest {:?}, samples {}", self.average, self.highest, self.samples)
    }
}

/// The beginning of a step and the series, which identify a row.
type Key = (Timestamp, String);

/// A row of the mail.
type Row = (Key, Group);

/// Checks the attached CSV against the samples, and the table in the HTML against the CSV.
/// Returns how many rows the HTML shows.
pub(crate) fn verify(samples: &[Sample], csv: &[u8], html: &str) -> Result<usize, VerifyError> {
    let mut expected = expected(samples);
    let mailed = mailed(csv)?;
    for (key, group) in &mailed {
        let expected = expected.remove(key).ok_or_else(|| missing(key, "the mail", "the samples"))?;
        if !expected.agrees(group) {
            let (begin, series) = key.clone();
            return Err(VerifyError::Differs { series, begin, expected, mailed: *group });
        }
    }
    match expected.keys().next() {
        Some(key) => Err(missing(key, "the samples", "the mail")),
        None => shown(&mailed, html),
    }
}

impl Group {
    fn agrees(&self, mailed: &Self) -> bool {
        (self.average - mailed.average).abs() <= ROUNDING
            && (self.highest - mailed.highest).abs() <= ROUNDING
            && self.samples == mailed.samples
    }
}

fn missing((begin, series): &Key, found: &'static str, missing: &'static str) -> VerifyError {
    VerifyError::Missing { series: series.clone(), begin: *begin, found, missing }
}

/// What `machine-load.kql` must make of these samples.
fn expected(samples: &[Sample]) -> BTreeMap<Key, Group> {
    let mut groups = BTreeMap::<Key, Group>::new();
    let reported = |sample: &&Sample| ["CPU", "Memory"].contains(&sample.metric) && sample.unit == "percent";
    for sample in samples.iter().filter(reported) {
        let begin = sample.timestamp.as_second() / STEP * STEP;
        let begin = Timestamp::from_second(begin).unwrap_or(sample.timestamp);
        let series = format!("{} {}", sample.metric, sample.instance).trim_end().to_owned();
        let group = groups.entry((begin, series)).or_default();
        // The sum, until all samples are in.
        group.average += sample.value;
        group.highest = group.highest.max(sample.value);
        group.samples += 1;
    }
    for group in groups.values_mut() {
        group.average /= group.samples as f64;
    }
    groups
}

/// The rows of the attached CSV, whose columns are [`COLUMNS`].
fn mailed(csv: &[u8]) -> Result<Vec<Row>, VerifyError> {
    let rows = csv::Reader::from_reader(csv).into_deserialize::<(Timestamp, String, f64, f64, u64)>();
    rows.map(|row| {
        let (begin, series, average, highest, samples) = row.map_err(|error| VerifyError::Csv(error.to_string()))?;
        Ok(((begin, series), Group { average, highest, samples }))
    })
    .collect()
}

/// Checks that the table in the HTML begins as the CSV does. Returns how many rows it shows.
fn shown(mailed: &[Row], html: &str) -> Result<usize, VerifyError> {
    let rows = table_rows(html);
    let differs = mailed.iter().zip(&rows).find(|(row, cells)| !shows(cells, row));
    match differs {
        Some((((begin, series), _), cells)) => {
            Err(VerifyError::Shown { series: series.clone(), begin: *begin, cells: cells.join(" | ") })
        }
        None if rows.len() < mailed.len().min(LEAST_SHOWN) => Err(VerifyError::TooFew(rows.len())),
        None => Ok(rows.len()),
    }
}

/// Whether the cells of a row in the HTML are those of a row in the CSV. Dates and numbers are formatted there for people.
fn shows(cells: &[String], ((begin, series), group): &Row) -> bool {
    let [time, shown_series, figures @ ..] = cells else { return false };
    let figures: Vec<f64> = figures.iter().filter_map(|figure| figure.replace(',', "").parse().ok()).collect();
    // A mail leaves seconds out where they are none.
    let begin = begin.strftime("%Y-%m-%d %H:%M:%S").to_string();
    [Some(begin.as_str()), begin.strip_suffix(":00")].contains(&Some(time.as_str()))
        && shown_series == series
        && figures == [group.average, group.highest, group.samples as f64]
}

/// The text of the cells of each row of the report's table, the one with its columns as headings.
fn table_rows(html: &str) -> Vec<Vec<String>> {
    let cells = |row: &str, tag| row.split(tag).skip(1).map(cell_text).collect::<Vec<_>>();
    let table = html.split("<table").find(|table| cells(table, "<th ") == COLUMNS);
    let rows = table.into_iter().flat_map(|table| table.split("<tr")).map(|row| cells(row, "<td"));
    rows.filter(|cells| cells.len() == COLUMNS.len()).collect()
}

/// The text of a cell, from what follows the name of its tag, without the tags in it.
fn cell_text(cell: &str) -> String {
    let content = cell.split("</t").next().unwrap_or_default();
    content
        .split('<')
        .filter_map(|piece| piece.split_once('>'))
        .map(|(_, text)| text)
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::verify;
    use crate::demo::sample::Sample;

    const CSV: &str = "\"Timestamp\",\"Series\",\"Average\",\"Highest\",\"Samples\"\r\n\
        2026-11-20T06:00:00Z,\"CPU 0\",12.5,20.0,2\r\n2026-11-20T06:00:00Z,\"Memory\",40.3,40.3,1\r\n";
    const HTML: &str = "<table><tr><th scope=col>Series</th></tr><tr><td>CPU 0</td></tr></table><table><tr><th scope=col>Timestamp</th>\
        <th scope=col>Series</th><th scope=col>Average</th><th scope=col>Highest</th><th scope=col>Samples</th></tr>\
        <tr><td>2026-11-20 06:00</td><td>CPU 0</td><td align=right>12.5</td><td>20</td><td>2</td></tr>\
        <tr><td>2026-11-20 06:00:00</td><td><b>Memory</b></td><td>40.3</td><td>40.3</td><td>1</td></tr></table>";

    fn sample(millisecond: i64, metric: &'static str, instance: &str, value: f64) -> Sample {
        let timestamp = jiff::Timestamp::from_millisecond(1_795_154_400_000 + millisecond).unwrap();
        Sample { timestamp, metric, instance: instance.to_owned(), value, unit: "percent" }
    }

    #[track_caller]
    fn check(csv: &str, html: &str, expected: Result<usize, &str>) {
        let samples = [sample(0, "CPU", "0", 5.0), sample(250, "CPU", "0", 20.0), sample(250, "Memory", "", 40.349)];
        let outcome = verify(&samples, csv.as_bytes(), html).map_err(|error| error.to_string());
        assert_eq!(outcome.as_ref().map_err(String::as_str), expected.as_ref().map_err(|text| *text));
    }

    #[test]
    fn the_mail_of_these_samples_passes() {
        check(CSV, HTML, Ok(2));
    }

    #[test]
    fn a_mail_of_other_samples_is_told() {
        let second = "2026-11-20T06:00:00Z";
        check(
            &CSV.replace("12.5", "12.7"),
            HTML,
            Err(&format!(
                "CPU 0 at {second}: the samples give average 12.5, highest 20.0, samples 2; the mail says average 12.7, highest 20.0, samples 2"
            )),
        );
        check(
            &CSV.replace("\"Memory\"", "\"Disk\""),
            HTML,
            Err(&format!("Disk at {second} is in the mail and not in the samples")),
        );
        check(
            CSV.split_inclusive("2\r\n").next().unwrap(),
            HTML,
            Err(&format!("Memory at {second} is in the samples and not in the mail")),
        );
        check(
            CSV,
            &HTML.replace("<b>Memory</b>", "Swap"),
            Err(&format!(
                "Memory at {second}: the HTML table of the mail says 2026-11-20 06:00:00 | Swap | 40.3 | 40.3 | 1"
            )),
        );
        check(CSV, "<p>no table</p>", Err("the HTML table of the mail shows only 0 rows"));
    }
}
