//! What decoding costs: peak memory and speed of an answer of 30 MB that becomes row objects, which are dropped as they come.
//!
//! The answer is made while it is read, so only what the decoder and the rows need is counted. Each measurement is a process of
//! its own. Fails where the large answer takes more than 2 MB more than one of a single row.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

use kusto_protocol::{
    cell::Row,
    decoder::Decoder,
    sink::{LimitReached, Sink, TableHeader},
};
use report::rows::{Encoder, Format};
use std::{
    env,
    error::Error,
    hash::{DefaultHasher, Hasher},
    process::{Command, ExitCode},
    time::{Duration, Instant},
};
use tests::binaries::peak_resident;

const ROWS: u64 = 50_000;
/// How much the large answer may take beyond the small one.
const MAX_GROWTH_KB: u64 = 2_000;
/// As bytes come from the network.
const CHUNK_BYTES: usize = 64 << 10;

const COLUMNS: [(&str, &str); 17] = [
    ("StartTime", "datetime"),
    ("EndTime", "datetime"),
    ("EpisodeId", "int"),
    ("EventId", "int"),
    ("State", "string"),
    ("EventType", "string"),
    ("InjuriesDirect", "int"),
    ("DeathsDirect", "int"),
    ("DamageProperty", "int"),
    ("DamageCrops", "int"),
    ("Source", "string"),
    ("BeginLocation", "string"),
    ("EndLocation", "string"),
    ("BeginLat", "real"),
    ("BeginLon", "real"),
    ("EventNarrative", "string"),
    ("StormSummary", "dynamic"),
];

/// A v2 answer, made as it is read.
struct Answer {
    rows: u64,
    made: u64,
    ended: bool,
    chunk: String,
}

