//! Every kind of picture in every state, from made-up results.

pub(crate) mod answers;
mod bars;
mod lines;
mod words;

use kusto_protocol::{
    cell::Row,
    column::{Column, ColumnType},
    sink::{Sink, TableHeader},
    visualization::Visualization,
};
use report::{
    chart::{Chart, ChartOptions},
    instant::Zone,
    picture::{Picture, Width},
};

/// The widths in which every state is drawn.
pub(crate) const WIDTHS: [Width; 2] = [Width::Wide, Width::Narrow];

/// A result: its schema as `name:type name:type`, and its rows as JSON texts.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) schema: String,
    pub(crate) rows: Vec<Vec<String>>,
}

/// Options without any wish.
pub(crate) fn options(title: &str) -> ChartOptions {
    ChartOptions {
        title: (!title.is_empty()).then(|| title.to_owned()),
        source: vec!["cluster help, database Samples".to_owned()],
        warning: None,
        zone: Zone::utc(),
        execution_seconds: Some(0.42),
        chart_type: None,
    }
}

/// `render kind`.
pub(crate) fn render(kind: &str) -> Visualization {
    Visualization { visualization: kind.to_owned(), ..Visualization::default() }
}

/// `render kind with (change)`.
pub(crate) fn with(kind: &str, change: impl FnOnce(&mut Visualization)) -> Visualization {
    let mut asked = render(kind);
    change(&mut asked);
    asked
}

/// `render kind with (kind=stacking)`.
pub(crate) fn of_kind(kind: &str, stacking: &str) -> Visualization {
    with(kind, |asked| asked.kind = Some(stacking.to_owned()))
}

/// Hands an answer to a sink.
pub(crate) fn feed(sink: &mut impl Sink, answer: &Answer) {
    let column = |text: &str| {
        let (name, column_type) = text.rsplit_once(':').expect("name:type");
        Column::new(name.replace('_', " "), ColumnType::from_name(column_type).expect("a type"))
    };
    let columns: Vec<Column> = answer.schema.split(' ').filter(|column| !column.is_empty()).map(column).collect();
    sink.table(&TableHeader { name: "PrimaryResult".into(), columns: columns.clone() }).expect("a table");
    for row in &answer.rows {
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        sink.row(&Row::new(&columns, &cells)).expect("a row");
    }
}

/// The picture of an answer.
pub(crate) fn picture(answer: &Answer, asked: Option<&Visualization>, options: &ChartOptions) -> Picture {
    let [wide] = pictures(answer, asked, options, [Width::Wide]);
    wide
}

/// The pictures of an answer, wide and narrow.
pub(crate) fn both(answer: &Answer, asked: Option<&Visualization>, options: &ChartOptions) -> [Picture; 2] {
    pictures(answer, asked, options, WIDTHS)
}

fn pictures<const N: usize>(
    answer: &Answer,
    asked: Option<&Visualization>,
    options: &ChartOptions,
    widths: [Width; N],
) -> [Picture; N] {
    let mut chart = Chart::default();
    feed(&mut chart, answer);
    chart.finish(asked, options, widths)
}

/// A JSON string.
pub(crate) fn text(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            c if (c as u32) < 0x20 => format!("\\u{:04x}", c as u32),
            c => c.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

/// `minute` minutes after the beginning of `day` November 2026, which may be any number of days.
pub(crate) fn at(day: i64, minute: i64) -> String {
    let (day, minute) = (day + minute.div_euclid(1440), minute.rem_euclid(1440));
    let (month, day) = if day < 1 { (10, day + 31) } else { (11, day) };
    format!("\"2026-{month}-{day:02}T{:02}:{:02}:00Z\"", minute / 60, minute % 60)
}

/// Every state by its name, wide and narrow.
pub(crate) fn all() -> Vec<(String, Picture)> {
    let states = [
        lines::times(),
        lines::odd(),
        lines::marked(),
        lines::split(),
        bars::bars(),
        bars::stacked(),
        words::pies(),
        words::cards(),
        words::words(),
    ];
    let named =
        |(name, [wide, narrow]): (&str, [Picture; 2])| [(name.to_owned(), wide), (format!("{name}_narrow"), narrow)];
    states.into_iter().flatten().flat_map(named).collect()
}
