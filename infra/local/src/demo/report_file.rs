//! A report as a file: `<name>.toml` with its query beside it.

use super::window::Window;
use std::path::{Path, PathBuf};

/// Where a report is looked for: the user's folder, then the examples.
const REPORTS: [&str; 2] = ["reports", "infra/aws/reports"];

/// What a user schedules, as the file says it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportFile {
    /// Heading of the mail and of the chart.
    pub(crate) title: String,
    /// When it is due, as EventBridge Scheduler writes it: `cron(…)`, `rate(…)` or `at(…)`.
    pub(crate) schedule: Schedule,
    /// The time zone of the schedule, an IANA name.
    #[serde(default)]
    pub(crate) timezone: TimeZone,
    /// What becomes `_startTime` and `_endTime`; without it the query has no such parameters.
    pub(crate) window: Option<Window>,
    /// A connection of the connection file.
    pub(crate) connection: String,
    /// A database that the connection allows.
    pub(crate) database: String,
    /// The file of the query, beside this one.
    pub(crate) query: PathBuf,
    /// A `chartType`; the query's own `render` wins over it.
    pub(crate) chart: Option<String>,
    /// Recipients.
    pub(crate) to: Vec<String>,
    /// Recipients of a copy.
    #[serde(default)]
    pub(crate) cc: Vec<String>,
    /// A comparison on `rows`, such as `rows > 0`: only then a mail is sent.
    pub(crate) send_when: Option<String>,
    /// What happens when there are no rows.
    pub(crate) on_empty: Option<OnEmpty>,
    /// What is attached beside the chart.
    #[serde(default)]
    pub(crate) attach: Vec<Attachment>,
    /// The subject; it may hold `{date}`, `{title}` and `{rowCount}`.
    pub(crate) subject: Option<String>,
    /// Where a reader finds more: an https address.
    pub(crate) link: Option<String>,
}

/// What happens when there are no rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OnEmpty {
    /// The mail is sent as it is.
    Send,
    /// No mail is sent.
    Skip,
    /// The mail says so.
    Note,
}

/// What a report can attach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Attachment {
    /// All rows as CSV.
    Csv,
    /// The chart as SVG.
    Svg,
}

/// A schedule in one of the forms of EventBridge Scheduler. Its fields are checked where it is deployed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Schedule(String);

impl Schedule {
    /// The expression.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Schedule {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let fields = |kind: &str| Some(text.strip_prefix(kind)?.strip_suffix(')')?.split_whitespace().count());
        let formed = fields("cron(") == Some(6) || fields("rate(") == Some(2) || fields("at(") == Some(1);
        if formed {
            Ok(Self(text))
        } else {
            Err(format!(
                "`{text}` is not a schedule; write cron(0 7 ? * MON-FRI *), rate(1 hour) or at(2026-11-20T07:00:00)"
            ))
        }
    }
}

/// An IANA time zone, UTC unless the file says another.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct TimeZone(pub(crate) jiff::tz::TimeZone);

impl TimeZone {
    /// Its IANA name.
    pub(crate) fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self(jiff::tz::TimeZone::UTC)
    }
}

impl TryFrom<String> for TimeZone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let unknown = |_| format!("`{name}` is not a time zone; write an IANA name such as Europe/Berlin");
        jiff::tz::TimeZone::get(&name).map(Self).map_err(unknown)
    }
}

/// A report file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReportFileError {
    /// The file or its query is not there.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no such report.
    #[error("there is no report `{name}`: {} does not exist; give the path of its file", REPORTS.map(|folder| format!("{folder}/{name}.toml")).join(", and "))]
    NotFound {
        /// The name that was given.
        name: String,
    },
    /// The file is not what a report file is.
    #[error("{} is wrong: {message}", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// Where in it, and what to write.
        message: String,
    },
}

/// A report with its query, ready to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// The name of the file without its extension.
    pub(crate) name: String,
    /// What the file says.
    pub(crate) file: ReportFile,
    /// The text of the query.
    pub(crate) query: String,
}

