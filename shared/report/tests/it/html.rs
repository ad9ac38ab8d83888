//! Tables and images as HTML, read by html5ever.

use crate::{
    hostile::HOSTILE,
    states::{self, Answer, text},
};
use html5ever::{ParseOpts, parse_document, tendril::TendrilSink};
use kusto_protocol::sink::LimitReached;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use report::html::{
    figure::{Figure, ImageSource, chart},
    table::{Table, summary},
};

/// An element: its name, its attributes, and all text within it.
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
}

/// Every element of a document, in order, its text cut of blanks at both ends.
pub(crate) fn elements(html: &str) -> Vec<Element> {
    let document = parse_document(RcDom::default(), ParseOpts::default()).one(html);
    let mut elements = Vec::new();
    collect(&document.document, &mut elements);
    elements
}

fn collect(node: &Handle, elements: &mut Vec<Element>) {
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let attributes = attrs.borrow().iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect();
        let mut content = String::new();
        all_text(node, &mut content);
        elements.push(Element { name: name.local.to_string(), attributes, text: content.trim().to_owned() });
    }
    node.children.borrow().iter().for_each(|child| collect(child, elements));
}

fn all_text(node: &Handle, content: &mut String) {
    if let NodeData::Text { contents } = &node.data {
        content.push_str(&contents.borrow());
    }
    node.children.borrow().iter().for_each(|child| all_text(child, content));
}

fn texts(elements: &[Element], name: &str) -> Vec<String> {
    elements.iter().filter(|element| element.name == name).map(|element| element.text.clone()).collect()
}

fn table(answer: &Answer, mut table: Table, attached_as: Option<&str>) -> String {
    states::feed(&mut table, answer);
    table.finish(attached_as).into_string()
}

fn numbered(rows: usize) -> Answer {
    Answer {
        schema: "Name:string Count:long".into(),
        rows: (0..rows).map(|row| vec![text(&format!("name {row}")), row.to_string()]).collect(),
    }
}

#[test]
fn every_type_as_people_read_it() {
    let answer = Answer {
        schema: "b:bool t:datetime d:dynamic g:guid i:int l:long r:real s:string ts:timespan m:decimal".into(),
        rows: [
            [
                "true",
                "\"2026-11-20T06:00:00Z\"",
                "{\"a\": [1, 2]}",
                "\"74be27de-1e4e-49d9-b579-fe0b331d3642\"",
                "-1",
                "9007199254740993",
                "0.1",
                "\"text\"",
                "\"1.00:00:01\"",
                "\"0.1000000000000000000000000001\"",
            ],
            ["false", "\"2026-11-20T06:00:00.5Z\"", "null", "null", "null", "null", "\"NaN\"", "\"\"", "null", "null"],
        ]
        .map(|row| row.map(str::to_owned).to_vec())
        .to_vec(),
    };
    insta::assert_snapshot!(table(&answer, Table::first(50), None));
}

#[test]
fn the_first_rows_and_how_many_there_are() {
    let check = |answer: &Answer, rows: usize, attached_as, caption: &str, shown: usize| {
        let elements = elements(&table(answer, Table::first(rows), attached_as));
        assert_eq!(texts(&elements, "caption"), [caption]);
        assert_eq!(texts(&elements, "tr").len(), shown + 1);
    };
    check(&numbered(1_204), 50, None, "50 of 1,204 rows", 50);
    check(&numbered(1_204), 5_000, Some("report.csv"), "100 of 1,204 rows; all in report.csv", 100);
    check(&numbered(3), 50, None, "3 rows", 3);
    check(&numbered(1), 50, Some("report.csv"), "1 row; all in report.csv", 1);
    check(&numbered(0), 50, None, "0 rows", 0);
    check(&numbered(2), 0, None, "0 of 2 rows", 0);
}

