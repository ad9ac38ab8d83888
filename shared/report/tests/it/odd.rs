//! Results nobody thought of: whatever arrives, there is a picture or a table, and it is a well-formed one.

use crate::{
    rubric::{Judged, texts},
    states::{Answer, both, options},
};
use kusto_protocol::visualization::Visualization;
use proptest::{
    prelude::{Just, ProptestConfig, Strategy, any, prop, proptest},
    sample::select,
};
use report::{chart::ChartOptions, instant::Zone};

const TYPES: [&str; 10] =
    ["bool", "datetime", "dynamic", "guid", "int", "long", "real", "string", "timespan", "decimal"];
const KINDS: [&str; 16] = [
    "timechart",
    "linechart",
    "anomalychart",
    "areachart",
    "stackedareachart",
    "barchart",
    "columnchart",
    "piechart",
    "scatterchart",
    "card",
    "table",
    "treemap",
    "pivotchart",
    "",
    "no such kind",
    "<b>",
];
const CELLS: [&str; 34] = [
    "null",
    "0",
    "-0.0",
    "1",
    "-1",
    "1e308",
    "-1e308",
    "5e-324",
    "1e-300",
    "9223372036854775807",
    "\"NaN\"",
    "\"Infinity\"",
    "\"-Infinity\"",
    "\"\"",
    "\"a\"",
    "\"b\"",
    "\"\\u0000\\uffff\"",
    "\"🙂\"",
    "\"\\ud800\"",
    "true",
    "[1,2,3]",
    "[]",
    "[null]",
    "[\"2026-11-20T06:00:00Z\",null]",
    "{}",
    "\"[4,5]\"",
    "\"0001-01-01T00:00:00Z\"",
    "\"9999-12-31T23:59:59.9999999Z\"",
    "\"2026-11-20T06:00:00Z\"",
    "\"2026-03-29T01:30:00Z\"",
    "\"00:00:01\"",
    "\"-106751991.02:48:05.4775808\"",
    "\"0.1000000000000000000000000001\"",
    "not JSON at all",
];

fn answers() -> impl Strategy<Value = Answer> {
    prop::collection::vec(select(&TYPES[..]), 0..6).prop_flat_map(|types| {
        let row = prop::collection::vec(select(&CELLS[..]).prop_map(str::to_owned), types.len());
        let names = ["x", "y", "s", "Bytes", "avg_Percent", "z"];
        let schema = types.iter().zip(names).map(|(t, name)| format!("{name}:{t}")).collect::<Vec<_>>().join(" ");
        (Just(schema), prop::collection::vec(row, 0..40)).prop_map(|(schema, rows)| Answer { schema, rows })
    })
}

fn wishes() -> impl Strategy<Value = Visualization> {
    let x_ends = || {
        let ends = ["2026-11-20", "0001-01-01T00:00:00Z", "1e308", "-1", "2", "00:00:01", "NaN", "\u{0}", "🙂"];
        prop::option::of(select(ends.to_vec()).prop_map(str::to_owned))
    };
    let ends = || prop::option::of(select(&[0.0, -5.0, 1e300, 5e-324, f64::NAN, f64::INFINITY][..]));
    let columns = || prop::collection::vec(select(&["x", "y", "s", "gone"][..]).prop_map(str::to_owned), 0..2);
    let word = |words: &'static [&'static str]| prop::option::of(select(words).prop_map(str::to_owned));
    let looks = (
        word(&["stacked", "stacked100", "unstacked", "map", "odd"]),
        word(&["linear", "log"]),
        word(&["linear", "log"]),
        word(&["none", "axes", "panels", "odd"]),
        word(&["hidden", "visible"]),
        word(&["a title", "\u{0}", "🙂"]),
    );
    let placed = (select(&KINDS[..]), ends(), ends(), columns(), columns(), columns(), any::<bool>());
    (placed, looks, x_ends(), x_ends()).prop_map(
        |((kind, y_min, y_max, y, s, anomalies, accumulate), look, x_min, x_max)| {
            let (stacking, x_axis, y_axis, y_split, legend, x_title) = look;
            Visualization {
                visualization: kind.to_owned(),
                kind: stacking,
                y_min,
                y_max,
                x_min,
                x_max,
                y_columns: y,
                series: s,
                anomaly_columns: anomalies,
                accumulate,
                x_axis,
                y_axis,
                y_split,
                legend,
                x_title,
                ..Visualization::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_has_a_picture(answer in answers(), asked in wishes(), zone in select(&["UTC", "Europe/Berlin", "Pacific/Kiritimati"][..])) {
        let options = ChartOptions { zone: Zone::named(zone).expect("a zone"), ..options("") };
        for picture in both(&answer, Some(&asked), &options) {
        let document = roxmltree::Document::parse(&picture.svg).expect("XML");
        let words: Vec<&str> = document.descendants().filter(|n| n.tag_name().name() == "text").filter_map(|n| n.text()).collect();
        assert!(!words.is_empty(), "never a picture without words");
        // A cell may say NaN; a figure that was worked out never does.
        let figures = picture.series.iter().flat_map(|s| [&s.average, &s.minimum, &s.maximum, &s.last]);
        assert!(figures.into_iter().all(|figure| figure.starts_with(|c: char| c.is_ascii_digit() || c == '−')), "{:?}", picture.series);
        assert!(!["with NaN", "with inf", " NaN%"].iter().any(|odd| picture.alt_text.contains(odd)), "{}", picture.alt_text);
        assert!(picture.height < 3_000 && !picture.alt_text.is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_text_overlaps_whatever_arrives(answer in answers(), asked in wishes()) {
        let drawn = both(&answer, Some(&asked), &options("A title")).map(|picture| Judged::new(("odd".to_owned(), picture)));
        let wrong = [texts::apart(&drawn).wrong, texts::off_data(&drawn).wrong].concat();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn long_names_leave_room_for_bars_between_long_values() {
    let rows = [["\"9999-12-31T23:59:59.9999999Z\"", "1e308"], ["\"b\"", "-1e308"]];
    let rows = rows.map(|row| row.map(str::to_owned).to_vec()).to_vec();
    let answer = Answer { schema: "Name:string Bytes:real".into(), rows };
    let asked = crate::states::render("barchart");
    for picture in both(&answer, Some(&asked), &options("A title")) {
        let judged = [Judged::new(("long".to_owned(), picture))];
        let wrong = [texts::apart(&judged).wrong, texts::off_data(&judged).wrong].concat();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
