//! Names, cells and titles that do harm where they are not escaped: what is drawn has the elements of any other picture, and shows
//! the text as it is.

use crate::states::{WIDTHS, options, with};
use kusto_protocol::{
    cell::Row,
    column::{Column, ColumnType},
    sink::{Sink, TableHeader},
};
use report::{
    chart::{Chart, ChartOptions, Failure, failure},
    picture::Picture,
};
use std::collections::BTreeSet;

/// Texts that do harm where they are not escaped, each in its place.
pub(crate) const HOSTILE: [&str; 46] = [
    "<script>alert(1)</script>",
    "<ScRiPt/src=//evil.example>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "\" onload=\"alert(1)",
    "</td></tr></table><iframe src=javascript:alert(1)>",
    "</text></svg><script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    "<svg><use href=#x /></svg>",
    "<image href=http://evil.example/>",
    "<a xlink:href=javascript:x>y</a>",
    "<foreignObject><b>x</b>",
    "<style>*{display:none}</style>",
    "<animate onbegin=alert(1)>",
    "<![CDATA[x]]>",
    "]]><![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml version=\"1.0\"?>",
    "<!DOCTYPE x [<!ENTITY y \"z\">]>",
    "&y;",
    "&#0;",
    "&#x3c;script&#x3e;",
    "&lt;b&gt; &amp;nbsp;",
    "&",
    "<",
    "{{ 7 * 7 }} {% raw %}",
    "${7*7} #{7*7} <%= 7 %>",
    "javascript:alert(1)",
    "url(http://evil.example)",
    "=HYPERLINK(\"http://x\")",
    "\\\"\\'\\\\",
    "\u{202e}gpj.exe",
    "\u{2066}left\u{2069} \u{202a}right\u{202c}",
    "\u{200b}\u{200d}\u{2060}zero width",
    "a\u{301}\u{302}\u{303}\u{304} combining",
    "\u{1f9d1}\u{200d}\u{1f4bb} emoji",
    "مرحبا بالعالم",
    "漢字かな",
    "%00%0d%0a",
    "../../etc/passwd",
    "'; drop table x --",
    "NaN",
    "null",
    "[object Object]",
];

/// The same, and what cannot be in XML or HTML, or is very long.
fn all() -> Vec<String> {
    let controls: String = (0..0x20_u32).chain(0x7f..0xa0).filter_map(char::from_u32).collect();
    let odd = [
        format!("a{controls}b"),
        "a\u{fffe}b\u{ffff}c\u{feff}d".to_owned(),
        "one\u{2028}two\u{2029}three\u{85}four".to_owned(),
        "\u{1b}[31mred\u{1b}[0m".to_owned(),
        "\0".to_owned(),
        " \t\n ".to_owned(),
        String::new(),
        "w".repeat(10_000),
        "<b>".repeat(10_000),
        "\u{202e}".repeat(10_000),
        "\u{301}".repeat(10_000),
        "&".repeat(10_000),
    ];
    HOSTILE.into_iter().map(str::to_owned).chain(odd).collect()
}

const KINDS: [&str; 11] = [
    "timechart",
    "linechart",
    "anomalychart",
    "stackedareachart",
    "scatterchart",
    "barchart",
    "columnchart",
    "piechart",
    "card",
    "table",
    "treemap",
];