impl Report {
    /// Reads the report `name`: the path of a file, or a name in one of the folders of reports.
    pub(crate) fn find(name: &str) -> Result<Self, ReportFileError> {
        let named = REPORTS.iter().map(|folder| Path::new(folder).join(format!("{name}.toml")));
        let path = std::iter::once(PathBuf::from(name)).chain(named).find(|path| path.is_file());
        Self::read(&path.ok_or_else(|| ReportFileError::NotFound { name: name.to_owned() })?)
    }

    /// A report of the query in the file `path` alone, which is due once and goes to nobody who exists.
    pub(crate) fn of_query(path: &Path, chart: Option<String>) -> Result<Self, ReportFileError> {
        let query = read(path)?;
        let name = stem(path);
        let file = ReportFile {
            title: name.clone(),
            schedule: Schedule("rate(1 day)".to_owned()),
            timezone: TimeZone::default(),
            window: None,
            connection: String::new(),
            database: String::new(),
            query: path.to_owned(),
            chart,
            to: vec!["reports@example.com".to_owned()],
            cc: Vec::new(),
            send_when: None,
            on_empty: None,
            attach: vec![Attachment::Csv, Attachment::Svg],
            subject: None,
            link: None,
        };
        Ok(Self { name, file, query })
    }

    /// The reports of a folder, by name; none where there is no folder.
    pub(crate) fn all(folder: &Path) -> Result<Vec<Self>, ReportFileError> {
        let failed = |source| ReportFileError::Read { path: folder.to_owned(), source };
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut paths = entries.map(|entry| Ok(entry.map_err(failed)?.path())).collect::<Result<Vec<_>, _>>()?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    /// Reads the file at `path` and the query beside it.
    pub(crate) fn read(path: &Path) -> Result<Self, ReportFileError> {
        let content = |message: String| ReportFileError::Content { path: path.to_owned(), message };
        let file: ReportFile = toml::from_str(&read(path)?).map_err(|error| content(error.to_string()))?;
        if file.to.is_empty() {
            return Err(content("`to` names nobody; write at least one address".to_owned()));
        }
        let query = read(&path.with_file_name(&file.query))?;
        Ok(Self { name: stem(path), file, query })
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn read(path: &Path) -> Result<String, ReportFileError> {
    std::fs::read_to_string(path).map_err(|source| ReportFileError::Read { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::{Attachment, Report};

    const FILE: &str = r#"
title      = "Failed sign-ins"
schedule   = "cron(0 7 ? * MON-FRI *)"
timezone   = "Europe/Berlin"
window     = { length = "1d", delay = "15m" }
connection = "soc"
database   = "Security"
query      = "failed-sign-ins.kql"
chart      = "timechart"
to         = ["soc@example.com"]
send_when  = "rows > 0"
"#;

    fn read(toml: &str) -> Result<Report, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("failed-sign-ins.toml");
        std::fs::write(&path, toml).unwrap();
        std::fs::write(folder.path().join("failed-sign-ins.kql"), "SigninLogs | count").unwrap();
        Report::read(&path).map_err(|error| error.to_string().replace(&folder.path().display().to_string(), ""))
    }

    #[test]
    fn a_file_is_read_with_its_query() {
        let report = read(&format!("{FILE}attach = ['csv', 'svg']")).unwrap();
        assert_eq!((report.name.as_str(), report.query.as_str()), ("failed-sign-ins", "SigninLogs | count"));
        assert_eq!(report.file.timezone.0.iana_name(), Some("Europe/Berlin"));
        assert_eq!(report.file.attach, [Attachment::Csv, Attachment::Svg]);
        assert_eq!(report.file.send_when.as_deref(), Some("rows > 0"));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place_and_the_remedy() {
        let replaced = |from: &str, to: &str| read(&FILE.replace(from, to)).unwrap_err();
        let errors = [
            replaced("send_when", "send_if"),
            replaced("1d", "one day"),
            replaced("delay", "latency"),
            replaced("Europe/Berlin", "Mars/Olympus"),
            replaced("cron(0 7 ? * MON-FRI *)", "every morning"),
            replaced("title ", "titel "),
            replaced("\"soc@example.com\"", ""),
            replaced("failed-sign-ins.kql", "missing.kql"),
        ];
        insta::assert_snapshot!(errors.join("\n\n"));
    }
}
