//! The transform of a destination, on a thread of its own: a jq program cannot be stopped, only left behind.

use crate::jq::Program;
use runtime::process;
use std::{
    borrow::Cow,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};
use tokio::{
    sync::{Mutex, mpsc as results},
    time::{Instant, timeout_at},
};

/// Bytes of the thread's stack: jq's own recursion takes it up, and only what is used is there.
const STACK: usize = 64 << 20;

/// Threads that are left behind before nothing more is tried for this event: each takes a processor of its own.
const MOST_LEFT_BEHIND: usize = 8;

/// Bytes that may come of one event before nothing more is tried for it: all of it is held until it is sent.
const MOST_IN_ALL: usize = 64 << 20;

/// A program, and the thread that runs it.
#[derive(Debug)]
pub struct Transform {
    program: String,
    most_bytes: usize,
    /// The longest that it may work on one record.
    limit: Duration,
    worker: Mutex<Option<Worker>>,
}

/// What came of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transformed {
    /// Rows, none where it is to be left out.
    Rows(Vec<String>),
    /// Nothing can be made of it, for this reason.
    Rejected(Cow<'static, str>),
    /// It took too long, was behind one of its message that did, or was not begun.
    Late,
    /// It was not begun, since too much came of those before it.
    TooMuch,
}

/// What an event has cost so far at one destination.
#[derive(Debug, Default)]
pub struct Spent {
    left_behind: usize,
    bytes: usize,
}

/// The thread, as long as it answers.
#[derive(Debug)]
struct Worker {
    jobs: mpsc::Sender<Job>,
}

/// Records from a place on, and where what comes of each is told, in their order.
struct Job {
    records: Arc<[String]>,
    from: usize,
    results: results::UnboundedSender<Result<Vec<String>, String>>,
}

/// Why a thread is not followed any longer.
enum Ended {
    /// All records are done.
    Done,
    /// It was gone before.
    Gone,
    /// The next record has made an end of it.
    BrokeDown,
    /// The next record takes too long.
    Late,
    /// Too much has come of the records that are done.
    TooMuch,
}

impl Transform {
    /// The transform that `program` is; of one record come at most `most_bytes`, within `limit`.
    ///
    /// # Errors
    /// What is wrong with the program.
    pub fn new(program: String, most_bytes: usize, limit: Duration) -> Result<Self, String> {
        let worker = Worker::start(program.clone(), most_bytes)?;
        Ok(Self { program, most_bytes, limit, worker: Mutex::new(Some(worker)) })
    }

    /// What comes of each of `records`, until `deadline`; `ends` says behind which of them each message ends. Where one takes too long, it is
    /// left behind with the rest of its message, the others are done on another thread, and the process is replaced once the event is
    /// answered. Where too much comes of them, the last are not done.
    pub async fn run(
        &self,
        records: Vec<String>,
        ends: &[usize],
        spent: &mut Spent,
        deadline: Instant,
    ) -> Vec<Transformed> {
        let records: Arc<[String]> = records.into();
        let mut worker = self.worker.lock().await;
        let mut done = Vec::new();
        let now = Instant::now();
        // What is done has to be sent as well.
        let half = now + deadline.saturating_duration_since(now) / 2;
        let may_begin = |left_behind| match left_behind {
            0 => Instant::now() < deadline,
            _ => left_behind < MOST_LEFT_BEHIND && Instant::now() < half,
        };
        while done.len() < records.len() && may_begin(spent.left_behind) {
            // The program was compiled before, so it will be again.
            let started = worker.take().map_or_else(|| Worker::start(self.program.clone(), self.most_bytes), Ok);
            let Ok(running) = started else { break };
            match self.follow(&running, &records, &mut done, &mut spent.bytes, deadline).await {
                Ended::Done => *worker = Some(running),
                Ended::Gone => {}
                Ended::BrokeDown => done.push(Transformed::Rejected("the transform broke down on it".into())),
                Ended::TooMuch => done.resize(records.len(), Transformed::TooMuch),
                Ended::Late => {
                    spent.left_behind += 1;
                    process::replace();
                    let end = ends.iter().find(|end| **end > done.len());
                    done.resize(end.copied().unwrap_or(records.len()), Transformed::Late);
                }
            }
        }
        done.resize(records.len(), Transformed::Late);
        done
    }

    /// Lets the thread work on the records that are not done.
    async fn follow(
        &self,
        worker: &Worker,
        records: &Arc<[String]>,
        done: &mut Vec<Transformed>,
        bytes: &mut usize,
        deadline: Instant,
    ) -> Ended {
        let (results, mut told) = results::unbounded_channel();
        let job = Job { records: Arc::clone(records), from: done.len(), results };
        if worker.jobs.send(job).is_err() {
            return Ended::Gone;
        }
        while done.len() < records.len() {
            if *bytes > MOST_IN_ALL {
                return Ended::TooMuch;
            }
            match timeout_at(deadline.min(Instant::now() + self.limit), told.recv()).await {
                Ok(Some(Ok(rows))) => {
                    *bytes += rows.iter().map(String::len).sum::<usize>();
                    done.push(Transformed::Rows(rows));
                }
                Ok(Some(Err(reason))) => done.push(Transformed::Rejected(reason.into())),
                Ok(None) => return Ended::BrokeDown,
                Err(_elapsed) => return Ended::Late,
            }
        }
        Ended::Done
    }
}

