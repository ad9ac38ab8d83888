//! What every row, point or mail goes through, alone and in memory: `cargo bench --package tests`.

#![expect(clippy::expect_used, reason = "a bench that cannot run has nothing to measure")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kusto_protocol::{
    decoder::Decoder,
    sink::{Ignored, Sink},
};
use report::{
    chart::{Chart, ChartOptions},
    document::{Document, Format},
    html::{
        figure::{Figure, ImageSource},
        table::Table,
    },
    instant::Zone,
    mail::{Mail, Section},
    picture::{Picture, Width},
    png::png,
    rows::OnLimit,
};
use std::{fmt::Write, hint::black_box};

/// As much as the client hands on at once.
const CHUNK: usize = 64 << 10;
const NO_LIMIT: usize = 1 << 30;

/// An answer of rows with a time, one of five names and a number.
fn answer(rows: usize) -> String {
    let columns = [("Timestamp", "datetime"), ("Series", "string"), ("Value", "real")]
        .map(|(name, kind)| format!(r#"{{"ColumnName":"{name}","ColumnType":"{kind}"}}"#));
    let mut json = format!(
        r#"[{{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0"}},{{"FrameType":"DataTable","TableId":0,"TableKind":"PrimaryResult","TableName":"PrimaryResult","Columns":[{}],"Rows":["#,
        columns.join(",")
    );
    for row in 0..rows {
        let (second, series) = (row / 5, row % 5);
        let (hour, minute, value) = (second / 3600 % 24, second / 60 % 60, (row * 7919) % 1000 + series * 1000);
        let comma = if row == 0 { "" } else { "," };
        let _ = write!(
            json,
            r#"{comma}["2026-11-{:02}T{hour:02}:{minute:02}:{:02}Z","series \"{series}\"",{value}.25]"#,
            second / 86_400 % 28 + 1,
            second % 60
        );
    }
    json + r#"]},{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}]"#
}

/// The sink after an answer.
fn decoded<S: Sink>(answer: &str, mut sink: S) -> S {
    let mut decoder = Decoder::new(&mut sink);
    for chunk in answer.as_bytes().chunks(CHUNK) {
        decoder.feed(chunk).expect("an answer of ours");
    }
    decoder.finish().expect("an answer of ours");
    sink
}

fn picture(chart: Chart) -> Picture {
    let options = ChartOptions {
        title: None,
        source: Vec::new(),
        warning: None,
        zone: Zone::utc(),
        execution_seconds: None,
        chart_type: None,
    };
    let [picture] = chart.finish(None, &options, [Width::Wide]);
    picture
}

fn rows(criterion: &mut Criterion) {
    let answer = answer(10_000);
    let mut group = criterion.benchmark_group("10,000 rows");
    group.throughput(Throughput::Bytes(answer.len() as u64));
    group.bench_function("decoded", |bencher| bencher.iter(|| decoded(black_box(&answer), Ignored)));
    for (name, format) in [
        ("as JSON", Format::Json),
        ("as JSON lines", Format::Jsonl),
        ("as CSV", Format::Csv),
        ("as HTML", Format::Html),
        ("as text", Format::Text),
    ] {
        let sink = || Document::new(format, NO_LIMIT, true, OnLimit::Error).expect("a format that is not cut");
        group.bench_function(name, |bencher| bencher.iter(|| decoded(black_box(&answer), sink()).finish(None)));
    }
    group.finish();
}

fn charts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("chart");
    group.sample_size(10);
    for points in [1_000, 50_000, 500_000] {
        let answer = answer(points);
        let chart = || decoded(&answer, Chart::default());
        group.bench_function(format!("{points} points drawn"), |bencher| {
            bencher.iter_batched(chart, picture, BatchSize::PerIteration);
        });
    }
    let drawn = picture(decoded(&answer(5_000), Chart::default()));
    group.bench_function("as PNG", |bencher| bencher.iter(|| png(black_box(&drawn))));
    group.finish();
}

fn mail(criterion: &mut Criterion) {
    let answer = answer(50);
    let drawn = picture(decoded(&answer, Chart::default()));
    let figure = Figure { picture: &drawn, source: ImageSource::ContentId("chart@report") };
    criterion.bench_function("mail of a chart and 50 rows", |bencher| {
        bencher.iter(|| {
            let html = decoded(black_box(&answer), Table::first(50)).finish(None);
            let rows = Section { title: None, html, text: String::new() };
            let text = |text: &str| text.to_owned();
            Mail {
                title: text("Load"),
                meta: text("20 November 2026"),
                preheader: text("50 rows"),
                sections: vec![Section::chart(None, figure, None), rows],
                button: None,
                footer: text("Sent by a schedule"),
            }
            .render()
        });
    });
}

criterion_group!(benches, rows, charts, mail);
criterion_main!(benches);
