//! What a person at the terminal sees: each step, how long it took, and which one failed.

use std::{
    error::Error,
    fmt,
    io::{self, Write as _},
    time::Instant,
};
use tokio::signal::unix::{SignalKind, signal};

/// A step that failed, and why.
#[derive(Debug, thiserror::Error)]
#[error("{step} failed: {cause}")]
pub struct StepError {
    step: String,
    cause: Box<dyn Error + Send + Sync>,
}

/// Any reason that a step can fail for.
pub(crate) type Cause = Box<dyn Error + Send + Sync>;

/// Runs one step after the other and prints the name and the time of each.
#[derive(Debug)]
pub(crate) struct Steps {
    begun: Instant,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now() }
    }

    /// Runs `work` under the name `step`, a noun.
    pub(crate) async fn run<T>(
        &self,
        step: &str,
        work: impl Future<Output = Result<T, Cause>>,
    ) -> Result<T, StepError> {
        print(format_args!("{step:<32} "));
        let begun = Instant::now();
        let outcome = work.await;
        let mark = if outcome.is_ok() { "" } else { "  FAILED" };
        print(format_args!("{:>6.2} s{mark}\n", begun.elapsed().as_secs_f64()));
        outcome.map_err(|cause| StepError { step: step.to_owned(), cause })
    }

    /// Runs `work` until it is done, or until somebody ends this program; then `work` is dropped where it stands.
    pub(crate) async fn until_interrupted<T>(
        &self,
        work: impl Future<Output = Result<T, StepError>>,
    ) -> Result<T, StepError> {
        tokio::select! {
            outcome = work => outcome,
            () = interrupted() => {
                self.say("");
                Err(StepError { step: "the work".to_owned(), cause: "interrupted".into() })
            }
        }
    }

    /// Says something between two steps.
    pub(crate) fn say(&self, text: impl fmt::Display) {
        print(format_args!("{text}\n"));
    }

    /// The end: how long it all took.
    pub(crate) fn finish(&self) {
        print(format_args!("{:<32} {:>6.2} s\n", "in all", self.begun.elapsed().as_secs_f64()));
    }
}

/// Waits for Ctrl-C, or for the signal with which `kill` ends a process.
pub(crate) async fn interrupted() {
    let mut terminate = signal(SignalKind::terminate()).ok();
    let terminated = async {
        match &mut terminate {
            Some(signal) => signal.recv().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated => {}
    }
}

/// A terminal that went away is no reason to stop the work.
fn print(text: fmt::Arguments<'_>) {
    let mut out = io::stdout().lock();
    let _ = out.write_fmt(text).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::Steps;

    #[tokio::test]
    async fn a_failure_names_its_step() {
        let error = Steps::new().run("chart", async { Err::<(), _>("no fonts".into()) }).await.unwrap_err();
        assert_eq!(error.to_string(), "chart failed: no fonts");
        assert_eq!(Steps::new().run("chart", async { Ok(7) }).await.unwrap(), 7);
    }
}
