//! Bars, columns and stacks.

use super::{
    Answer,
    answers::{alerts, hourly, pairs, states, wave},
    at, both, of_kind, options, render, text,
};
use report::picture::Picture;

pub(crate) fn bars() -> Vec<(&'static str, [Picture; 2])> {
    let (bar, column) = (render("barchart"), render("columnchart"));
    let change = pairs(
        "Team:string Change:real",
        &[("Payments", "12.5"), ("Search", "-4.25"), ("Identity", "0"), ("Mobile", "-11"), ("Data", "null")],
    );
    let hours = Answer {
        schema: "Hour:datetime Requests:long".into(),
        rows: (0..24)
            .map(|hour| vec![at(20, hour * 60), format!("{}", (900.0 + 500.0 * wave(hour * 60)).round())])
            .collect(),
    };
    let days = Answer {
        schema: "Day:datetime Errors:long".into(),
        rows: (0..7).map(|day| vec![at(13 + day, 0), (day * 37 % 50 + 1).to_string()]).collect(),
    };
    let minutes = Answer {
        schema: "Minute:datetime Requests:long".into(),
        rows: (0..1000).map(|minute| vec![at(20, minute), (minute * 37 % 50 + 1).to_string()]).collect(),
    };
    vec![
        ("bar_nine", both(&states(9), Some(&bar), &options("Storm events by state"))),
        ("bar_sixty_seven", both(&states(67), Some(&bar), &options("Storm events by state"))),
        ("bar_grouped", both(&alerts(), Some(&bar), &options("Alerts by day and severity"))),
        ("bar_negative", both(&change, Some(&bar), &options("Change against the month before"))),
        (
            "bar_long_names",
            both(
                &pairs(
                    "Url:string Hits:long",
                    &[("/api/v1/orders/{id}/items/{item}/history", "120034"), ("/", "99"), ("", "7")],
                ),
                Some(&bar),
                &options("Hits"),
            ),
        ),
        ("column_grouped", both(&alerts(), Some(&column), &options("Alerts by day and severity"))),
        ("column_days", both(&days, Some(&column), &options("Errors by day"))),
        ("column_hours", both(&hours, Some(&column), &options("Requests by hour"))),
        ("column_negative", both(&change, Some(&column), &options("Change against the month before"))),
        ("column_too_long_names", both(&states(14), Some(&column), &options("Storm events by state"))),
        ("column_thousand", both(&minutes, Some(&column), &options("Requests by minute"))),
    ]
}

pub(crate) fn stacked() -> Vec<(&'static str, [Picture; 2])> {
    let mut sparse = hourly();
    sparse.rows =
        sparse.rows.into_iter().enumerate().filter(|(i, _)| i % 5 != 1 || i % 9 != 0).map(|(_, row)| row).collect();
    let mut below = alerts();
    below.rows[4][2] = "-200".into();
    let title = "Requests per hour by service";
    let alerts_title = "Alerts by day and severity";
    let hours = Answer {
        schema: "Hour:datetime Severity:string Alerts:long".into(),
        rows: (0..72)
            .flat_map(|hour| {
                ["High", "Medium", "Low"].iter().enumerate().map(move |(i, severity)| {
                    vec![at(13, hour * 60), text(severity), ((hour * (i as i64 + 3)) % 11 + 4).to_string()]
                })
            })
            .collect(),
    };
    let pictures = [
        ("area_unstacked", hourly(), of_kind("areachart", "unstacked"), title),
        ("area_stacked", hourly(), render("stackedareachart"), title),
        ("area_stacked_sparse", sparse, render("stackedareachart"), "Some hours are missing"),
        ("area_stacked100", hourly(), of_kind("areachart", "stacked100"), "Share of requests per hour by service"),
        ("column_stacked", alerts(), of_kind("columnchart", "stacked"), alerts_title),
        ("column_stacked100", alerts(), of_kind("columnchart", "stacked100"), "Share of alerts by day"),
        ("column_stacked_negative", below, of_kind("columnchart", "stacked"), "One is negative"),
        ("column_stacked_hours", hours, of_kind("columnchart", "stacked"), "Alerts by hour and severity"),
        ("bar_stacked", alerts(), of_kind("barchart", "stacked"), alerts_title),
        ("bar_stacked100", alerts(), of_kind("barchart", "stacked100"), "Share of alerts by day"),
    ];
    pictures
        .into_iter()
        .map(|(name, answer, asked, title)| (name, both(&answer, Some(&asked), &options(title))))
        .collect()
}
