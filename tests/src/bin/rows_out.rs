//! Rows out, as a user of the released clients writes it: a query's rows as JSON, which is then dropped. For `make bench`.
//!
//! `rows_out URL QUERY [FILE]` asks our client, encodes each row as it comes and prints how many bytes there were and the most memory that was
//! resident; with FILE the rows are kept in it. With `--html` in its place they become the table that a mail or a page has of them.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

use auth::http::{HttpClient, HttpSettings};
use kusto_client::{client::Client, connection::Connections, request::Request};
use kusto_protocol::sink::Sink;
use report::html::table::{DEFAULT_ROWS, Table};
use std::{env, error::Error, fs::File, io, process::ExitCode, time::Duration};
use tests::{binaries::peak_resident, outgoing::Outgoing};
use tokio::time::Instant;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(bytes) => {
            println!("{}", serde_json::json!({ "bytes": bytes, "peak": peak_resident("self") }));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<usize, Box<dyn Error>> {
    let rows = |url: &str, query: &str, mut outgoing: Outgoing| {
        ask(url, query, &mut outgoing)?;
        Ok(outgoing.finish()?)
    };
    match arguments {
        [url, query] => rows(url, query, Outgoing::to(io::sink())),
        [url, query, form] if form == "--html" => {
            let mut table = Table::first(DEFAULT_ROWS);
            ask(url, query, &mut table)?;
            Ok(table.finish(None).as_str().len())
        }
        [url, query, file] => rows(url, query, Outgoing::to(File::create(file)?)),
        _ => Err("usage: rows_out URL QUERY [FILE | --html]".into()),
    }
}

fn ask(url: &str, query: &str, sink: &mut impl Sink) -> Result<(), Box<dyn Error>> {
    let file = format!(
        "[[connection]]\nname = \"bench\"\ncluster = \"{url}\"\ndatabases = [\"db\"]\ncredential = {{ kind = \"none\" }}\n\
         limits = {{ rows = 500_000, bytes = \"64 MiB\" }}\n"
    );
    let client = Client::new(HttpClient::new(&HttpSettings::default())?, Connections::from_toml(&file, &|_| None)?);
    let database = client.connections().select(None, None, |_| true)?.database(None)?;
    let request = Request::new(&database, query, "bench", Instant::now() + Duration::from_secs(300));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(client.query(&request, sink))?;
    Ok(())
}
