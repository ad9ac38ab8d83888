//! A client that behaves as the HTTP action of Logic Apps does: it gives up after 120 s, and follows a 202 with `Location` until it gets
//! another status. (Docs: "Handle content, asynchronous request-response behavior" of the HTTP built-in action.)

use crate::http::{Answer, send};
use std::time::{Duration, Instant};

/// How long it waits for an answer.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long it waits where `Retry-After` does not say.
const PAUSE: Duration = Duration::from_secs(20);

/// What came of a call.
#[derive(Debug)]
pub struct Outcome {
    /// The last answer.
    pub answer: Answer,
    /// How often it asked at `Location`.
    pub polls: usize,
}

/// Sends a request once, and polls until there is an outcome; `wait` lets time pass.
///
/// # Panics
/// Where an answer takes too long, or a 202 does not say where to look.
pub fn call(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8], wait: &dyn Fn(Duration)) -> Outcome {
    let mut answer = timely(method, url, headers, body);
    let mut polls = 0;
    while answer.status == 202 {
        let location = answer.header("location").expect("a 202 says where to look").to_owned();
        let pause =
            answer.header("retry-after").and_then(|seconds| seconds.parse().ok()).map_or(PAUSE, Duration::from_secs);
        wait(pause);
        polls += 1;
        // What is about the body is left out, and what is secret where the host is another.
        let kept = headers.iter().filter(|(name, _)| {
            let name = name.to_ascii_lowercase();
            !name.starts_with("content-")
                && name != "prefer"
                && (name != "authorization" || host(&location) == host(url))
        });
        answer = timely("GET", &location, &kept.copied().collect::<Vec<_>>(), b"");
    }
    Outcome { answer, polls }
}

fn timely(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let begun = Instant::now();
    let answer = send(method, url, headers, body);
    assert!(begun.elapsed() < PATIENCE, "{method} {url} took longer than the action waits");
    answer
}

fn host(url: &str) -> &str {
    url.split('/').nth(2).unwrap_or_default()
}
