//! Every kind of picture in every state, from made-up results.

use kusto_protocol::{
    cell::Row,
    column::{Column, ColumnType},
    sink::{Sink, TableHeader},
    visualization::Visualization,
};
use report::{
    chart::{Chart, ChartOptions, Failure, failure},
    instant::Zone,
    picture::Picture,
};

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
    let mut chart = Chart::default();
    feed(&mut chart, answer);
    chart.finish(asked, options)
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
    format!("\"2026-11-{day:02}T{:02}:{:02}:00Z\"", minute / 60, minute % 60)
}

/// Numbers between 0 and 1 that are the same in every run.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn wave(minute: i64) -> f64 {
    (std::f64::consts::TAU * (minute as f64 + 420.0) / 1440.0).sin()
}

/// Requests by service, a point in five minutes over a week.
pub(crate) fn services(names: &[&str]) -> Answer {
    let mut noise = Noise::new(7);
    let mut drift = vec![0.0; names.len()];
    let mut rows = Vec::new();
    for step in 0..2016 {
        let minute = step * 5 + 360;
        for (index, name) in names.iter().enumerate() {
            drift[index] = drift[index] * 0.97 + (noise.next() - 0.5) * 0.08;
            let base = 13_000.0 / (index as f64 * 0.9 + 1.0);
            let value = base * (1.0 + 0.32 * wave(minute) + drift[index]);
            rows.push(vec![at(13, minute), text(name), format!("{}", value.round())]);
        }
    }
    Answer { schema: "Timestamp:datetime Service:string Requests:long".into(), rows }
}

/// One line with three hours missing, nulls and a lone point in the gap.
pub(crate) fn gap() -> Answer {
    let mut noise = Noise::new(3);
    let rows = (0..672).map(|step| {
        let minute = step * 15;
        let value = format!("{}", (11_000.0 + 4_000.0 * wave(minute) + 900.0 * noise.next()).round());
        let missing = (300..330).contains(&step) && step != 314;
        vec![at(13, minute), if missing { "null".to_owned() } else { value }]
    });
    Answer { schema: "Timestamp:datetime SignIns:long".into(), rows: rows.collect() }
}

/// Counts by state.
pub(crate) fn states(count: usize) -> Answer {
    const NAMES: [&str; 8] = ["TEXAS", "KANSAS", "IOWA", "ILLINOIS", "MISSOURI", "GEORGIA", "MINNESOTA", "WISCONSIN"];
    const COUNTS: [u32; 8] = [4701, 3166, 2337, 2022, 2016, 1983, 1881, 1850];
    let row = |index: usize| match NAMES.get(index) {
        Some(name) => vec![text(name), COUNTS[index].to_string()],
        None => vec![text(&format!("STATE {index}")), (1800 / (index - 5)).to_string()],
    };
    Answer { schema: "State:string Events:long".into(), rows: (0..count).map(row).collect() }
}

/// Alerts by day and severity.
pub(crate) fn alerts() -> Answer {
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let counts = [
        [120, 310, 420],
        [140, 280, 510],
        [90, 330, 480],
        [160, 290, 530],
        [210, 350, 460],
        [40, 120, 260],
        [35, 110, 240],
    ];
    let mut rows = Vec::new();
    for (day, counts) in days.iter().zip(counts) {
        for (severity, count) in ["High", "Medium", "Low"].iter().zip(counts) {
            rows.push(vec![text(day), text(severity), count.to_string()]);
        }
    }
    Answer { schema: "Day:string Severity:string Alerts:long".into(), rows }
}

/// Pairs of a name and a number.
pub(crate) fn pairs(schema: &str, pairs: &[(&str, &str)]) -> Answer {
    Answer {
        schema: schema.into(),
        rows: pairs.iter().map(|(name, value)| vec![text(name), (*value).to_owned()]).collect(),
    }
}

/// A time and a number in each row.
pub(crate) fn points(schema: &str, points: &[(String, &str)]) -> Answer {
    Answer {
        schema: schema.into(),
        rows: points.iter().map(|(time, value)| vec![time.clone(), (*value).to_owned()]).collect(),
    }
}

/// Every state by its name.
pub(crate) fn all() -> Vec<(&'static str, Picture)> {
    let mut pictures = times();
    pictures.extend(odd_times());
    pictures.extend(bars());
    pictures.extend(stacks());
    pictures.extend(pies());
    pictures.extend(dots());
    pictures.extend(splits());
    pictures.extend(cards());
    pictures.extend(words());
    pictures
}

const FIVE: [&str; 5] = ["api-gateway", "checkout", "identity", "search", "worker"];

