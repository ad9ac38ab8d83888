//! `kusto-local schedules`: the schedules of report files, as a CloudFormation template that `infra/aws/template.yaml` nests.

use super::{
    render::{chart, mail, with},
    report_file::{Report, ReportFileError},
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, path::PathBuf};

/// What EventBridge Scheduler puts the time into at which a schedule was due (its documentation, "Adding context attributes").
const DUE: &str = "<aws.scheduler.scheduled-time>";

/// The most characters of a schedule's name (`CreateSchedule` of EventBridge Scheduler).
const LONGEST_NAME: usize = 64;

/// Prints the schedules of report files as a CloudFormation template.
#[derive(Debug, clap::Args)]
pub struct SchedulesArgs {
    /// The folder of the report files; without it there are no schedules.
    #[arg(long, default_value = "reports")]
    reports: PathBuf,
}

/// Why there is no template.
#[derive(Debug, thiserror::Error)]
pub enum SchedulesError {
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] ReportFileError),
    /// A file's name is none for a schedule.
    #[error("{0}.toml is no name for a schedule: use letters, digits, `-`, `_` and `.`, {LONGEST_NAME} at most")]
    Name(String),
    /// Two files would be one resource.
    #[error("{0}.toml and {1}.toml differ in signs only: rename one")]
    SameName(String, String),
}

/// The template, as JSON.
///
/// # Errors
/// For the first file that cannot be used.
pub fn schedules(args: &SchedulesArgs) -> Result<String, SchedulesError> {
    let mut names = BTreeMap::new();
    let mut resources = Map::new();
    resources.insert("Schedules".to_owned(), group());
    for report in Report::all(&args.reports)? {
        let id = resource_id(&report.name)?;
        if let Some(other) = names.insert(id.clone(), report.name.clone()) {
            return Err(SchedulesError::SameName(other, report.name));
        }
        resources.insert(id, schedule(&report));
    }
    let parameters =
        ["Group", "Flow", "Role", "DeadLetters"].map(|name| (name.to_owned(), json!({ "Type": "String" })));
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The schedules of report files",
        "Parameters": Map::from_iter(parameters),
        "Resources": resources,
    });
    Ok(format!("{template:#}\n"))
}

fn group() -> Value {
    json!({ "Type": "AWS::Scheduler::ScheduleGroup", "Properties": { "Name": { "Ref": "Group" } } })
}

/// The name of a resource, which has letters and digits only.
fn resource_id(name: &str) -> Result<String, SchedulesError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.len() > LONGEST_NAME || !name.bytes().all(fits) {
        return Err(SchedulesError::Name(name.to_owned()));
    }
    let words = name.split(|character: char| !character.is_ascii_alphanumeric());
    let capital =
        |word: &str| word.get(..1).unwrap_or_default().to_ascii_uppercase() + word.get(1..).unwrap_or_default();
    Ok(words.fold("Report".to_owned(), |id, word| id + &capital(word)))
}

fn schedule(report: &Report) -> Value {
    let file = &report.file;
    json!({
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {
            "Name": report.name,
            "GroupName": { "Ref": "Schedules" },
            "Description": file.title,
            "ScheduleExpression": file.schedule.as_str(),
            "ScheduleExpressionTimezone": file.timezone.name(),
            "FlexibleTimeWindow": { "Mode": "OFF" },
            "Target": {
                "Arn": { "Ref": "Flow" },
                "RoleArn": { "Ref": "Role" },
                "Input": input(report).to_string(),
                "DeadLetterConfig": { "Arn": { "Ref": "DeadLetters" } },
            },
        },
    })
}

/// The input of the flow `scheduled-report`.
fn input(report: &Report) -> Value {
    let file = &report.file;
    let query = json!({ "connection": file.connection, "database": file.database, "query": report.query });
    let input = json!({
        "scheduledTime": DUE,
        "chart": with(query, chart(report)),
        // EventBridge may deliver a schedule twice: it is one mail.
        "mail": with(mail(report), json!({ "idempotencyKey": format!("report/{}/{DUE}", report.name) })),
        "onFailure": { "to": file.to },
    });
    match file.window {
        Some(window) => with(input, json!({ "window": window.seconds() })),
        None => input,
    }
}

#[cfg(test)]
mod tests {
    use super::{SchedulesArgs, schedules};
    use std::{fs, path::Path};

    const FILE: &str =
        "title='Load'\nschedule='rate(1 hour)'\nconnection='c'\ndatabase='d'\nquery='q.kql'\nto=['a@example.com']\n";

    const MORE: &str = "timezone='Europe/Berlin'\nwindow={length='1d', delay='15m'}\nchart='timechart'\ncc=['b@example.com']\n\
                        send_when='rows > 0'\non_empty='note'\nattach=['csv']\nsubject='{title}'\nlink='https://example.com'\n";

    fn of(reports: &Path) -> Result<String, String> {
        let args = SchedulesArgs { reports: reports.to_owned() };
        schedules(&args).map_err(|error| error.to_string())
    }

    #[test]
    fn each_report_file_is_a_schedule() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("q.kql"), "T | count").unwrap();
        fs::write(folder.path().join("hourly.toml"), FILE).unwrap();
        fs::write(folder.path().join("daily-load_2.toml"), format!("{FILE}{MORE}")).unwrap();
        insta::assert_snapshot!(of(folder.path()).unwrap());
    }

    #[test]
    fn without_reports_there_is_the_group_alone() {
        let template = of(Path::new("/no/such/folder")).unwrap();
        assert!(template.contains("ScheduleGroup") && !template.contains("AWS::Scheduler::Schedule\""), "{template}");
    }

    #[test]
    fn names_are_those_that_schedules_can_have() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("q.kql"), "T").unwrap();
        for (names, expected) in [
            (&["sign-ins per day"][..], "sign-ins per day.toml is no name for a schedule: use letters, digits"),
            (&["sign-ins", "sign.ins"], "sign-ins.toml and sign.ins.toml differ in signs only: rename one"),
            (&[&"x".repeat(65)], "xxx"),
        ] {
            for name in names {
                fs::write(folder.path().join(format!("{name}.toml")), FILE).unwrap();
            }
            let error = of(folder.path()).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
            for name in names {
                fs::remove_file(folder.path().join(format!("{name}.toml"))).unwrap();
            }
        }
    }
}
