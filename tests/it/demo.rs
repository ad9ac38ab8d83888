//! The demo as a person runs it: its exit code, what it says, what it leaves, and that nothing keeps running.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};
use tests::{binaries, python};

const ARTEFACTS: [&str; 6] = ["chart.png", "chart.svg", "report.eml", "report.html", "rows.csv", "rows.json"];

/// A demo that has ended.
struct Demo {
    _target: tempfile::TempDir,
    /// Where its artefacts are.
    folder: PathBuf,
    succeeded: bool,
    stdout: String,
    stderr: String,
}

/// `kusto-local demo` with these arguments, on whose end no process of it is left.
fn demo(arguments: &[&str]) -> Demo {
    let target = tempfile::tempdir().unwrap();
    let kusto_local = binaries::path("kusto-local");
    let mark = format!("DEMO_UNDER_TEST={}", target.path().display());
    let (name, value) = mark.split_once('=').unwrap();
    let mut command = Command::new(&kusto_local);
    command.arg("demo").arg("--target").arg(target.path()).args(arguments);
    if !arguments.contains(&"--cargo-lambda") {
        command.arg("--cargo-lambda").arg(cargo_lambda());
    }
    let output = binaries::outside_cargo(&mut command)
        .current_dir(binaries::root())
        // Where the functions are built already.
        .env("CARGO_TARGET_DIR", kusto_local.ancestors().nth(2).unwrap())
        .env(name, value)
        .env_remove("KUSTO_CLUSTER")
        .output()
        .unwrap();
    // One that was killed last takes a moment to be gone.
    let ended = Instant::now();
    while !running(&mark).is_empty() && ended.elapsed() < Duration::from_secs(2) {
        std::thread::yield_now();
    }
    assert_eq!(running(&mark), Vec::<String>::new(), "these were left behind");
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Demo {
        folder: target.path().join("demo"),
        _target: target,
        succeeded: output.status.success(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// From PATH, else the one that `make` brings.
pub(crate) fn cargo_lambda() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&path).map(|folder| folder.join("cargo-lambda")).find(|program| program.is_file());
    let program = found.unwrap_or_else(|| binaries::root().join("target/venv/bin/cargo-lambda"));
    assert!(
        program.exists(),
        "cargo-lambda is missing: run `make target/venv/bin/cargo-lambda`, or the tests through `make test`"
    );
    program
}

/// The command lines of the processes that inherited this variable.
fn running(mark: &str) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let marked = processes.filter(|process| {
        let variables = fs::read(process.join("environ")).unwrap_or_default();
        variables.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    });
    marked.map(|process| fs::read_to_string(process.join("cmdline")).unwrap_or_default().replace('\0', " ")).collect()
}

impl Demo {
    /// The files it left, of those that it is for.
    fn artefacts(&self) -> Vec<&'static str> {
        ARTEFACTS.into_iter().filter(|name| self.folder.join(name).is_file()).collect()
    }

    /// Fails with everything that it said where it did not succeed.
    fn succeeded(self) -> Self {
        assert!(self.succeeded, "{}\n{}", self.stdout, self.stderr);
        assert_eq!(self.artefacts(), ARTEFACTS);
        self
    }

    fn python(&self, script: &str, files: &[&str]) -> Value {
        let files: Vec<_> = files.iter().map(|file| self.folder.join(file)).collect();
        python::run(script, &files)
    }

    fn base64(&self, name: &str) -> String {
        BASE64_STANDARD.encode(fs::read(self.folder.join(name)).unwrap())
    }

    /// The header and the rows, where the artefacts are those of one report: the same rows everywhere, the same chart everywhere.
    fn rows(&self) -> (Vec<Value>, Vec<Vec<Value>>) {
        let mail = self.python("check_mail.py", &["report.eml"]);
        assert_eq!((&mail["defects"], &mail["bareLineFeeds"], &mail["nonAscii"]), (&json!([]), &json!(0), &json!(0)));
        let attached: Vec<_> = mail["attachments"].as_array().unwrap().iter().map(|part| &part["content"]).collect();
        for name in ["chart.png", "chart.svg", "rows.csv"] {
            assert!(attached.contains(&&json!(self.base64(name))), "{name} is not attached to the mail");
        }
        assert_eq!(self.python("check_image.py", &["chart.png"])["format"], "PNG");
        let page = self.python("check_html.py", &["report.html"]);
        let shown: Vec<_> = page["images"].as_array().unwrap().iter().map(|image| &image["src"]).collect();
        let chart = json!(format!("data:image/png;base64,{}", self.base64("chart.png")));
        // The second one is for narrow screens.
        assert!(shown.len() == 2 && *shown[0] == chart && *shown[1] != chart, "the page shows the chart");
        let found = self.python("check_rows.py", &["rows.json", "rows.csv"]);
        let (csv, rows) = (cells(&found["csv"]), cells(&found["json"]));
        assert_eq!(csv[1..], rows);
        let tables: Vec<_> = page["tables"].as_array().unwrap().iter().map(|table| cells(&table["rows"])).collect();
        let mailed = tables.iter().find(|table| table[0] == csv[0]);
        let mailed = mailed.unwrap_or_else(|| panic!("no table of the mail has the header {:?}: {tables:?}", csv[0]));
        assert_eq!(mailed[1..], rows[..rows.len().min(50)]);
        (csv[0].clone(), rows)
    }
}