fn times() -> Vec<(&'static str, Picture)> {
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
        ("time_five", picture(&services(&FIVE), Some(&time), &options("Requests per 5 minutes by service"))),
        ("time_area", picture(&gap(), Some(&render("areachart")), &options("Sign-ins per 15 minutes"))),
        ("time_gap", picture(&gap(), Some(&time), &berlin)),
        ("time_sixty_other", picture(&small(&many, "Requests"), Some(&time), &options("Requests by host"))),
        (
            "time_sixty_hidden",
            picture(&small(&many, "avg Cpu Percent".replace(' ', "_").as_str()), Some(&time), &options("CPU by host")),
        ),
        ("time_legend", picture(&services(&long), Some(&time), &options("Requests by deployment"))),
        ("time_truncated", picture(&services(&FIVE[..2]), Some(&time), &truncated)),
        (
            "time_fixed_axis",
            picture(
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
            "time_accumulated",
            picture(&services(&FIVE[..3]), Some(&with(|asked| asked.accumulate = true)), &options("Requests so far")),
        ),
    ]
}

fn odd_times() -> Vec<(&'static str, Picture)> {
    let time = render("timechart");
    let draw = |schema: &str, rows: &[(String, &str)], title: &str| {
        picture(&points(schema, rows), Some(&time), &options(title))
    };
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
        ("time_make_series", picture(&make_series, Some(&time), &options("CPU by computer"))),
        ("time_crowded_ends", picture(&crowded, Some(&time), &options("Eight lines that end together"))),
        ("line_numbers", picture(&numeric, Some(&render("linechart")), &options("Latency by load"))),
    ]
}

fn bars() -> Vec<(&'static str, Picture)> {
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
        ("bar_nine", picture(&states(9), Some(&bar), &options("Storm events by state"))),
        ("bar_sixty_seven", picture(&states(67), Some(&bar), &options("Storm events by state"))),
        ("bar_grouped", picture(&alerts(), Some(&bar), &options("Alerts by day and severity"))),
        ("bar_negative", picture(&change, Some(&bar), &options("Change against the month before"))),
        (
            "bar_long_names",
            picture(
                &pairs(
                    "Url:string Hits:long",
                    &[("/api/v1/orders/{id}/items/{item}/history", "120034"), ("/", "99"), ("", "7")],
                ),
                Some(&bar),
                &options("Hits"),
            ),
        ),
        ("column_grouped", picture(&alerts(), Some(&column), &options("Alerts by day and severity"))),
        ("column_days", picture(&days, Some(&column), &options("Errors by day"))),
        ("column_hours", picture(&hours, Some(&column), &options("Requests by hour"))),
        ("column_negative", picture(&change, Some(&column), &options("Change against the month before"))),
        ("column_too_long_names", picture(&states(14), Some(&column), &options("Storm events by state"))),
        ("column_thousand", picture(&minutes, Some(&column), &options("Requests by minute"))),
    ]
}

/// `render kind with (change)`.
fn with(kind: &str, change: impl FnOnce(&mut Visualization)) -> Visualization {
    let mut asked = render(kind);
    change(&mut asked);
    asked
}

fn of_kind(kind: &str, stacking: &str) -> Visualization {
    with(kind, |asked| asked.kind = Some(stacking.to_owned()))
}

/// Requests by service, a point an hour; some hours of one service are missing.
pub(crate) fn hourly() -> Answer {
    let rows = services(&FIVE).rows.chunks(FIVE.len()).step_by(12).flatten().cloned().collect();
    Answer { schema: "Timestamp:datetime Service:string Requests:long".into(), rows }
}

fn stacks() -> Vec<(&'static str, Picture)> {
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
        .map(|(name, answer, asked, title)| (name, picture(&answer, Some(&asked), &options(title))))
        .collect()
}

/// Sign-ins with three marked spikes and a gap.
pub(crate) fn anomalies() -> Answer {
    let mut noise = Noise::new(11);
    let rows = (0..672).map(|step| {
        let minute = step * 15;
        let spike = [120, 410, 560].contains(&step);
        let value = 11_500.0 + 4_000.0 * wave(minute) + 900.0 * noise.next() + if spike { 3_500.0 } else { 0.0 };
        let missing = (300..330).contains(&step);
        let value = if missing { "null".to_owned() } else { value.round().to_string() };
        vec![at(13, minute), value, u8::from(spike).to_string()]
    });
    Answer { schema: "Timestamp:datetime SignIns:long Anomaly:long".into(), rows: rows.collect() }
}

/// Latency by size in three regions; the sizes over four powers of ten.
pub(crate) fn sizes(count: u32) -> Answer {
    let mut noise = Noise::new(5);
    let rows = (0..count).map(|row| {
        let size = 10_f64.powf(1.0 + 4.0 * noise.next());
        let region = ["Europe", "Asia", "America"][row as usize % 3];
        let latency = (8.0 + size.sqrt()) * (0.5 + noise.next() + f64::from(row % 3) * 0.6);
        vec![format!("{size:.0}"), format!("{latency:.1}"), text(region)]
    });
    Answer { schema: "Size:real Latency:real Region:string".into(), rows: rows.collect() }
}

