//! Decodes one answer again and again, for `make bench-instructions`: what one time takes is the difference between two runs.
//!
//! `decode_again FILE TIMES`; FILE is an answer of Kusto, gzipped.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

use flate2::read::GzDecoder;
use kusto_protocol::decoder::Decoder;
use std::{
    env,
    error::Error,
    fs::File,
    io::{self, Read},
    process::ExitCode,
};
use tests::outgoing::Outgoing;

/// As much as the client hands on at once.
const CHUNK: usize = 64 << 10;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [file, times] => decode(file, times),
        _ => Err("usage: decode_again FILE TIMES".into()),
    };
    match done {
        Ok(bytes) => {
            println!("{bytes} bytes of JSON");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn decode(file: &str, times: &str) -> Result<usize, Box<dyn Error>> {
    let (mut answer, mut bytes) = (Vec::new(), 0);
    GzDecoder::new(File::open(file)?).read_to_end(&mut answer)?;
    for _ in 0..times.parse::<usize>()? {
        let mut outgoing = Outgoing::to(io::sink());
        let mut decoder = Decoder::new(&mut outgoing);
        for chunk in answer.chunks(CHUNK) {
            decoder.feed(chunk)?;
        }
        decoder.finish()?;
        bytes += outgoing.finish()?;
    }
    Ok(bytes)
}
