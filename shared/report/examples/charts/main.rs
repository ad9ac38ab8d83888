//! Charts to look at, and judged: `make charts` writes every kind in every state, and some beside what others draw of the same
//! results; `make charts-check` scores them by the rubric.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people at a terminal")]

mod bench;
mod cases;
mod check;
mod fidelity;
#[path = "../../tests/it/rubric/mod.rs"]
#[expect(clippy::expect_used, reason = "the pictures are our own")]
mod rubric;
mod sheet;
#[path = "../../tests/it/states/mod.rs"]
#[expect(clippy::expect_used, reason = "the states are made up, and right")]
mod states;

use std::{env, error::Error, path::PathBuf, process::ExitCode};

const USAGE: &str =
    "usage: charts sheet FOLDER | charts cases FOLDER | charts check FOLDER CHROMIUM PYTHON | charts bench KIND POINTS";

fn main() -> ExitCode {
    match run(&env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["sheet", folder] => sheet::write(&PathBuf::from(folder)),
        ["cases", folder] => cases::write(&PathBuf::from(folder)),
        ["check", folder, chromium, python] => check::run(&PathBuf::from(folder), chromium, python),
        ["bench", kind, points] => bench::run(kind, points.parse()?),
        _ => Err(USAGE.into()),
    }
}
