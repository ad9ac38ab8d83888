//! Item 9: how large a picture of 1,000 to 500,000 points is, how long it takes beside matplotlib, and what is held for a point.

use crate::{
    rubric::{Judged, Score},
    states::{self, answers::Noise},
};
use kusto_protocol::{
    cell::Row,
    column::{Column, ColumnType},
    sink::{Sink, TableHeader},
};
use report::{chart::Chart, picture::Width};
use std::{env, error::Error, fs, process::Command};

/// The kinds that are measured, and of how many points.
const CASES: [(&str, u32); 5] = [
    ("timechart", 1_000),
    ("timechart", 50_000),
    ("timechart", 500_000),
    ("stackedareachart", 500_000),
    ("scatterchart", 500_000),
];
const SERIES: u32 = 5;
const RUNS: usize = 5;
/// What charts.md asks for.
const MOST_SVG: usize = 250_000;
const MOST_PNG: usize = 150_000;
const LEAST_RATIO: f64 = 3.0;
/// Bytes for a point, and beside them for all.
const MOST_BYTES: f64 = 24.0;
const MOST_BYTES_BESIDE: f64 = 2e6;
/// A picture of so few points takes the bitmap, its compression and the fonts, and no more.
const FEW: u32 = 1_000;
const CHUNK: u32 = 10_000;

const MATPLOTLIB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/compare/bench.py");

/// What one run took.
struct Run {
    /// Of a processor.
    seconds: f64,
    svg: usize,
    png: usize,
    /// How much the peak of the process grew.
    bytes: f64,
}

/// Runs the bench in processes of its own.
pub(crate) fn score(pictures: &[Judged], python: &str) -> Result<Score, Box<dyn Error>> {
    let mut score = Score::default();
    for Judged { name, picture, .. } in pictures {
        let png = report::png::png(picture)?.len();
        score.look(picture.svg.len() <= MOST_SVG && png <= MOST_PNG, || {
            format!("{name}: SVG {} bytes, PNG {png} bytes", picture.svg.len())
        });
    }
    let mut figures = Vec::new();
    for (kind, points) in CASES {
        let runs = (0..RUNS).map(|_| child(kind, points)).collect::<Result<Vec<Run>, _>>()?;
        let best = runs.iter().map(|run| run.seconds).fold(f64::INFINITY, f64::min);
        let bytes = runs.iter().map(|run| run.bytes).fold(f64::INFINITY, f64::min);
        let grown = bytes - child(kind, FEW)?.bytes;
        let per_point = grown / f64::from(points);
        let theirs = matplotlib(python, kind, points)?;
        let Some(Run { svg, png, .. }) = runs.first() else { continue };
        score.look(*svg <= MOST_SVG && *png <= MOST_PNG, || {
            format!("{kind} of {points}: SVG {svg} bytes, PNG {png} bytes")
        });
        score.look(theirs / best >= LEAST_RATIO, || format!("{kind} of {points}: {:.1} times as fast", theirs / best));
        score.look(grown <= MOST_BYTES_BESIDE + MOST_BYTES * f64::from(points), || {
            format!("{kind} of {points}: {per_point:.1} bytes a point")
        });
        figures.push(format!(
            "{kind} of {points} points: SVG {} kB, PNG {} kB, {:.0} ms, matplotlib {:.0} ms ({:.1} ×), peak {:.1} MB, {per_point:.1} B a point",
            svg / 1000,
            png / 1000,
            best * 1e3,
            theirs * 1e3,
            theirs / best,
            bytes / 1e6,
        ));
    }
    score.figure = figures.join("\n        ");
    Ok(score)
}

fn child(kind: &str, points: u32) -> Result<Run, Box<dyn Error>> {
    let output = Command::new(env::current_exe()?).args(["bench", kind, &points.to_string()]).output()?;
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    match numbers.as_slice() {
        [seconds, svg, png, bytes] => {
            Ok(Run { seconds: *seconds, svg: *svg as usize, png: *png as usize, bytes: *bytes })
        }
        _ => Err(format!("bench of {kind}: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

fn matplotlib(python: &str, kind: &str, points: u32) -> Result<f64, Box<dyn Error>> {
    let points = points.to_string();
    let output = Command::new(python).args([MATPLOTLIB, kind, &points, &RUNS.to_string()]).output()?;
    let text = String::from_utf8(output.stdout)?;
    text.trim().parse().map_err(|_| format!("{MATPLOTLIB}: {}", String::from_utf8_lossy(&output.stderr)).into())
}

/// One run: rows in, SVG and PNG out. Prints processor seconds, bytes of SVG, of PNG, and the growth of the peak of memory.
pub(crate) fn run(kind: &str, points: u32) -> Result<(), Box<dyn Error>> {
    let columns = [
        Column::new("Timestamp", ColumnType::DateTime),
        Column::new("Service", ColumnType::String),
        Column::new("Latency", ColumnType::Real),
    ];
    let before = peak()?;
    let mut chart = Chart::default();
    chart.table(&TableHeader { name: "PrimaryResult".into(), columns: columns.to_vec() })?;
    let mut noise = states::answers::Noise::new(3);
    let mut taken = 0.0;
    // Making the rows is not what is measured.
    for begin in (0..points).step_by(CHUNK as usize) {
        let rows: Vec<[String; 3]> = (begin..points.min(begin + CHUNK)).map(|point| row(point, &mut noise)).collect();
        let started = processor_seconds()?;
        for [time, service, value] in &rows {
            chart.row(&Row::new(&columns, &[time, service, value]))?;
        }
        taken += processor_seconds()? - started;
    }
    let started = processor_seconds()?;
    let options = states::options("Half a million points");
    let [picture] = chart.finish(Some(&states::render(kind)), &options, [Width::Wide]);
    let png = report::png::png(&picture)?;
    taken += processor_seconds()? - started;
    println!("{taken} {} {} {}", picture.svg.len(), png.len(), peak()? - before);
    Ok(())
}

/// A row as JSON texts: every second a point of each series.
fn row(point: u32, noise: &mut Noise) -> [String; 3] {
    let (second, series) = (point / SERIES, point % SERIES);
    let (day, hour) = (second / 86_400 + 1, second / 3_600 % 24);
    let wave = (f64::from(second) / 8_000.0).sin() * 20.0;
    [
        format!("\"2026-11-{day:02}T{hour:02}:{:02}:{:02}Z\"", second / 60 % 60, second % 60),
        format!("\"service-{series}\""),
        format!("{:.2}", 60.0 + wave + noise.next() * 10.0 + f64::from(series) * 40.0),
    ]
}

/// What the process has had of a processor: on a busy machine a clock measures the others.
fn processor_seconds() -> Result<f64, Box<dyn Error>> {
    let statistics = fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds: f64 = statistics.split_whitespace().next().ok_or("an empty schedstat")?.parse()?;
    Ok(nanoseconds / 1e9)
}

/// The most memory that the process has held, in bytes.
fn peak() -> Result<f64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024.0)
}
