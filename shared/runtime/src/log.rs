//! JSON log lines: a timestamp, the request id, and nothing secret.
//!
//! Only events of this workspace are written. Libraries log what passes through them (the Lambda runtime logs whole events at
//! TRACE), so their events are off at every level.

use std::io;
use tracing::Level;
use tracing_subscriber::{Layer, Registry, filter::Targets, fmt::MakeWriter, layer::SubscriberExt};

/// The crates whose events are written.
const OURS: [&str; 2] = ["runtime", "kusto_client"];

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

fn subscriber(level: Level, writer: impl for<'a> MakeWriter<'a> + Send + Sync + 'static) -> impl tracing::Subscriber {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(writer)
        .with_filter(Targets::new().with_targets(OURS.map(|target| (target, level))));
    Registry::default().with(lines)
}

#[cfg(test)]
mod tests {
    use super::subscriber;
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

    #[test]
    fn a_line_is_json_with_the_request_id_and_libraries_are_silent() {
        let lines = Lines::default();
        let writer = lines.clone();
        tracing::subscriber::with_default(subscriber(tracing::Level::TRACE, move || writer.clone()), || {
            let _span = tracing::info_span!("invocation", request_id = "r-1\nforged").entered();
            tracing::info!(duration_ms = 5, "answered");
            tracing::error!(target: "hyper", "body=canary");
            tracing::error!(target: "lambda_runtime", "event=canary");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let parsed: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(parsed.len(), 1, "{text}");
        assert_eq!(parsed[0]["message"], "answered");
        assert_eq!(parsed[0]["duration_ms"], 5);
        assert_eq!(parsed[0]["span"]["request_id"], "r-1\nforged");
        assert!(parsed[0]["timestamp"].is_string());
    }
}