impl Worker {
    fn start(program: String, most_bytes: usize) -> Result<Self, String> {
        let (jobs, waiting) = mpsc::channel::<Job>();
        let (compiled, outcome) = mpsc::channel();
        let work = move || {
            let program = match Program::new(&program, most_bytes) {
                Ok(program) => program,
                Err(error) => return drop(compiled.send(Err(error))),
            };
            let _ = compiled.send(Ok(()));
            for Job { records, from, results } in waiting {
                // Nobody waits for the results of a thread that was left behind.
                let _ = records.iter().skip(from).try_for_each(|record| results.send(program.run(record)));
            }
        };
        let thread = thread::Builder::new().name("transform".to_owned()).stack_size(STACK).spawn(work);
        thread.map_err(|error| format!("no thread can be made for it: {error}"))?;
        outcome.recv().map_err(|_| "it cannot be compiled".to_owned())??;
        Ok(Self { jobs })
    }
}

#[cfg(test)]
mod tests {
    use super::{Spent, Transform, Transformed};
    use std::time::Duration;
    use tokio::time::Instant;

    /// What comes of the records of these messages.
    #[track_caller]
    fn run(program: &str, messages: &[&[&str]], time: Duration) -> Vec<Transformed> {
        let transform = Transform::new(program.to_owned(), 1000, Duration::from_millis(500)).unwrap();
        let records = messages.concat().into_iter().map(str::to_owned).collect();
        let sizes = messages.iter().map(|message| message.len());
        let ends: Vec<usize> = sizes.scan(0, |end, size| Some(*end + size).inspect(|now| *end = *now)).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(transform.run(records, &ends, &mut Spent::default(), Instant::now() + time))
    }

    fn rows(rows: &[&str]) -> Transformed {
        Transformed::Rows(rows.iter().map(|row| (*row).to_owned()).collect())
    }

    #[test]
    fn several_none_and_failing_values_keep_their_places() {
        let program = r#"if .n == 0 then empty elif .n < 0 then error("no") else range(.n) as $i | {i: $i} end"#;
        let outcomes =
            run(program, &[&[r#"{"n":2}"#, r#"{"n":0}"#, r#"{"n":-1}"#, r#"{"n":1}"#]], Duration::from_secs(10));
        let failed = Transformed::Rejected("the transform fails on it: \"no\"".into());
        assert_eq!(outcomes, [rows(&[r#"{"i":0}"#, r#"{"i":1}"#]), rows(&[]), failed, rows(&[r#"{"i":0}"#])]);
    }

    #[test]
    fn what_never_ends_is_left_behind_and_the_others_are_done() {
        let program = "if .n == 0 then last(repeat(1)) else . end";
        let (stuck, one, two) = (r#"{"n":0}"#, r#"{"n":1}"#, r#"{"n":2}"#);
        let messages: [&[&str]; 6] = [&[one], &[stuck, stuck, one], &[two], &[stuck], &[stuck], &[two, one]];
        let outcomes = run(program, &messages, Duration::from_secs(60));
        let (late, one, two) = (Transformed::Late, rows(&[one]), rows(&[two]));
        let first = [one.clone(), late.clone(), late.clone(), late.clone(), two.clone()];
        assert_eq!(outcomes, [&first[..], &[late.clone(), late, two, one]].concat());
        assert!(runtime::process::is_to_be_replaced());
    }

    #[test]
    fn what_never_ends_leaves_half_of_the_time_to_send_what_is_done() {
        let program = "if .n == 0 then last(repeat(1)) else . end";
        let begun = Instant::now();
        let outcomes = run(program, &[&[r#"{"n":0}"#][..]; 100], Duration::from_secs(2));
        assert_eq!(outcomes, vec![Transformed::Late; 100]);
        assert!(begun.elapsed() < Duration::from_millis(1900), "{:?}", begun.elapsed());
    }

    #[test]
    fn what_is_held_has_an_end() {
        let transform =
            Transform::new("{a: (\"x\" * 3000000)}".to_owned(), 4_000_000, Duration::from_secs(10)).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let records = vec!["{}".to_owned(); 25];
        let outcomes = runtime.block_on(transform.run(
            records,
            &[25],
            &mut Spent::default(),
            Instant::now() + Duration::from_secs(30),
        ));
        let rows = outcomes.iter().filter(|outcome| matches!(outcome, Transformed::Rows(_))).count();
        assert_eq!((rows, &outcomes[23..]), (23, &[Transformed::TooMuch, Transformed::TooMuch][..]));
    }

    #[test]
    fn after_the_deadline_nothing_is_begun() {
        assert_eq!(run(".", &[&["{}", "{}"]], Duration::ZERO), [Transformed::Late, Transformed::Late]);
    }
}
