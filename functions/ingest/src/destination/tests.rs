//! What a file of destinations may say.

use super::{Method, Shape, read};
use kusto_client::connection::Connections;

const CONNECTIONS: &str = r#"
[[connection]]
name = "iot"
cluster = "https://iot.kusto.windows.net"
databases = ["Telemetry"]
credential = { kind = "managed-identity" }
commands = ["show", "create-merge", "create-or-alter", "alter", "ingest"]

[[connection]]
name = "poor"
cluster = "https://poor.kusto.windows.net"
databases = ["A", "B"]
credential = { kind = "managed-identity" }

[[connection]]
name = "callers"
cluster = "https://callers.kusto.windows.net"
databases = ["A"]
credential = { kind = "caller-token" }
"#;

fn connections() -> Connections {
    Connections::from_toml(CONNECTIONS, &|_| None).unwrap()
}

#[test]
fn a_whole_file_is_read() {
    let text = r#"
[[destination]]
name = "vitals"
connection = "iot"
table = "smartvitalspatch"
create_table = true
ingestion = "inline"
other_fields = "ignore"
transform = '''
. as $in | .telemetry[] | { EnqueuedTime: $in.enqueuedTime, Value: .value }
'''
transform_seconds = 5

[destination.schema]
EnqueuedTime = "datetime"
Device = "string"
Value = "dynamic"

[[destination]]
name = "raw"
connection = "poor"
database = "B"
table = "Raw messages"
mapping = "named"
ingestion = "queued-once"
"#;
    let read = read(text, &connections()).unwrap();
    let [vitals, raw] = &read[..] else { panic!("{read:?}") };
    assert_eq!((vitals.name.as_str(), vitals.method, vitals.mapping()), ("vitals", Method::Inline, "ingest"));
    let Shape::Declared { schema, create: true, .. } = &vitals.shape else { panic!("{vitals:?}") };
    let columns: Vec<_> = schema.0.iter().map(|(name, scalar_type)| (name.as_str(), scalar_type.name())).collect();
    assert_eq!(columns, [("EnqueuedTime", "datetime"), ("Device", "string"), ("Value", "dynamic")]);
    assert!(vitals.transform.is_some() && raw.transform.is_none());
    assert_eq!((raw.method, raw.mapping(), raw.target().database), (Method::QueuedOnce, "named", Some("B")));
}

#[test]
fn every_mistake_is_reported_with_line_and_key() {
    let text = r#"[[destination]]
name = "a b"
connection = "nosuch"
table = "a/b"
ingestion = "quick"
schema = { At = "date time" }
transform = "env"

[[destination]]
name = "two"
connection = "poor"
table = "T"
mapping = "m"
create_table = true
ingestion = "inline"

[[destination]]
name = "two"
connection = "callers"
tabel = "T"
schema = {}
other_fields = "canary"
transform_seconds = 61

[[destination]]
name = "three"
connection = "poor"
database = "A"
table = "T"
create_table = true
schema = { At = "datetime", "x\\" = "long" }
mapping = "m"
"#;
    insta::assert_snapshot!(read(text, &connections()).unwrap_err());
}

#[test]
fn what_is_no_file_of_destinations_is_said() {
    for (text, expected) in [
        (
            "",
            "the destination file has one mistake to correct: line 1: `destination` is missing; a file holds one [[destination]] table or more",
        ),
        (
            "[destination]\nname = \"a\"",
            "the destination file has one mistake to correct: line 1: `destination` must be written [[destination]]",
        ),
        ("x", "the destination file has one mistake to correct: line 1: is not TOML: "),
    ] {
        let error = read(text, &connections()).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}
