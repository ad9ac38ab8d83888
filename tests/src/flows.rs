//! The flows of `infra/aws/flows` in moto's interpreter, with the real binaries and the embedded Kusto behind them.

use crate::{
    binaries::{Process, root},
    invoke_api::InvokeApi,
    kusto::Kusto,
};
use serde_json::{Map, Value, json};
use std::{
    collections::HashMap,
    fs,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{ChildStdin, Command, Stdio},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// How many times as fast a wait goes by: an hour in under four seconds.
const SPEED: &str = "1000";

/// The most bytes of an event's JSON. Source: the quotas of Step Functions, "maximum input or output size for a task, state, or execution".
const LARGEST: usize = 256 * 1024;

/// How long a flow may take before the test is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// An embedded Kusto with its fault switch, the functions, and the mails that they send.
#[derive(Debug)]
pub struct Stage {
    /// The embedded Kusto; the functions know it as connection `demo`.
    pub kusto: Kusto,
    /// The functions.
    pub lambda: Arc<InvokeApi>,
    functions: String,
    folder: TempDir,
}

impl Stage {
    /// With these tables: a name, and the text of a query that makes its rows.
    pub fn new(tables: &[(&str, &str)]) -> Self {
        Self::with(tables, Duration::from_secs(30), &[])
    }

    /// With functions that have this time to answer, and these further settings.
    pub fn with(tables: &[(&str, &str)], time: Duration, more: &[(&str, &str)]) -> Self {
        let kusto = Kusto::with_faults();
        for (name, query) in tables {
            kusto.command(&format!(".set {name} <| {query}"));
        }
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        for name in ["mail", "store"] {
            fs::create_dir(folder.path().join(name)).expect("it can be made");
        }
        let connections = format!(
            "[[connection]]\nname = \"demo\"\ncluster = \"{}\"\ndatabases = [\"NetDefaultDB\"]\ncredential = {{ kind = \"none\" }}\n\
             commands = [\"show\", \"ingest\", \"set-or-append\", \"create-merge\", \"create-or-alter\", \"alter\"]\n",
            kusto.url()
        );
        let url = |name| format!("file://{}", folder.path().join(name).display());
        let settings = [
            ("KUSTO_CONNECTIONS", connections),
            ("MAIL_URL", url("mail")),
            ("MAIL_FROM", "flows@example.com".to_owned()),
            ("MAIL_ALLOWED_RECIPIENTS", "@example.com".to_owned()),
            ("STORE_URL", url("store")),
        ];
        let mut settings = settings.map(|(name, value)| (name.to_owned(), value)).to_vec();
        settings.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let (lambda, functions) = InvokeApi::serve(settings, time);
        Self { kusto, lambda, functions, folder }
    }

    /// Runs a flow to its end.
    pub fn run(&self, flow: &str, input: &Value) -> Execution {
        self.start(flow, input)()
    }

    /// Starts a flow, and returns what waits for its end.
    pub fn start(&self, flow: &str, input: &Value) -> impl FnOnce() -> Execution + use<> {
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        let name = format!("run-{}", RUNS.fetch_add(1, Ordering::SeqCst));
        let execution = interpreter().start(&name, flow, input, &self.functions);
        move || {
            let execution = Execution(execution.recv_timeout(PATIENCE).expect("the flow ends"));
            assert_eq!(execution.0["refused"], Value::Null, "{name}");
            assert!(execution.largest() <= LARGEST, "{name} has an event of {} bytes", execution.largest());
            execution
        }
    }

    /// Where the functions are invoked.
    pub fn functions(&self) -> &str {
        &self.functions
    }

    /// The mails that were sent, in no order.
    pub fn mails(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.folder.path().join("mail")).expect("it is there");
        files.map(|file| file.expect("it is there").path()).collect()
    }
}

/// An execution that has ended.
#[derive(Clone, Debug)]
pub struct Execution(pub Value);

