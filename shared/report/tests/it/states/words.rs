//! Pies, cards, tables, and words in place of a chart.

use super::{
    Answer, WIDTHS,
    answers::{FIVE, alerts, anomalies, pairs, results, services, states},
    both, options, render, text,
};
use report::{
    chart::{Failure, failure},
    picture::Picture,
};

pub(crate) fn pies() -> Vec<(&'static str, [Picture; 2])> {
    let pie = render("piechart");
    let eight: Vec<(String, String)> = (0..8).map(|i| (format!("part {i}"), (100 >> i).to_string())).collect();
    let eight: Vec<(&str, &str)> = eight.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    vec![
        ("pie_five", both(&results(), Some(&pie), &options("Requests by result"))),
        ("pie_eight", both(&pairs("Part:string Count:long", &eight), Some(&pie), &options("Eight parts"))),
        ("pie_one", both(&pairs("Part:string Count:long", &[("all of it", "3")]), Some(&pie), &options("One part"))),
        ("pie_many", both(&states(30), Some(&pie), &options("Too many parts"))),
        (
            "pie_negative",
            both(
                &pairs("Part:string Count:long", &[("gain", "3"), ("loss", "-2")]),
                Some(&pie),
                &options("Gain and loss"),
            ),
        ),
        (
            "pie_zero",
            both(&pairs("Part:string Count:long", &[("a", "0"), ("b", "0")]), Some(&pie), &options("Nothing in it")),
        ),
        (
            "pie_severities",
            both(
                &pairs(
                    "Severity:string Alerts:long",
                    &[("Low", "50"), ("High", "12"), ("Medium", "30"), ("Informational", "80")],
                ),
                Some(&pie),
                &options("Alerts by severity"),
            ),
        ),
    ]
}

pub(crate) fn cards() -> Vec<(&'static str, [Picture; 2])> {
    let card = render("card");
    let health = Answer {
        schema: "Rows_ingested:long Failed_operations:long p95_query_time:timespan".into(),
        rows: vec![vec!["48234567".into(), "17".into(), "\"00:00:01.4200000\"".into()]],
    };
    let many = Answer {
        schema: (0..12).map(|i| format!("Value_{i}:string")).collect::<Vec<_>>().join(" "),
        rows: vec![(0..12).map(|i| text(&"long value ".repeat(i + 1))).collect(); 2],
    };
    let single = Answer { schema: "Availability_percent:real".into(), rows: vec![vec!["99.95".into()]] };
    vec![
        ("card", both(&health, Some(&card), &options("Ingestion health"))),
        ("card_single", both(&single, Some(&card), &options("Availability"))),
        ("card_many", both(&many, Some(&card), &options("Many values"))),
    ]
}

pub(crate) fn words() -> Vec<(&'static str, [Picture; 2])> {
    let none = Answer { schema: "Country:string Count:long".into(), rows: Vec::new() };
    let hostile = pairs(
        "<script>:string Count:long",
        &[
            ("<script>alert(1)</script>", "3"),
            ("🙂🙃", "2"),
            ("a\u{1}b\u{ffff}c\u{202e}txt.exe", "1"),
            (&"x".repeat(10_000), "4"),
        ],
    );
    let emoji = pairs("Team:string Alerts:long", &[("🚒🔥", "5"), ("消防", "3"), ("فريق", "2"), ("Feuerwehr", "1")]);
    let error = Failure {
        code: "SEM0100",
        message: "'where' operator: Failed to resolve column or scalar expression named 'Countryy'\nsecond line",
        activity_id: Some("7e3c1b1e-0000-0000-0000-000000000091"),
    };
    vec![
        ("empty", both(&none, Some(&render("timechart")), &options("Failed sign-ins by country"))),
        ("error", WIDTHS.map(|width| failure(&error, &options("Failed sign-ins by country"), width))),
        ("table", both(&states(67), Some(&render("table")), &options("Storm events by state"))),
        ("table_for_treemap", both(&alerts(), Some(&render("treemap")), &options("Alerts"))),
        ("table_no_datetime", both(&states(3), Some(&render("timechart")), &options("Storm events by state"))),
        ("hostile", both(&hostile, Some(&render("barchart")), &options(&"<b>title</b>&\u{0}\"'".repeat(40)))),
        ("names_of_emoji", both(&emoji, Some(&render("piechart")), &options("🚒 Alerts by team"))),
        ("table_of_times", both(&anomalies(), Some(&render("table")), &options("Sign-ins"))),
        ("untitled", both(&services(&FIVE[..3]), None, &options(""))),
    ]
}
