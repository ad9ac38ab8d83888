//! What no function can go below: programs that do only what cannot be left out, for `make bench`.
//!
//! `limit rows URL QUERY` sends a query, decompresses the answer and looks at every byte of its JSON; `limit compress FILE TIMES`
//! compresses a file so many times, as records are compressed. Each prints how many bytes there were.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

use auth::{
    cluster_url::ClusterUrl,
    http::{HttpClient, HttpSettings},
};
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, Method, header},
};
use flate2::{
    Compression,
    write::{GzDecoder, GzEncoder},
};
use serde::de::IgnoredAny;
use std::{env, error::Error, fs, io::Write, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["rows", url, query] => rows(url, query),
        ["compress", file, times] => compress(file, times),
        _ => Err("usage: limit rows URL QUERY | limit compress FILE TIMES".into()),
    };
    match done {
        Ok(bytes) => {
            println!("{}", serde_json::json!({ "bytes": bytes }));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn rows(url: &str, query: &str) -> Result<usize, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let json = runtime.block_on(answer(url, query))?;
    serde_json::from_slice::<IgnoredAny>(&json)?;
    Ok(json.len())
}

/// The answer to a query, decompressed as it comes.
async fn answer(url: &str, query: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let client = HttpClient::new(&HttpSettings::default())?;
    let endpoint = ClusterUrl::parse(url)?.endpoint("/v2/rest/query");
    let body = serde_json::json!({ "db": "db", "csl": query }).to_string();
    let headers = HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::ACCEPT_ENCODING, HeaderValue::from_static("gzip")),
    ]);
    let mut response = client.send(Method::POST, &endpoint, headers, Bytes::from(body)).await?;
    let mut decoder = GzDecoder::new(Vec::new());
    while let Some(chunk) = response.chunk().await? {
        decoder.write_all(&chunk)?;
    }
    Ok(decoder.finish()?)
}

fn compress(file: &str, times: &str) -> Result<usize, Box<dyn Error>> {
    let (content, mut bytes) = (fs::read(file)?, 0);
    for _ in 0..times.parse::<usize>()? {
        let mut encoder = GzEncoder::new(Vec::with_capacity(content.len() / 4), Compression::fast());
        encoder.write_all(&content)?;
        bytes += encoder.finish()?.len();
    }
    Ok(bytes)
}