impl Answer {
    fn new(rows: u64) -> Self {
        let columns =
            COLUMNS.map(|(name, kind)| format!(r#"{{"ColumnName":"{name}","ColumnType":"{kind}"}}"#)).join(",");
        let chunk = format!(
            r#"[{{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0"}},{{"FrameType":"DataTable","TableId":1,"TableKind":"PrimaryResult","TableName":"PrimaryResult","Columns":[{columns}],"Rows":["#
        );
        Self { rows, made: 0, ended: false, chunk }
    }

    /// The next bytes; none at the end.
    fn next_chunk(&mut self) -> Option<&[u8]> {
        if self.made > 0 {
            self.chunk.clear();
        }
        while self.chunk.len() < CHUNK_BYTES && self.made < self.rows {
            self.push_row();
        }
        if self.made == self.rows && !self.ended {
            self.ended = true;
            self.chunk.push_str(r#"]},{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}]"#);
        }
        (!self.chunk.is_empty()).then_some(self.chunk.as_bytes())
    }

    fn push_row(&mut self) {
        const STATES: [&str; 5] = ["TEXAS", "NORTH CAROLINA", "KANSAS", "ATLANTIC SOUTH", "IOWA"];
        const EVENTS: [&str; 4] = ["Thunderstorm Wind", "Hail", "Flash Flood", "Heavy Rain"];
        const NARRATIVE: &str = "Thunderstorms along a slow cold front brought down \\\"dozens\\\" of trees and power lines across the \
             northern part of the county, and a roof was torn off near the old mill.\\r\\nAmounts ranged from 2 to 4 inches.";
        // A step of a linear congruential generator: the same rows in every run.
        let seed = self.made.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 33;
        let pick = |list: &[&'static str], salt: u64| list[usize::try_from(seed / salt).unwrap_or(0) % list.len()];
        let (state, event, day) = (pick(&STATES, 1), pick(&EVENTS, 7), seed % 28 + 1);
        let narrative = NARRATIVE
            .get(..120 + usize::try_from(seed % 73).unwrap_or(0))
            .map_or(NARRATIVE, |text| text.trim_end_matches('\\'));
        if self.made > 0 {
            self.chunk.push(',');
        }
        self.chunk.push_str(&format!(
            r#"["2007-09-{day:02}T20:00:00Z","2007-09-{day:02}T21:30:00.1234567Z",{},{},"{state}","{event}",{},0,{},{},"Trained Spotter","LOCATION {}","LOCATION {}",{}.{:04},-{}.{:04},"{narrative}",{{"TotalDamages":{},"StartTime":"2007-09-{day:02}T20:00:00.0000000Z","EndTime":"2007-09-{day:02}T21:30:00.1234567Z","Details":{{"Description":"{narrative}","Location":"{state}"}}}}]"#,
            seed % 20_000, self.made, seed % 3, seed % 100_000, seed % 5_000, seed % 900, seed % 700, seed % 49, seed % 10_000,
            seed % 120, seed % 9_999, seed % 105_000,
        ));
        self.made += 1;
    }
}

/// Rows as they would go out, and nowhere kept.
struct Outgoing {
    encoder: Box<dyn Encoder + Send>,
    bytes: Vec<u8>,
    rows: u64,
    sum: DefaultHasher,
    length: u64,
}

impl Outgoing {
    /// Sends off what has been written so far.
    fn drain(&mut self) {
        self.sum.write(&self.bytes);
        self.length += self.bytes.len() as u64;
        self.bytes.clear();
    }
}

impl Sink for Outgoing {
    fn table(&mut self, table: &TableHeader) -> Result<(), LimitReached> {
        self.encoder.table(0, table, &mut self.bytes);
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<(), LimitReached> {
        self.encoder.row(self.rows, row, &mut self.bytes);
        self.rows += 1;
        Ok(())
    }

    fn forget_rows(&mut self) {}
}

/// In a child: decodes an answer of so many rows and prints what it took.
fn measure(rows: u64) -> Result<(), Box<dyn Error>> {
    let mut answer = Answer::new(rows);
    let outgoing =
        Outgoing { encoder: Format::Json.encoder(), bytes: Vec::new(), rows: 0, sum: DefaultHasher::new(), length: 0 };
    let mut decoder = Decoder::new(outgoing);
    let (mut taken, mut busy) = (0, Duration::ZERO);
    while let Some(chunk) = answer.next_chunk() {
        let begun = Instant::now();
        decoder.feed(chunk)?;
        busy += begun.elapsed();
        taken += chunk.len();
        decoder.sink_mut().drain();
    }
    let sum = (decoder.sink_mut().sum.finish(), decoder.sink_mut().length);
    let completion = decoder.finish()?;
    if completion.tables.iter().map(|table| table.row_count).sum::<u64>() != rows {
        return Err("rows are missing".into());
    }
    println!("{} {taken} {} {:x} {}", peak_resident("self") / 1024, busy.as_micros(), sum.0, sum.1);
    Ok(())
}

/// Measures in a child; its peak memory in kB.
fn run(rows: u64) -> Result<u64, Box<dyn Error>> {
    let child = Command::new(env::current_exe()?).arg(rows.to_string()).output()?;
    let text = String::from_utf8_lossy(&child.stdout);
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [peak, bytes, micros, sum, written] = fields.as_slice() else {
        return Err(format!("no measurement: {}", String::from_utf8_lossy(&child.stderr)).into());
    };
    let (megabytes, seconds) = (bytes.parse::<f64>()? / 1e6, micros.parse::<f64>()? / 1e6);
    println!(
        "{rows} rows: {megabytes:.1} MB in {seconds:.3} s = {:.0} MB/s to {written} bytes of JSON (sum {sum}), peak {peak} kB",
        megabytes / seconds
    );
    Ok(peak.parse()?)
}

fn compare() -> Result<bool, Box<dyn Error>> {
    let small = run(1)?;
    let large = run(ROWS)?;
    let growth = large.saturating_sub(small);
    println!("growth {growth} kB, {MAX_GROWTH_KB} kB allowed");
    Ok(growth <= MAX_GROWTH_KB)
}

fn main() -> ExitCode {
    let outcome = match env::args().nth(1).map(|rows| rows.parse::<u64>()) {
        None => compare(),
        Some(Ok(rows)) => measure(rows).map(|()| true),
        Some(Err(error)) => Err(error.into()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