fn dots() -> Vec<(&'static str, Picture)> {
    let zero = pairs("Part:string Count:long", &[("a", "1000"), ("b", "10"), ("c", "0"), ("d", "-3")]);
    let log = |kind: &str| with(kind, |asked| asked.y_axis = Some("log".into()));
    let both = with("scatterchart", |asked| {
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
        ("scatter_log", sizes(600), both, "Latency by size, both in powers of ten"),
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
        .map(|(name, answer, asked, title)| (name, picture(&answer, Some(&asked), &options(title))))
        .collect()
}

/// Three measures of two machines.
fn machines() -> Answer {
    let mut noise = Noise::new(17);
    let mut rows = Vec::new();
    for step in 0..96 {
        for (index, name) in ["web", "db"].iter().enumerate() {
            let cpu = 30.0 + 20.0 * index as f64 + 15.0 * wave(step * 15) + 10.0 * noise.next();
            let sent = 2e9 * (1.2 + wave(step * 15)) * noise.next() + 1e8;
            let queue = (noise.next() * 12.0 * (index as f64 + 1.0)).round();
            rows.push(vec![
                at(19, step * 15),
                text(name),
                format!("{cpu:.1}"),
                format!("{sent:.0}"),
                queue.to_string(),
            ]);
        }
    }
    Answer { schema: "Timestamp:datetime Computer:string avg_Cpu_Percent:real Sent_Bytes:real Queue:long".into(), rows }
}

fn splits() -> Vec<(&'static str, Picture)> {
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
    let pictures = [
        ("panels", machines(), split("panels"), "Three measures of two machines"),
        ("panels_single", one(&[0, 2, 3]), split("panels"), "Two measures"),
        ("axes", one(&[0, 2, 3]), split("axes"), "Two measures on two axes"),
        ("axes_three", one(&[0, 2, 3, 4]), split("axes"), "Three measures are too many"),
    ];
    pictures
        .into_iter()
        .map(|(name, answer, asked, title)| (name, picture(&answer, Some(&asked), &options(title))))
        .collect()
}

fn cards() -> Vec<(&'static str, Picture)> {
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
        ("card", picture(&health, Some(&card), &options("Ingestion health"))),
        ("card_single", picture(&single, Some(&card), &options("Availability"))),
        ("card_many", picture(&many, Some(&card), &options("Many values"))),
    ]
}

fn pies() -> Vec<(&'static str, Picture)> {
    let pie = render("piechart");
    let results = [
        ("200 OK", "812345"),
        ("304 Not Modified", "143210"),
        ("404 Not Found", "32111"),
        ("500 Internal Server Error", "8123"),
        ("502", "4120"),
    ];
    let eight: Vec<(String, String)> = (0..8).map(|i| (format!("part {i}"), (100 >> i).to_string())).collect();
    let eight: Vec<(&str, &str)> = eight.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    vec![
        (
            "pie_five",
            picture(&pairs("Result:string Requests:long", &results), Some(&pie), &options("Requests by result")),
        ),
        ("pie_eight", picture(&pairs("Part:string Count:long", &eight), Some(&pie), &options("Eight parts"))),
        ("pie_one", picture(&pairs("Part:string Count:long", &[("all of it", "3")]), Some(&pie), &options("One part"))),
        ("pie_many", picture(&states(30), Some(&pie), &options("Too many parts"))),
        (
            "pie_negative",
            picture(
                &pairs("Part:string Count:long", &[("gain", "3"), ("loss", "-2")]),
                Some(&pie),
                &options("Gain and loss"),
            ),
        ),
        (
            "pie_zero",
            picture(&pairs("Part:string Count:long", &[("a", "0"), ("b", "0")]), Some(&pie), &options("Nothing in it")),
        ),
        (
            "pie_severities",
            picture(
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

fn words() -> Vec<(&'static str, Picture)> {
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
    let error = Failure {
        code: "SEM0100",
        message: "'where' operator: Failed to resolve column or scalar expression named 'Countryy'\nsecond line",
        activity_id: Some("7e3c1b1e-0000-0000-0000-000000000091"),
    };
    vec![
        ("empty", picture(&none, Some(&render("timechart")), &options("Failed sign-ins by country"))),
        ("error", failure(&error, &options("Failed sign-ins by country"))),
        ("table", picture(&states(67), Some(&render("table")), &options("Storm events by state"))),
        ("table_for_treemap", picture(&alerts(), Some(&render("treemap")), &options("Alerts"))),
        ("table_no_datetime", picture(&states(3), Some(&render("timechart")), &options("Storm events by state"))),
        ("hostile", picture(&hostile, Some(&render("barchart")), &options(&"<b>title</b>&\u{0}\"'".repeat(40)))),
        ("untitled", picture(&services(&FIVE[..3]), None, &options(""))),
    ]
}
