//! Rows out, as a user of the released clients writes it: a query's rows as JSON, which is then dropped. For `make bench`.
//!
//! `rows_out URL QUERY [FILE]` asks our client, encodes each row as it comes and prints how many bytes there were and the most memory that was
//! resident; with FILE the rows are kept in it.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

use auth::http::{HttpClient, HttpSettings};
use kusto_client::{client::Client, connection::Connections, request::Request};
use std::{env, error::Error, fs, fs::File, io, process::ExitCode, time::Duration};
use tests::outgoing::Outgoing;
use tokio::time::Instant;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [url, query] => rows(url, query, Outgoing::to(io::sink())),
        [url, query, file] => {
            File::create(file).map_err(Into::into).and_then(|file| rows(url, query, Outgoing::to(file)))
        }
        _ => Err("usage: rows_out URL QUERY [FILE]".into()),
    };
    match done.and_then(|bytes| Ok((bytes, peak()?))) {
        Ok((bytes, peak)) => {
            println!("{}", serde_json::json!({ "bytes": bytes, "peak": peak }));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn rows(url: &str, query: &str, mut outgoing: Outgoing) -> Result<usize, Box<dyn Error>> {
    let file = format!(
        "[[connection]]\nname = \"bench\"\ncluster = \"{url}\"\ndatabases = [\"db\"]\ncredential = {{ kind = \"none\" }}\n\
         limits = {{ rows = 500_000, bytes = \"64 MiB\" }}\n"
    );
    let client = Client::new(HttpClient::new(&HttpSettings::default())?, Connections::from_toml(&file, &|_| None)?);
    let database = client.connections().select(None, None, |_| true)?.database(None)?;
    let request = Request::new(&database, query, "bench", Instant::now() + Duration::from_secs(300));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(client.query(&request, &mut outgoing))?;
    Ok(outgoing.finish()?)
}

/// The most memory that was resident, in bytes.
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM in /proc/self/status")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}
