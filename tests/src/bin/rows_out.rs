//! Rows out, as a user of the released clients writes it: a query's rows as JSON, which is then dropped. For `make bench`.
//!
//! `rows_out URL QUERY [FILE]` asks our client, encodes each row as it comes and prints how many bytes there were and the most memory that was
//! resident; with FILE the rows are kept in it.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

use auth::http::{HttpClient, HttpSettings};
use kusto_client::{client::Client, connection::Connections, request::Request};
use kusto_protocol::{
    cell::Row,
    sink::{LimitReached, Sink, TableHeader},
};
use report::rows::{Encoder, Format};
use std::{
    env,
    error::Error,
    fs::{self, File},
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};
use tokio::time::Instant;

/// As many bytes as are handed on at a time.
const BLOCK: usize = 32 * 1024;

/// Rows on their way out.
struct Outgoing {
    encoder: Box<dyn Encoder + Send>,
    block: Vec<u8>,
    rows: u64,
    bytes: usize,
    out: Box<dyn Write>,
    written: io::Result<()>,
}

impl Outgoing {
    fn hand_on(&mut self) {
        self.bytes += self.block.len();
        if self.written.is_ok() {
            self.written = self.out.write_all(&self.block);
        }
        self.block.clear();
    }

    fn finish(mut self) -> io::Result<usize> {
        self.encoder.end_table(&mut self.block);
        self.encoder.end(1, &mut self.block);
        self.block.push(b'}');
        self.hand_on();
        self.written.map(|()| self.bytes)
    }
}

impl Sink for Outgoing {
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached> {
        self.encoder.table(0, table, &mut self.block);
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        self.encoder.row(self.rows, row, &mut self.block);
        self.rows += 1;
        if self.block.len() >= BLOCK {
            self.hand_on();
        }
        Ok(())
    }

    /// Only answers in one piece are asked for.
    fn forget_rows(&mut self) {}
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [url, query] => rows(url, query, Box::new(io::sink())),
        [url, query, file] => File::create(file).map_err(Into::into).and_then(|file| rows(url, query, Box::new(file))),
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

fn rows(url: &str, query: &str, out: Box<dyn Write>) -> Result<usize, Box<dyn Error>> {
    let file = format!(
        "[[connection]]\nname = \"bench\"\ncluster = \"{url}\"\ndatabases = [\"db\"]\ncredential = {{ kind = \"none\" }}\n\
         limits = {{ rows = 500_000, bytes = \"64 MiB\" }}\n"
    );
    let client = Client::new(HttpClient::new(&HttpSettings::default())?, Connections::from_toml(&file, &|_| None)?);
    let database = client.connections().select(None, None)?.database(None)?;
    let request = Request::new(&database, query, "bench", Instant::now() + Duration::from_secs(300));
    let (encoder, written) = (Format::Json.encoder(), Ok(()));
    let mut outgoing = Outgoing { encoder, block: Vec::new(), rows: 0, bytes: 0, out, written };
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
