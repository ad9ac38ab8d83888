//! Lines, areas and dots.

use super::{
    Answer,
    answers::{FIVE, anomalies, gap, machines, pairs, points, services, sizes, states},
    at, both, options, render, text, with,
};
use kusto_protocol::visualization::Visualization;
use report::{chart::ChartOptions, instant::Zone, picture::Picture};

pub(crate) fn times() -> Vec<(&'static str, [Picture; 2])> {
    let time = render("timechart");
    let many: Vec<String> = (0..60).map(|index| format!("host-{index:02}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let long = ["frontend-production-westeurope-blue", "frontend-production-northeurope-green", "backend"];
    let small = |names: &[&str], measure: &str| Answer {
        schema: format!("Timestamp:datetime Host:string {measure}:real"),
        rows: services(names).rows.chunks(names.len()).step_by(7).flatten().cloned().collect(),
    };
    let with = |change: fn(&mut Visualization)| {
        let mut asked = render("timechart");
        change(&mut asked);
        asked
    };
    let berlin =
        ChartOptions { zone: Zone::named("Europe/Berlin").expect("a zone"), ..options("Sign-ins per 15 minutes") };
    let truncated = ChartOptions {
        warning: Some("Kusto truncated the result at 50,000 rows".into()),
        ..options("Requests by service")
    };
    vec![
        ("time_five", both(&services(&FIVE), Some(&time), &options("Requests per 5 minutes by service"))),
        ("time_area", both(&gap(), Some(&render("areachart")), &options("Sign-ins per 15 minutes"))),
        ("time_gap", both(&gap(), Some(&time), &berlin)),
        ("time_sixty_other", both(&small(&many, "Requests"), Some(&time), &options("Requests by host"))),
        (
            "time_sixty_hidden",
            both(&small(&many, "avg Cpu Percent".replace(' ', "_").as_str()), Some(&time), &options("CPU by host")),
        ),
        ("time_legend", both(&services(&long), Some(&time), &options("Requests by deployment"))),
        ("time_truncated", both(&services(&FIVE[..2]), Some(&time), &truncated)),
        (
            "time_fixed_axis",
            both(
                &services(&FIVE[..2]),
                Some(&with(|asked| {
                    asked.y_min = Some(5_000.0);
                    asked.y_max = Some(12_000.0);
                    asked.y_title = Some("requests / 5 min".into());
                    asked.legend = Some("hidden".into());
                })),
                &options("Between 5,000 and 12,000"),
            ),
        ),
        (
            "time_two_days",
            both(
                &services(&FIVE[..2]),
                Some(&with(|asked| {
                    asked.x_min = Some("2026-11-14T12:00:00Z".into());
                    asked.x_max = Some("2026-11-16T12:00:00Z".into());
                })),
                &options("Two days of seven"),
            ),
        ),
        (
            "time_wide_axis",
            both(
                &services(&FIVE[..2]),
                Some(&with(|asked| asked.x_max = Some("2026-11-25".into()))),
                &options("To the end of the month"),
            ),
        ),
        (
            "time_nothing_there",
            both(
                &services(&FIVE[..2]),
                Some(&with(|asked| asked.x_min = Some("2027-01-01".into()))),
                &options("Next year"),
            ),
        ),
        (
            "time_accumulated",
            both(&services(&FIVE[..3]), Some(&with(|asked| asked.accumulate = true)), &options("Requests so far")),
        ),
    ]
}

pub(crate) fn odd() -> Vec<(&'static str, [Picture; 2])> {
    let time = render("timechart");
    let draw =
        |schema: &str, rows: &[(String, &str)], title: &str| both(&points(schema, rows), Some(&time), &options(title));
    let far = [("\"0001-01-01T00:00:00Z\"".to_owned(), "1"), ("\"9999-12-31T23:59:59.9999999Z\"".to_owned(), "2")];
    let negative: Vec<(String, &str)> =
        (0..40).map(|i| (at(13, i * 30), ["-4", "7", "2.5", "-1"][i as usize % 4])).collect();
    let tiny = [(at(13, 0), "1e-9"), (at(13, 1), "3e-9"), (at(13, 2), "2e-9")];
    let huge = [(at(13, 0), "1e12"), (at(13, 1), "\"Infinity\""), (at(13, 2), "2.4e12")];
    let duration = [(at(13, 0), "\"00:00:01.4200000\""), (at(13, 60), "\"00:03:20\""), (at(13, 120), "\"00:02:00\"")];
    let series = "[\"2026-11-13T00:00:00Z\",\"2026-11-14T00:00:00Z\",\"2026-11-15T00:00:00Z\"]";
    let make_series = Answer {
        schema: "Timestamp:dynamic Computer:string avg_Cpu:dynamic".into(),
        rows: vec![
            vec![series.into(), text("web"), "[10.5,null,12]".into()],
            vec![series.into(), text("db"), "[30,35,33]".into()],
        ],
    };
    let numeric = Answer {
        schema: "Load:real Latency:real".into(),
        rows: (0..200)
            .map(|i| vec![i.to_string(), format!("{:.2}", 20.0 + f64::from(i) * f64::from(i) / 400.0)])
            .collect(),
    };
    let ends: Vec<(String, String)> =
        (0..8).map(|i| (format!("series {i}"), format!("{}", 50.0 + f64::from(i) * 0.1))).collect();
    let ten_thousand = Answer {
        schema: "Timestamp:datetime Host:string Requests:long".into(),
        rows: (0..30_000)
            .map(|i| vec![at(13, i / 10_000), text(&format!("host-{:05}", i % 10_000)), (i % 97 + 1).to_string()])
            .collect(),
    };
    let clock_change = Answer {
        schema: "Timestamp:datetime Requests:long".into(),
        rows: (0..50).map(|i| vec![at(-7, i * 60), (i * 7 % 23 + 5).to_string()]).collect(),
    };
    let berlin =
        ChartOptions { zone: Zone::named("Europe/Berlin").expect("a zone"), ..options("The hour that comes twice") };
    let crowded = Answer {
        schema: "Timestamp:datetime Name:string Value:real".into(),
        rows: (0..20)
            .flat_map(|t| {
                ends.iter().map(move |(name, end)| {
                    vec![at(13, t * 60), text(name), if t == 19 { end.clone() } else { format!("{}", 20 + t * 2) }]
                })
            })
            .collect(),
    };
    vec![
        ("time_one_point", draw("Timestamp:datetime Count:long", &[(at(13, 0), "42")], "One point")),
        (
            "time_all_null",
            draw("Timestamp:datetime Count:long", &[(at(13, 0), "null"), (at(14, 0), "null")], "All null"),
        ),
        ("time_year_1_to_9999", draw("Timestamp:datetime Count:long", &far, "From year 1 to 9999")),
        ("time_negative", draw("Timestamp:datetime Change:real", &negative, "Change per half hour")),
        ("time_tiny", draw("Timestamp:datetime Value:real", &tiny, "Very small")),
        ("time_infinite", draw("Timestamp:datetime Value:real", &huge, "Very large, and infinite")),
        ("time_duration", draw("Timestamp:datetime Duration:timespan", &duration, "Query time")),
        ("time_make_series", both(&make_series, Some(&time), &options("CPU by computer"))),
        ("time_crowded_ends", both(&crowded, Some(&time), &options("Eight lines that end together"))),
        ("time_ten_thousand", both(&ten_thousand, Some(&time), &options("Ten thousand series"))),
        ("time_clock_change", both(&clock_change, Some(&time), &berlin)),
        ("line_numbers", both(&numeric, Some(&render("linechart")), &options("Latency by load"))),
    ]
}

pub(crate) fn marked() -> Vec<(&'static str, [Picture; 2])> {
    let zero = pairs("Part:string Count:long", &[("a", "1000"), ("b", "10"), ("c", "0"), ("d", "-3")]);
    let log = |kind: &str| with(kind, |asked| asked.y_axis = Some("log".into()));
    let both_log = with("scatterchart", |asked| {
        (asked.x_axis, asked.y_axis) = (Some("log".into()), Some("log".into()));
        (asked.x_title, asked.y_title) = (Some("Size of the answer in bytes".into()), Some("Latency in ms".into()));
    });
    let marked = with("anomalychart", |asked| asked.anomaly_columns = vec!["Anomaly".into()]);
    let titled = with("timechart", |asked| {
        (asked.x_title, asked.y_title) = (Some("Time of the sign-in".into()), Some("sign-ins / 15 min".into()));
    });
    let few = Answer {
        schema: "Timestamp:datetime Latency:real".into(),
        rows: (0..9).map(|i| vec![format!("\"2026-11-13T06:00:0{i}Z\""), (i * i % 7).to_string()]).collect(),
    };
    let pictures = [
        ("scatter", sizes(600), render("scatterchart"), "Latency by size"),
        ("scatter_log", sizes(600), both_log, "Latency by size, both in powers of ten"),
        ("scatter_many", sizes(60_000), log("scatterchart"), "Sixty thousand points"),
        ("time_log", services(&FIVE[..3]), log("timechart"), "Requests in powers of ten"),
        ("column_log", zero, log("columnchart"), "Powers of ten, and zero"),
        ("bar_log", states(9), log("barchart"), "Storm events by state"),
        ("anomaly", anomalies(), marked, "Sign-ins per 15 minutes"),
        ("anomaly_unnamed", anomalies(), render("anomalychart"), "Nothing is marked"),
        ("time_titles", anomalies(), titled, "Titles of both axes"),
        ("time_eight_seconds", few, render("timechart"), "Eight seconds"),
    ];
    pictures
        .into_iter()
        .map(|(name, answer, asked, title)| (name, both(&answer, Some(&asked), &options(title))))
        .collect()
}

pub(crate) fn split() -> Vec<(&'static str, [Picture; 2])> {
    let one = |columns: &[usize]| {
        let machines = machines();
        let schema: Vec<&str> = machines.schema.split(' ').collect();
        Answer {
            schema: columns.iter().map(|index| schema[*index]).collect::<Vec<_>>().join(" "),
            rows: machines
                .rows
                .iter()
                .step_by(2)
                .map(|row| columns.iter().map(|i| row[*i].clone()).collect())
                .collect(),
        }
    };
    let split = |how: &str| with("timechart", |asked| asked.y_split = Some(how.to_owned()));
    let titled = with("timechart", |asked| {
        (asked.y_split, asked.y_title) = (Some("panels".into()), Some("Load of the machines".into()));
    });
    let pictures = [
        ("panels", machines(), titled, "Three measures of two machines"),
        ("panels_single", one(&[0, 2, 3]), split("panels"), "Two measures"),
        ("axes", one(&[0, 2, 3]), split("axes"), "Two measures on two axes"),
        ("axes_three", one(&[0, 2, 3, 4]), split("axes"), "Three measures are too many"),
    ];
    pictures
        .into_iter()
        .map(|(name, answer, asked, title)| (name, both(&answer, Some(&asked), &options(title))))
        .collect()
}
