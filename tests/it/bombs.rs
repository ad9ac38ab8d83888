//! Answers that are small to send and large to take, or that never end: each is an error that says which limit it met, while little is
//! resident and soon.

use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use std::{
    io::{self, Write},
    net::TcpStream,
    time::{Duration, Instant},
};
use tests::{cluster::Cluster, lambda::Function};

/// What a function may have resident, whatever it is answered.
const MOST_RESIDENT: u64 = 64 << 20;
/// How long a call may take; a debug build is slower, and is not timed.
const LONGEST: Duration = Duration::from_secs(5);

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
const BEGIN: &str = r#"[{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0"},{"FrameType":"DataTable","TableId":0,"TableKind":"PrimaryResult","TableName":"T","Columns":["#;
const COLUMN: &str = r#"{"ColumnName":"c","ColumnType":"dynamic"}"#;
const LONG: &str = r#"{"ColumnName":"n","ColumnType":"long"}"#;
const ROWS: &str = r#"],"Rows":["#;
const END: &str = r#"]},{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}]"#;

/// Asks a cluster that answers with `write`, and checks that the error starts so (it is a reply where `start` is empty), what it took,
/// and how long.
#[track_caller]
#[expect(clippy::print_stdout, reason = "the figures, for `--nocapture`")]
fn bomb(name: &str, action: &str, start: &str, write: impl Fn(&mut TcpStream) -> io::Result<()> + Send + 'static) {
    let cluster = Cluster::writing(move |_, stream| write(stream));
    let function = Function::start(action, &[("KUSTO_CLUSTER", cluster.url()), ("KUSTO_DATABASE", "db")]);
    let begun = Instant::now();
    let outcome = function.invoke(&json!({"query": "T"}));
    let error = if start.is_empty() { outcome.reply()["completeness"].to_string() } else { outcome.error() };
    let (took, resident) = (begun.elapsed(), function.peak_resident());
    println!("{name:<40} {action:<12} {:>5.1} MB {:>6} ms  {error:.120}", resident as f64 / 1e6, took.as_millis());
    assert!(error.starts_with(start), "{name}: {error}");
    assert!(resident < MOST_RESIDENT, "{name}: {resident} bytes were resident");
    assert!(cfg!(debug_assertions) || took < LONGEST, "{name}: {took:?}");
}

/// One whole answer: a head and this body.
fn whole(headers: &str, body: impl AsRef<[u8]>) -> impl Fn(&mut TcpStream) -> io::Result<()> + Send + 'static {
    let answer = [HEAD.as_bytes(), headers.as_bytes(), b"\r\n", body.as_ref()].concat();
    move |stream| stream.write_all(&answer)
}

fn plain(body: impl AsRef<[u8]>) -> impl Fn(&mut TcpStream) -> io::Result<()> + Send + 'static {
    whole("", body)
}

const GZIP: &str = "Content-Encoding: gzip\r\n";

/// `before`, and then `piece` over and over.
fn endless(
    before: impl AsRef<[u8]>,
    piece: impl AsRef<[u8]>,
) -> impl Fn(&mut TcpStream) -> io::Result<()> + Send + 'static {
    let (before, piece) = (before.as_ref().to_vec(), piece.as_ref());
    let pieces = piece.repeat((64 << 10) / piece.len() + 1);
    move |stream| {
        stream.write_all(&before)?;
        loop {
            stream.write_all(&pieces)?;
        }
    }
}

fn endless_body(before: &str, piece: &str) -> impl Fn(&mut TcpStream) -> io::Result<()> + Send + 'static {
    endless(format!("{HEAD}\r\n{before}"), piece)
}

/// The same, compressed: `piece` must be longer than the window of gzip, so that it looks the same each time.
fn endless_gzip(before: &str, piece: &str) -> impl Fn(&mut TcpStream) -> io::Result<()> + Send + 'static {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for text in [before, piece] {
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.flush().unwrap();
    }
    let begin = encoder.get_ref().clone();
    encoder.write_all(piece.as_bytes()).unwrap();
    encoder.flush().unwrap();
    let again = encoder.get_ref()[begin.len()..].to_vec();
    endless([format!("{HEAD}{GZIP}\r\n").as_bytes(), &begin].concat(), again)
}

fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn table(columns: &str, rows: &str) -> String {
    format!("{BEGIN}{columns}{ROWS}{rows}{END}")
}

fn nested(levels: usize) -> String {
    ["[".repeat(levels), "]".repeat(levels)].concat()
}

