//! What a function must not write, whatever it is asked and however it fails: checked for every function that any test starts.

use serde_json::Value;
use std::collections::HashSet;

/// The word that marks what must stay unseen: a test puts it into secrets, queries, parameters, cells and addresses.
pub const CANARY: &str = "canary";

/// Texts that are shorter are found in any log by chance.
const SHORTEST: usize = 6;
/// What a reply and a log line both have, so that one can be found by the other.
const SHARED: [&str; 10] = [
    "activityId",
    "clientRequestId",
    "clientRequestIds",
    "code",
    // A name of the settings.
    "destination",
    "errorType",
    "messageId",
    "requestId",
    "request_id",
    // Steps of `check-connection` are words such as `connect`.
    "step",
];

/// Checks what a function with these `settings` wrote: nothing on its standard output, and in its `log` lines of JSON that hold no
/// canary, no secret of its settings, and no text of what was `said`, which are events and replies as JSON.
pub fn check(log: &str, stdout: &str, settings: &[(String, String)], said: &[String]) {
    assert_eq!(stdout, "", "a function writes to its log only");
    // Without its timestamps: a date that was asked for is today's by chance.
    let log: String = log.lines().map(without_timestamp).collect();
    assert!(!log.contains(CANARY), "a canary is in the log:\n{log}");
    let is_secret = |name: &str| ["SECRET", "TOKEN", "PASSWORD"].iter().any(|part| name.contains(part));
    for (name, value) in settings.iter().filter(|(name, value)| is_secret(name) && !value.is_empty()) {
        assert!(!log.contains(value.as_str()), "{name} is in the log:\n{log}");
    }
    let mut texts = HashSet::new();
    for json in said {
        collect(&serde_json::from_str(json).unwrap_or_default(), &mut texts);
    }
    for text in texts {
        assert!(!log.contains(text.as_str()), "{text:?} was asked or answered and is in the log:\n{log}");
    }
}

/// A line of the log without its timestamp.
fn without_timestamp(line: &str) -> String {
    let json = serde_json::from_str::<Value>(line);
    let mut json = json.unwrap_or_else(|_| panic!("this line of the log is not JSON: {line}"));
    let timestamp = json.as_object_mut().and_then(|fields| fields.remove("timestamp"));
    assert!(timestamp.is_some_and(|timestamp| timestamp.is_string()) && json["level"].is_string(), "{line}");
    format!("{json}\n")
}

/// The texts in `value`, those of the JSON in a text as well.
fn collect(value: &Value, texts: &mut HashSet<String>) {
    match value {
        Value::String(text) => {
            if let Ok(json @ (Value::Array(_) | Value::Object(_))) = serde_json::from_str(text) {
                collect(&json, texts);
            } else if text.trim().len() >= SHORTEST {
                texts.insert(text.trim().to_owned());
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(name, _)| !SHARED.contains(&name.as_str()));
            fields.for_each(|(_, value)| collect(value, texts));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use std::panic::catch_unwind;

    const LINE: &str = r#"{"timestamp":"t","level":"INFO","message":"answered","id":"abcdefgh"}"#;

    #[track_caller]
    fn is_noticed(log: &'static str, stdout: &'static str, setting: (&'static str, &'static str), said: &'static str) {
        let settings = [(setting.0.to_owned(), setting.1.to_owned())];
        let checked = catch_unwind(|| check(log, stdout, &settings, &[said.to_owned()]));
        assert!(checked.is_err(), "{log} {stdout} {setting:?} {said}");
    }

    #[test]
    fn what_must_not_be_written_is_noticed() {
        check(
            LINE,
            "",
            &[("REGION".to_owned(), "abcdefgh".to_owned())],
            &[r#"{"clientRequestId":"abcdefgh"}"#.to_owned()],
        );
        is_noticed("no JSON", "", ("A", "b"), "");
        is_noticed("{}", "", ("A", "b"), "");
        is_noticed(LINE, "x", ("A", "b"), "");
        is_noticed(LINE, "", ("A_SECRET", "abcdefgh"), "");
        is_noticed(LINE, "", ("A", "b"), r#"{"query":"abcdefgh"}"#);
        is_noticed(LINE, "", ("A", "b"), r#"{"body":"{\"rows\":[[\"abcdef\"]]}"}"#);
        is_noticed(r#"{"timestamp":"t","level":"INFO","x":"canary"}"#, "", ("A", "b"), "");
    }
}