#[test]
fn a_mail_has_room_for_80_kb_whatever_the_cells_hold() {
    let wide = Answer {
        schema: (0..2_000).map(|column| format!("column_number_{column}:string")).collect::<Vec<_>>().join(" "),
        rows: (0..60).map(|_| (0..2_000).map(|_| text(&"<&>".repeat(50))).collect()).collect(),
    };
    let long = Answer { schema: "s:string".into(), rows: (0..100).map(|_| vec![text(&"x".repeat(100_000))]).collect() };
    for answer in [&wide, &long] {
        let html = table(answer, Table::first(100), None);
        assert!(html.len() < 82_000, "{} bytes", html.len());
    }
    assert!(texts(&elements(&table(&wide, Table::first(100), None)), "caption")[0].ends_with("of 2,000 columns"));
}

#[test]
fn all_rows_or_an_error() {
    let mut sink = Table::all(200_000);
    states::feed(&mut sink, &numbered(1_000));
    assert_eq!(sink.row_count(), 1_000);
    assert_eq!(texts(&elements(sink.finish(None).as_str()), "tr").len(), 1_001);

    let mut sink = Table::all(2_000);
    let row = |sink: &mut Table| {
        use kusto_protocol::{
            cell::Row,
            column::{Column, ColumnType},
            sink::Sink,
        };
        sink.row(&Row::new(&[Column::new("s", ColumnType::String)], &["\"text\""]))
    };
    states::feed(&mut sink, &Answer { schema: "s:string".into(), rows: Vec::new() });
    let refused = (0..1_000).find_map(|_| row(&mut sink).err());
    assert_eq!(refused, Some(LimitReached { limit: 2_000, unit: "bytes" }));
}

#[test]
fn rows_that_were_replaced_are_forgotten() {
    use kusto_protocol::sink::Sink;
    let mut sink = Table::first(50);
    states::feed(&mut sink, &numbered(70));
    sink.forget_rows();
    assert_eq!(sink.row_count(), 0);
    assert_eq!(texts(&elements(sink.finish(None).as_str()), "caption"), ["0 rows"]);
}

#[test]
fn hostile_text_stays_text() {
    let rows = HOSTILE.iter().map(|cell| vec![text(cell), "1".to_owned()]).collect();
    let answer = Answer { schema: "<script>alert(1)</script>:string \"onload=\"x:long".into(), rows };
    let harmless = Answer {
        schema: "a:string b:long".into(),
        rows: HOSTILE.iter().map(|_| vec![text("a"), "1".into()]).collect(),
    };
    for make in [|| Table::first(50), || Table::all(1 << 20)] {
        let (found, expected) = (elements(&table(&answer, make(), None)), elements(&table(&harmless, make(), None)));
        let shape = |elements: &[Element]| -> Vec<(String, Vec<(String, String)>)> {
            elements.iter().map(|element| (element.name.clone(), element.attributes.clone())).collect()
        };
        assert_eq!(shape(&found), shape(&expected));
        let cells: Vec<String> = texts(&found, "td").into_iter().step_by(2).collect();
        assert_eq!(cells, HOSTILE);
        assert_eq!(texts(&found, "th"), ["<script>alert(1)</script>", "\"onload=\"x"]);
    }
}

#[test]
fn a_chart_is_an_image_with_words() {
    let hostile = states::picture(
        &states::answers::pairs("s:string n:long", &[("\"><script>", "1")]),
        Some(&states::render("barchart")),
        &states::options("\"><img src=x onerror=alert(1)>"),
    );
    let inline = elements(chart(Figure { picture: &hostile, source: ImageSource::Png(&[1, 2, 3]) }, None).as_str());
    let image = inline.iter().find(|element| element.name == "img").expect("an image");
    let attribute = |name: &str| image.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(attribute("src"), Some("data:image/png;base64,AQID"));
    assert_eq!((attribute("alt"), attribute("width")), (Some(hostile.alt_text.as_str()), Some("680")));
    assert_eq!(image.attributes.len(), 4);

    let linked =
        chart(Figure { picture: &hostile, source: ImageSource::ContentId("chart1@report\" onerror=\"x") }, None);
    let linked = elements(linked.as_str());
    assert_eq!(linked.last().expect("an image").attributes[0].1, "cid:chart1@report\" onerror=\"x");
}

#[test]
fn a_summary_of_the_series() {
    let picture = states::picture(
        &states::answers::services(&["api-gateway", "<b>"]),
        Some(&states::render("timechart")),
        &states::options("Requests"),
    );
    insta::assert_snapshot!(summary(&picture.series).as_str());
}
