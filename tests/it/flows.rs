//! The flows of `infra/aws/flows` in moto's Step Functions interpreter, with the real binaries: to their ends, good and bad.

mod commands;
mod definitions;
mod each_row;
mod in_chunks;
mod pictures;
mod reports;
mod runs;
mod submissions;

use serde_json::{Value, json};
use std::{fs, path::PathBuf};
use tests::{binaries::root, flows::Stage, python};

/// Samples of a machine from midnight to eight o'clock, one of each metric a minute, and at last a CPU that is busy.
const SAMPLES: (&str, &str) = (
    "MachineSamples",
    "range n from 0 to 959 step 1 | extend Timestamp = datetime(2026-11-20T07:59:30Z) - 30s * n, Instance = '', Unit = 'percent' \
     | extend Metric = iff(n % 2 == 0, 'CPU', 'Memory'), Value = iff(n == 0, 97.5, 40.0 + n % 10) | project-away n",
);

/// The names of the flows.
pub(crate) fn flows() -> Vec<String> {
    let files = fs::read_dir(root().join("infra/aws/flows")).unwrap().map(|file| file.unwrap().file_name());
    let names = files.filter_map(|name| name.to_str()?.strip_suffix(".asl.json").map(str::to_owned));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// A file of the folder of flows.
fn read(name: &str) -> String {
    fs::read_to_string(root().join("infra/aws/flows").join(name)).unwrap()
}

/// The example input of a flow.
pub(crate) fn example(flow: &str) -> Value {
    serde_json::from_str(&read(&format!("inputs/{flow}.json"))).unwrap()
}

/// The example input of a flow with another value at this place: `/query/query`.
fn example_with(flow: &str, place: &str, value: Value) -> Value {
    let mut input = example(flow);
    *input.pointer_mut(place).unwrap() = value;
    input
}

/// The one mail that was sent: its subject and its text.
pub(crate) fn only_mail(stage: &Stage) -> (String, String) {
    let mails = stage.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    read_mail(&mails[0])
}

fn read_mail(path: &PathBuf) -> (String, String) {
    let mail = python::run("check_mail.py", &[path]);
    assert_eq!(mail["defects"], json!([]));
    let headers = mail["headers"].as_array().unwrap();
    let subject = headers.iter().find(|header| header[0] == "Subject").unwrap()[1].as_str().unwrap();
    (subject.to_owned(), mail["text"].as_str().unwrap().to_owned())
}

/// A fault that answers the next statements that begin so with what makes a function answer `Throttled` at once.
fn throttled(text: &str, times: usize) -> Value {
    let answer = json!({"status": 429, "headers": {"retry-after": "600"}});
    json!({"match": {"text": text}, "times": times, "answer": answer})
}
