//! The template in moto: what it makes is what the flows, the schedules and the sources of export are meant to be.

use super::template;
use serde_json::{Value, json};
use std::{fs, path::Path, process::Command, sync::OnceLock};
use tests::{
    binaries::{self, root},
    flows::Stage,
    python,
};

/// What there is after the template was deployed with the example reports.
fn deployed() -> &'static Value {
    static DEPLOYED: OnceLock<Value> = OnceLock::new();
    DEPLOYED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("schedules.json");
        fs::write(&file, schedules(&root().join("infra/aws/reports"))).unwrap();
        let parameters = json!({
            "EntraTenantId": "11111111-2222-3333-4444-555555555555", "ApiAudience": "api://kusto-actions", "ExportQueue": "true",
            "SesIdentity": "example.com", "MailAllowedRecipients": "@example.com,ada@contoso.example",
        });
        let arguments = [file.to_str().unwrap(), &parameters.to_string()];
        python::run_with("deploy_template.py", &arguments, template().to_string().as_bytes())
    })
}

/// The nested template that `kusto-local` makes of report files.
fn schedules(reports: &Path) -> Vec<u8> {
    let output =
        Command::new(binaries::path("kusto-local")).arg("schedules").arg("--reports").arg(reports).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn the_flows_of_the_template_are_their_files() {
    for flow in crate::flows::flows() {
        let machine = &deployed()["stateMachines"][format!("kusto-actions-{flow}")];
        let text = fs::read_to_string(root().join(format!("infra/aws/flows/{flow}.asl.json"))).unwrap();
        // The ARN of the alias in place of each `${QueryFunction}`, and nothing else.
        let arn = |resource: &str| {
            let name = super::kebab(resource);
            format!("arn:aws:lambda:eu-central-1:123456789012:function:kusto-actions-{name}:live")
        };
        let parts: Vec<&str> = text.split("${").collect();
        let rest = parts[1..].iter().map(|part| part.split_once('}').unwrap());
        let expected = rest.fold(parts[0].to_owned(), |text, (name, rest)| text + &arn(name) + rest);
        assert_eq!(machine, &serde_json::from_str::<Value>(&expected).unwrap(), "{flow}");
    }
}

#[test]
fn messages_are_exported_and_what_cannot_be_waits() {
    let queue = &deployed()["queues"]["ExportMessages"];
    let function = &deployed()["functions"]["kusto-actions-ingest"];
    let visible: u64 = queue["VisibilityTimeout"].as_str().unwrap().parse().unwrap();
    assert_eq!(visible, 6 * function["Timeout"].as_u64().unwrap());
    let redrive: Value = serde_json::from_str(queue["RedrivePolicy"].as_str().unwrap()).unwrap();
    assert_eq!(redrive["maxReceiveCount"], 5);
    let source = &deployed()["sources"][0];
    assert_eq!(source["EventSourceArn"], queue["QueueArn"]);
    assert_eq!(source["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
}

#[test]
fn every_report_file_is_a_schedule_that_starts_the_flow() {
    let schedules = deployed()["schedules"].as_object().unwrap();
    assert_eq!(schedules.keys().collect::<Vec<_>>(), ["failed-sign-ins", "machine-load", "patch-vitals"]);
    for (name, schedule) in schedules {
        let target = &schedule["Target"];
        assert_eq!(target["Arn"], deployed()["values"]["Flow"], "{name}");
        assert_eq!(target["RoleArn"], deployed()["values"]["Role"], "{name}");
        assert_eq!(target["DeadLetterConfig"]["Arn"], deployed()["values"]["DeadLetters"], "{name}");
    }
    let schedule = &schedules["failed-sign-ins"];
    assert_eq!(schedule["ScheduleExpression"], "cron(0 7 ? * MON-FRI *)");
    assert_eq!(schedule["ScheduleExpressionTimezone"], "Europe/Berlin");
}

/// What the flow gets when a schedule is due at `time`.
fn input(schedule: &str, time: &str) -> Value {
    let input = deployed()["schedules"][schedule]["Target"]["Input"].as_str().unwrap();
    serde_json::from_str(&input.replace("<aws.scheduler.scheduled-time>", time)).unwrap()
}

#[test]
fn the_example_of_the_flow_is_what_a_schedule_starts_it_with() {
    assert_eq!(input("machine-load", "2026-11-20T07:00:00Z"), crate::flows::example("scheduled-report"));
}

#[test]
fn a_schedule_that_is_due_mails_its_report() {
    let table = "range n from 1 to 3 step 1 | extend TimeGenerated = datetime(2026-11-20T05:00:00Z) + n * 1m, ResultType = 50126, \
                 ResultDescription = 'wrong password'";
    let stage = Stage::new(&[("SigninLogs", table)]);
    let mut input = input("failed-sign-ins", "2026-11-20T06:00:00Z");
    // The connection of the stage.
    input["chart"]["connection"] = json!("demo");
    input["chart"]["database"] = json!("NetDefaultDB");
    let execution = stage.run("scheduled-report", &input);
    assert_eq!((execution.outcome().as_str(), &execution.output()["sent"]), ("SUCCEEDED", &json!(true)));
    // Delivered again, it ends well and mails nothing.
    let again = stage.run("scheduled-report", &input);
    assert_eq!((again.outcome().as_str(), again.states().pop()), ("SUCCEEDED", Some("Mailed already")));
    let (subject, _) = crate::flows::only_mail(&stage);
    assert!(subject.starts_with("Failed sign-ins"), "{subject}");
}