#[test]
fn what_is_compressed() {
    let blanks = " ".repeat(1 << 20);
    bomb("endless blanks in gzip", "query", "LimitExceeded", endless_gzip("", &blanks));
    bomb(
        "an endless cell in gzip",
        "query",
        "LimitExceeded",
        endless_gzip(&format!("{BEGIN}{LONG}{ROWS}[\""), &blanks),
    );
    let twice = gzip(gzip(blanks.repeat(4)));
    bomb("gzip of gzip, announced", "query", "Unavailable", whole("Content-Encoding: gzip, gzip\r\n", &twice));
    bomb("gzip of gzip, twice announced", "query", "Unavailable", whole(&format!("{GZIP}{GZIP}"), &twice));
    bomb("gzip of gzip, once announced", "query", "Unavailable", whole(GZIP, &twice));
    let members = gzip(table(LONG, "[1]")).repeat(1000);
    bomb("a thousand gzip members", "query", "Unavailable", whole(GZIP, members));
    // At a ratio that is allowed, so that the limit of the answer and of the reply must hold.
    let row = |n: u64| format!("[\"{:x}{}\"],", n.wrapping_mul(0x9E37_79B9_7F4A_7C15), "a".repeat(3400));
    let rows: String = (0..100).map(row).collect();
    let ratio = rows.len() / gzip(&rows).len();
    assert!((100..200).contains(&ratio), "{ratio}");
    bomb(
        "endless rows at an allowed ratio",
        "query",
        "LimitExceeded",
        endless_gzip(&format!("{BEGIN}{LONG}{ROWS}"), &rows),
    );
    let skipped = format!("[{{\"Later\":[{}1", "\"0123456789\",".repeat(8));
    let noise: String = (0..2000).map(|n| format!(",\"{:x}{}\"", n * 7_654_321_u64, "b".repeat(1100))).collect();
    bomb("endless skipped values in gzip", "query", "LimitExceeded", endless_gzip(&skipped, &noise));
}

