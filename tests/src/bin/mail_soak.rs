//! Sends 10,000 mails, each delivered one to five times by 16 workers that die at six points. Exit code 1 where one is lost, sent twice,
//! or not accounted for.

use std::process::ExitCode;
use tests::mail_soak;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that measures says what it measured")]
fn main() -> ExitCode {
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => {
            eprintln!("there is no temporary folder: {error}");
            return ExitCode::FAILURE;
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("there is no asynchronous runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(mail_soak::run(10_000, folder.path(), fastrand::u64(..))) {
        Ok(figures) => {
            println!("{figures}");
            if figures.keep_the_promise() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