/// The cells of the rows of a table.
fn cells(rows: &Value) -> Vec<Vec<Value>> {
    let cells = |row: &Value| row.as_array().unwrap().iter().map(|text| cell(text.as_str().unwrap())).collect();
    rows.as_array().unwrap().iter().map(cells).collect()
}

/// What a person reads in a cell, however it is written: a number, a time to the second, or text.
fn cell(text: &str) -> Value {
    if let Ok(number) = text.replace(',', "").parse::<f64>() {
        return json!(number);
    }
    let time = text.trim_end_matches('Z').replacen('T', " ", 1);
    match time.as_bytes() {
        [.., b':', _, _, b':', _, _] => json!(time),
        [_, _, _, _, b'-', _, _, b'-', _, _, b' ', _, _, b':', _, _] => json!(format!("{time}:00")),
        _ => json!(text),
    }
}

#[test]
fn the_example_mails_what_this_machine_did() {
    let demo = demo(&[]).succeeded();
    for step in [
        "Kusto",
        "functions",
        "samples, 8 s, and export",
        "count",
        "query",
        "chart",
        "mail",
        "check of the mail",
        "in all",
    ] {
        let line = demo.stdout.lines().find(|line| line.starts_with(&format!("{step} ")));
        assert!(line.is_some_and(|line| line.ends_with(" s")), "{step} has no time: {}", demo.stdout);
    }
    assert!(demo.stdout.contains(&format!("open {}", demo.folder.join("report.html").display())), "{}", demo.stdout);
    let (header, rows) = demo.rows();
    assert_eq!(header, ["Timestamp", "Series", "Average", "Highest", "Samples"]);
    // Four samplings a second for eight seconds, of which none may be lost on its way.
    for series in ["Memory", "CPU 0"] {
        let samples = rows.iter().filter(|row| row[1] == series).map(|row| row[4].as_f64().unwrap());
        assert_eq!(samples.sum::<f64>(), 32.0, "{series}: {rows:?}");
    }
    let texts = demo.python("check_svg.py", &["chart.svg"])["texts"].take();
    assert!(texts.as_array().unwrap().contains(&json!("Machine load")), "{texts}");
}

const SALES: &str =
    "At,Shop,Amount\n2026-11-20T06:00:00Z,Ulm,1200.5\n2026-11-20T06:05:00Z,Ulm,3\n2026-11-20T06:00:00Z,Köln,7\n";

/// The arguments for a file of sales and this query on it.
fn own(folder: &Path, query: &str) -> [String; 4] {
    let (data, query_file) = (folder.join("Sales.csv"), folder.join("sales.kql"));
    fs::write(&data, SALES).unwrap();
    fs::write(&query_file, query).unwrap();
    ["--data".to_owned(), data.display().to_string(), "--query-file".to_owned(), query_file.display().to_string()]
}

#[test]
fn a_file_of_the_users_own_is_exported_queried_and_mailed() {
    let folder = tempfile::tempdir().unwrap();
    let arguments =
        own(folder.path(), "Sales | summarize Sum = sum(Amount) by bin(At, 1m), Shop | sort by At asc, Shop asc");
    let arguments = [&arguments.each_ref().map(String::as_str)[..], &["--chart", "Time Chart"]].concat();
    let demo = demo(&arguments).succeeded();
    assert!(
        demo.stdout.contains("3 records in table Sales (At:datetime, Shop:string, Amount:real)"),
        "{}",
        demo.stdout
    );
    let (header, rows) = demo.rows();
    assert_eq!(header, ["At", "Shop", "Sum"]);
    let expected = json!([
        ["2026-11-20 06:00:00", "Köln", 7.0],
        ["2026-11-20 06:00:00", "Ulm", 1200.5],
        ["2026-11-20 06:05:00", "Ulm", 3.0],
    ]);
    assert_eq!(json!(rows), expected);
}

#[test]
fn a_table_in_place_of_a_chart_has_no_picture() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = own(folder.path(), "Sales | summarize Sum = sum(Amount) by Shop | sort by Shop asc");
    let demo = demo(&[&arguments.each_ref().map(String::as_str)[..], &["--chart", "Html Table"]].concat());
    assert!(demo.succeeded, "{}\n{}", demo.stdout, demo.stderr);
    assert_eq!(demo.artefacts(), ARTEFACTS.into_iter().filter(|name| !name.starts_with("chart.")).collect::<Vec<_>>());
}

#[test]
fn a_step_that_fails_is_named_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = |query| own(folder.path(), query);
    let unknown_table = arguments("NoSuchTable | count");
    let missing = folder.path().join("missing.kql").display().to_string();
    let [data, sales, query_file, _] = unknown_table.each_ref().map(String::as_str);
    for (arguments, step, reason) in [
        (&unknown_table.each_ref().map(String::as_str)[..], "query", "NoSuchTable"),
        (&[data, sales, query_file, &missing], "query file", "missing.kql cannot be read"),
        (&["--cargo-lambda", "/no/such/cargo-lambda"], "functions", "/no/such/cargo-lambda cannot be started"),
    ] {
        let demo = demo(arguments);
        assert!(!demo.succeeded, "{}", demo.stdout);
        assert!(demo.stderr.starts_with(&format!("kusto-local: {step} failed: ")), "{}", demo.stderr);
        assert!(demo.stderr.contains(reason), "{}", demo.stderr);
        assert!(demo.stdout.lines().any(|line| line.starts_with(step) && line.ends_with("FAILED")), "{}", demo.stdout);
        assert_eq!(demo.artefacts(), Vec::<&str>::new());
    }
}