/// Pictures in which `words` is the title, the name of every column, of a series and of a category, and of both axes.
fn pictures(kind: &str, words: &str) -> [Picture; 2] {
    let columns = [
        Column::new(format!("{words}1"), ColumnType::DateTime),
        Column::new(words, ColumnType::String),
        Column::new(format!("{words}2"), ColumnType::Real),
    ];
    let mut chart = Chart::default();
    chart.table(&TableHeader { name: words.to_owned(), columns: columns.to_vec() }).expect("a table");
    let cell = serde_json::to_string(words).expect("JSON");
    for (hour, name) in [(6, cell.as_str()), (6, "\"other\""), (7, cell.as_str()), (7, "\"other\"")] {
        let time = format!("\"2026-11-13T0{hour}:00:00Z\"");
        chart.row(&Row::new(&columns, &[&time, name, "3.5"])).expect("a row");
    }
    let asked = with(kind, |asked| {
        (asked.x_title, asked.y_title) = (Some(words.to_owned()), Some(words.to_owned()));
        asked.x_column = matches!(kind, "barchart" | "columnchart" | "piechart").then(|| words.to_owned());
        asked.anomaly_columns = vec![words.to_owned()];
        asked.series = vec![words.to_owned(), format!("{words}9")];
    });
    let source = vec![words.to_owned()];
    let options = ChartOptions { source, warning: Some(words.to_owned()), ..options(words) };
    chart.finish(Some(&asked), &options, WIDTHS)
}

/// Elements with the names of their attributes.
fn shapes(svg: &str) -> BTreeSet<(String, Vec<String>)> {
    let document = roxmltree::Document::parse(svg).expect("XML");
    let elements = document.descendants().filter(roxmltree::Node::is_element);
    let shape = |element: roxmltree::Node<'_, '_>| {
        let mut attributes: Vec<String> = element.attributes().map(|attribute| attribute.name().to_owned()).collect();
        attributes.sort();
        (element.tag_name().name().to_owned(), attributes)
    };
    elements.map(shape).collect()
}

/// The text as XML can carry it, in one line.
fn clean(text: &str) -> String {
    let one = |character: char| match character {
        '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{fffe}' | '\u{ffff}' => None,
        _ if character.is_control() => None,
        _ => Some(character),
    };
    text.chars().filter_map(one).collect::<String>().trim().to_owned()
}

#[test]
fn a_picture_has_the_elements_of_any_other_and_shows_the_text_as_it_is() {
    for kind in KINDS {
        let expected: BTreeSet<(String, Vec<String>)> = ["plain", "漢字 name"]
            .iter()
            .flat_map(|words| pictures(kind, words))
            .flat_map(|picture| shapes(&picture.svg))
            .collect();
        for words in all() {
            for picture in pictures(kind, &words) {
                let found = shapes(&picture.svg);
                let foreign: Vec<_> = found.difference(&expected).collect();
                assert!(
                    foreign.is_empty(),
                    "{kind} with {:?}: {foreign:?}",
                    words.chars().take(40).collect::<String>()
                );
                shows(kind, &words, &picture);
            }
        }
    }
}

/// What is too long is cut; what is empty is said to be.
#[track_caller]
fn shows(kind: &str, words: &str, picture: &Picture) {
    let document = roxmltree::Document::parse(&picture.svg).expect("XML");
    let elements = document.descendants().filter(|node| node.tag_name().name() == "text");
    let texts: Vec<&str> = elements.filter_map(|node| node.text()).collect();
    let clean = clean(words);
    let begin = clean.chars().take(12).collect::<String>();
    let shown = match clean.chars().count() {
        0 => true,
        short if short <= 28 => texts.iter().filter(|text| **text == clean).count() >= 2,
        _ => texts.iter().any(|text| text.starts_with(&begin)),
    };
    assert!(shown, "{kind} with {begin:?}: {texts:?}");
    assert_eq!(document.root_element().attribute("aria-label"), Some(picture.alt_text.as_str()));
    assert!(picture.alt_text.chars().count() < 1_500 && !picture.alt_text.chars().any(char::is_control));
}

#[test]
fn an_error_shows_the_text_as_it_is() {
    let expected =
        shapes(&failure(&Failure { code: "X", message: "y", activity_id: Some("z") }, &options("t"), WIDTHS[0]).svg);
    for words in all() {
        let hostile = Failure { code: &words, message: &words, activity_id: Some(&words) };
        for width in WIDTHS {
            let picture = failure(&hostile, &options(&words), width);
            assert!(shapes(&picture.svg).is_subset(&expected), "{words:?}");
        }
    }
}