impl Execution {
    /// `SUCCEEDED`, or `error: cause`.
    pub fn outcome(&self) -> String {
        match self.0["status"].as_str() {
            Some("SUCCEEDED") => "SUCCEEDED".to_owned(),
            _ => format!("{}: {}", self.text("error"), self.text("cause")),
        }
    }

    /// What it ended with.
    pub fn output(&self) -> &Value {
        &self.0["output"]
    }

    /// The names of the states that were entered, in order.
    pub fn states(&self) -> Vec<&str> {
        let entered = self.events().filter_map(|event| event["stateEnteredEventDetails"]["name"].as_str());
        entered.collect()
    }

    /// How often a state was entered.
    pub fn entered(&self, state: &str) -> usize {
        self.states().iter().filter(|name| **name == state).count()
    }

    /// The errors of its tasks, those that were tried again included, in order.
    pub fn errors(&self) -> Vec<&str> {
        self.events().filter_map(|event| event["taskFailedEventDetails"]["error"].as_str()).collect()
    }

    /// How often a task was called.
    pub fn calls(&self) -> usize {
        self.events().filter(|event| event["type"] == "TaskScheduled").count()
    }

    /// What a state that was entered once put out.
    pub fn output_of(&self, state: &str) -> Value {
        let exited =
            self.events().map(|event| &event["stateExitedEventDetails"]).find(|exited| exited["name"] == state);
        let output = exited.and_then(|exited| exited["output"].as_str());
        output.and_then(|output| serde_json::from_str(output).ok()).unwrap_or_default()
    }

    /// The most bytes of JSON that go into a state, a task or an execution, or come out of it.
    fn largest(&self) -> usize {
        let details = self.events().filter_map(Value::as_object).flat_map(Map::values).filter_map(Value::as_object);
        let values = details.flat_map(|details| ["input", "output", "parameters"].map(|name| details.get(name)));
        values.flatten().filter_map(Value::as_str).map(str::len).max().unwrap_or_default()
    }

    fn events(&self) -> impl Iterator<Item = &Value> {
        self.0["events"].as_array().into_iter().flatten()
    }

    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_default()
    }
}

/// One interpreter for all tests, which ends with its standard input.
#[derive(Debug)]
struct Interpreter {
    _process: Process,
    input: Mutex<ChildStdin>,
    waiting: Arc<Mutex<HashMap<String, mpsc::Sender<Value>>>>,
}

fn interpreter() -> &'static Interpreter {
    static INTERPRETER: OnceLock<Interpreter> = OnceLock::new();
    INTERPRETER.get_or_init(Interpreter::new)
}

impl Interpreter {
    fn new() -> Self {
        let python = root().join("target/venv/bin/python");
        assert!(python.exists(), "target/venv is missing: run `make venv`, or the tests through `make test`");
        let mut child = Command::new(python)
            .arg(root().join("infra/aws/flows/local/interpreter.py"))
            .args(["--speed", SPEED])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        let input = Mutex::new(child.stdin.take().expect("it is piped"));
        let output = child.stdout.take().expect("it is piped");
        let waiting = Arc::<Mutex<HashMap<String, mpsc::Sender<Value>>>>::default();
        let answered = Arc::clone(&waiting);
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let execution: Value = serde_json::from_str(&line).expect("it prints lines of JSON");
                let name = execution["name"].as_str().unwrap_or_default();
                let sender = answered.lock().expect("no thread panics while it holds this").remove(name);
                // A test that has given up does not wait any more.
                let _ = sender.expect("it was started").send(execution);
            }
        });
        Self { _process: Process(child), input, waiting }
    }

    fn start(&self, name: &str, flow: &str, input: &Value, functions: &str) -> mpsc::Receiver<Value> {
        let (sender, receiver) = mpsc::channel();
        self.waiting.lock().expect("no thread panics while it holds this").insert(name.to_owned(), sender);
        let line = json!({"flow": flow, "name": name, "input": input, "functions": functions});
        let mut stdin = self.input.lock().expect("no thread panics while it holds this");
        writeln!(stdin, "{line}").and_then(|()| stdin.flush()).expect("the interpreter runs");
        receiver
    }
}
