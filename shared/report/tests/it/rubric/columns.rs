//! Item 1: the right columns are drawn. Whatever has no title is named after them.

use super::{Score, drawing::Drawing};
use crate::states::{Answer, at, options, picture, text};
use kusto_protocol::visualization::Visualization;

/// The kind, the columns as `name:type`, what is asked for as `x|y|series`, and the title and series that must be there.
const CASES: [(&str, &str, &str, &str); 22] = [
    ("timechart", "t:datetime n:long", "||", "n"),
    ("timechart", "n:long s:string t:datetime", "||", "n by s"),
    ("timechart", "t:datetime a:long b:real s:string", "||", "a, b by s"),
    ("timechart", "t:datetime t2:datetime n:decimal", "||", "n"),
    ("timechart", "t:datetime n:long m:long s:string", "|m|", "m by s"),
    ("timechart", "t:datetime n:long s:string g:string", "||g", "n by g"),
    ("timechart", "t:datetime n:long s:string g:string", "||", "n by s, g"),
    ("linechart", "x:real y:real s:string", "||", "y by s"),
    ("linechart", "x:real y:real z:real", "z||", "x, y by z"),
    ("areachart", "n:long t:datetime", "||", "n"),
    ("stackedareachart", "t:datetime n:long s:string", "||", "n by s"),
    ("anomalychart", "t:datetime n:long", "||", "n"),
    ("scatterchart", "x:real y:real s:string", "||", "y by s"),
    ("barchart", "s:string n:long", "||", "n by s"),
    ("barchart", "n:long s:string", "||", "n by s"),
    ("barchart", "s:string g:string n:long", "||", "n by g"),
    ("barchart", "size:long n:long", "||", "n by size"),
    ("columnchart", "t:datetime n:long m:long", "||", "n, m"),
    ("columnchart", "s:string n:long m:long", "|m|", "m by s"),
    ("piechart", "s:string n:long m:long", "||", "n by s"),
    ("timechart", "s:string n:long", "||", "timechart"),
    ("piechart", "s:string", "||", "piechart"),
];

/// Looks at the title of each.
pub(crate) fn columns() -> Score {
    let mut score = Score::default();
    for (kind, schema, asked, expected) in CASES {
        let mut names = asked.split('|').map(|name| Some(name.to_owned()).filter(|name| !name.is_empty()));
        let mut next = || names.next().flatten();
        let asked = Visualization {
            visualization: kind.to_owned(),
            x_column: next(),
            y_columns: next().into_iter().collect(),
            series: next().into_iter().collect(),
            ..Visualization::default()
        };
        let drawn = picture(&answer(schema), Some(&asked), &options(""));
        let title = Drawing::new(&drawn).words.first().map(|words| words.text.clone()).unwrap_or_default();
        score.look(title == expected, || format!("{kind} of {schema} is titled {title:?}, not {expected:?}"));
    }
    score
}

fn answer(schema: &str) -> Answer {
    let cell = |column: &str, row: i64| match column.rsplit_once(':') {
        Some((_, "datetime")) => at(13, row),
        Some((name, "string")) => text(&format!("{name}{row}")),
        _ => (row + 1).to_string(),
    };
    let rows = (0..3).map(|row| schema.split(' ').map(|column| cell(column, row)).collect()).collect();
    Answer { schema: schema.to_owned(), rows }
}