#[test]
fn what_is_deep_or_wide() {
    let deep = nested(1_000_000);
    bomb("a cell of 1,000,000 arrays", "query", "LimitExceeded", plain(table(COLUMN, &format!("[{deep}]"))));
    let objects = "{\"a\":".repeat(1_000_000);
    bomb("a cell of 1,000,000 objects", "query", "LimitExceeded", plain(table(COLUMN, &format!("[{objects}"))));
    bomb("columns of 1,000,000 arrays", "query", "LimitExceeded", plain(table(&deep, "")));
    bomb("1,000,000 arrays", "query", "Unavailable", plain(&deep));
    bomb("1,000,000 arrays in v1", "query", "LimitExceeded", plain(format!("{{\"Tables\":[{{\"Columns\":{deep}")));
    let error = format!(
        "HTTP/1.1 400 x\r\nConnection: close\r\n\r\n{{\"error\":{{\"innererror\":{}",
        "{\"innererror\":".repeat(4000)
    );
    bomb("an error of 4,000 objects", "query", "QueryError", move |stream| stream.write_all(error.as_bytes()));
    let columns = |count: usize| vec![COLUMN; count].join(",");
    bomb("100,000 columns", "query", "LimitExceeded", plain(table(&columns(100_000), "")));
    bomb(
        "100,000 cells in a row",
        "query",
        "LimitExceeded",
        plain(table(COLUMN, &format!("[{}1]", "1,".repeat(100_000)))),
    );
    let cell = |bytes: usize| table(COLUMN, &format!("[\"{}\"]", "x".repeat(bytes)));
    bomb("a cell of 33 MB", "query", "LimitExceeded", plain(cell(33_000_000)));
    bomb("a cell of 16 MB", "query", "LimitExceeded", plain(cell(16_000_000)));
    bomb("a text of 16 MB", "query-chart", "", plain(cell(16_000_000).replacen("dynamic", "string", 1)));
    let narrow = vec![LONG; 10_000].join(",");
    let row = format!("[{}1]", "1,".repeat(9_999));
    let numbers = table(&narrow, &vec![row.as_str(); 1_900].join(","));
    bomb("19,000,000 numbers in 10,000 columns", "query", "LimitExceeded", plain(&numbers));
    bomb("19,000,000 numbers in 10,000 columns", "query-chart", "LimitExceeded", plain(&numbers));
    let points = format!("[{}1],", "1,".repeat(49)).repeat(50_000);
    bomb(
        "as many numbers as a chart takes",
        "query-chart",
        "",
        plain(table(&vec![LONG; 50].join(","), points.trim_end_matches(','))),
    );
    let array = |values: usize| format!("[{}1]", "1,".repeat(values - 1));
    bomb(
        "an array of 8,000,000 numbers",
        "query-chart",
        "LimitExceeded",
        plain(table(COLUMN, &format!("[{}]", array(8_000_000)))),
    );
    bomb("an array of 1,000,000 numbers", "query-chart", "", plain(table(COLUMN, &format!("[{}]", array(1_000_000)))));
    let texts = vec![r#"{"ColumnName":"t","ColumnType":"string"}"#; 9_000].join(",");
    let row = format!("[{}{}]", "\"\",".repeat(9_000), array(1_000_000));
    bomb(
        "9,000 texts beside such an array",
        "query-chart",
        "LimitExceeded",
        plain(table(&format!("{texts},{COLUMN}"), &row)),
    );
    let frame = format!(
        r#"{{"FrameType":"DataTable","TableKind":"PrimaryResult","Columns":[{}],"Rows":[]}},"#,
        vec![r#"{"ColumnName":"","ColumnType":"int"}"#; 10_000].join(",")
    );
    bomb("endless tables of 10,000 columns", "query", "LimitExceeded", endless_body("[", &frame));
    bomb("endless tables of 10,000 columns", "query-chart", "LimitExceeded", endless_body("[", &frame));
}

#[test]
fn what_is_read_as_a_tree() {
    let tree = vec!["[]"; 1_000_000].join(",");
    bomb("1,000,000 empty columns", "query", "LimitExceeded", plain(table(&vec!["{}"; 1_000_000].join(","), "")));
    let errors = format!(r#"[{{"FrameType":"DataSetCompletion","HasErrors":true,"OneApiErrors":[{tree}]}}]"#);
    bomb("1,000,000 errors", "query", "QueryError", plain(errors));
    let row = format!("{{\"error\":[{tree},{tree},{tree}]}}");
    bomb("an error of 9 MB in place of a row", "query", "QueryError", plain(table(LONG, &row)));
    let status = r#"{"FrameType":"DataTable","TableId":1,"TableKind":"QueryCompletionInformation","TableName":"Q","Columns":[{"ColumnName":"Payload","ColumnType":"dynamic"}],"Rows":["#;
    let completion = r#"{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}"#;
    let answer = format!("[{status}[[{tree},{tree},{tree}]]]}},{completion}]");
    bomb("statistics of 9 MB", "query", "Unavailable", plain(answer));
}

#[test]
fn what_does_not_end() {
    let rows = format!("{BEGIN}{LONG}{ROWS}");
    bomb("endless rows", "query", "LimitExceeded", endless_body(&rows, "[1],"));
    bomb("endless rows", "query-chart", "LimitExceeded", endless_body(&rows, "[1],"));
    bomb("endless empty rows", "query", "Unavailable", endless_body(&rows, "[],"));
    bomb("endless blanks", "query", "LimitExceeded", endless_body("", " \r\n"));
    bomb("endless blanks among rows", "query", "LimitExceeded", endless_body(&rows, "\n"));
    bomb("an endless cell", "query", "LimitExceeded", endless_body(&format!("{rows}[\""), "x"));
    bomb("an endless number", "query", "LimitExceeded", endless_body(&format!("{rows}["), "1"));
    bomb(
        "endless frames",
        "query",
        "LimitExceeded",
        endless_body("[", r#"{"FrameType":"TableProgress","TableId":1,"TableProgress":1.0},"#),
    );
    bomb("endless tables", "query", "LimitExceeded", endless_body("{\"Tables\":[", r#"{"Columns":[],"Rows":[]},"#));
    bomb("endless text", "query", "LimitExceeded", endless_body("", "no JSON "));
    bomb("endless rows of unknown columns", "query", "LimitExceeded", endless_body("[{\"Rows\":[", "[1],"));
    bomb(
        "endless rows of a second v1 table",
        "query",
        "LimitExceeded",
        endless_body("{\"Tables\":[{\"Columns\":[],\"Rows\":[]},{\"Columns\":[],\"Rows\":[", "[1],"),
    );
    bomb("an endless header", "query", "Unavailable", endless("HTTP/1.1 200 OK\r\nX: ", "x"));
    bomb("endless headers", "query", "Unavailable", endless("HTTP/1.1 200 OK\r\n", "X: y\r\n"));
    bomb(
        "endless chunk extensions",
        "query",
        "Unavailable",
        endless(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n5;"), "x"),
    );
    bomb(
        "endless trailers",
        "query",
        "Unavailable",
        endless(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n"), "X: y\r\n"),
    );
    bomb("an endless error", "query", "QueryError", endless("HTTP/1.1 400 x\r\n\r\n", "x"));
    bomb("an endless redirect", "query", "Unavailable", endless("HTTP/1.1 302 x\r\nLocation: /\r\n\r\n", "x"));
}
