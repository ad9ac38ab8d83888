//! A chart of any number of points, five series of them, without a cluster, which would not give more than half a million. For `make bench`.
//!
//! `points_drawn POINTS` makes each point as it is taken, draws the chart, as SVG and as PNG, and prints the sizes of both and the most memory
//! that was resident.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

use kusto_protocol::{
    cell::Row,
    column::{Column, ColumnType},
    sink::{Sink, TableHeader},
};
use report::{
    chart::{Chart, ChartOptions},
    instant::Zone,
    picture::Width,
    png::png,
};
use std::{env, error::Error, process::ExitCode};
use tests::binaries::peak_resident;

const SERIES: u64 = 5;

fn main() -> ExitCode {
    match env::args()
        .nth(1)
        .and_then(|points| points.parse().ok())
        .ok_or("usage: points_drawn POINTS".into())
        .and_then(drawn)
    {
        Ok((svg, png)) => {
            println!("{}", serde_json::json!({ "svg": svg, "png": png, "peak": peak_resident("self") }));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The sizes of the picture as SVG and as PNG.
fn drawn(points: u64) -> Result<(usize, usize), Box<dyn Error>> {
    let columns = [("Timestamp", ColumnType::DateTime), ("Series", ColumnType::String), ("Value", ColumnType::Real)]
        .map(|(name, column_type)| Column::new(name, column_type));
    let mut chart = Chart::default();
    chart.table(&TableHeader { name: "PrimaryResult".to_owned(), columns: columns.to_vec() })?;
    for point in 0..points {
        let (second, series) = (point / SERIES, point % SERIES);
        let (day, hour, minute) = (second / 86_400 % 28 + 1, second / 3_600 % 24, second / 60 % 60);
        let time = format!("\"2026-11-{day:02}T{hour:02}:{minute:02}:{:02}Z\"", second % 60);
        let (name, value) = (format!("\"series {series}\""), format!("{}.25", point * 7_919 % 1_000 + series * 1_000));
        chart.row(&Row::new(&columns, &[&time, &name, &value]))?;
    }
    let options = ChartOptions {
        title: None,
        source: Vec::new(),
        warning: None,
        zone: Zone::utc(),
        execution_seconds: None,
        chart_type: None,
    };
    let [picture] = chart.finish(None, &options, [Width::Wide]);
    Ok((picture.svg.len(), png(&picture)?.len()))
}
