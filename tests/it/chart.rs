//! The chart action: the same picture for every caller, with the numbers of the data, as programs see it that were not written here.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    slice::from_ref,
};
use tests::{chromium, cluster::Cluster, events, kusto::Kusto, lambda::Function, python};

/// The first colour of the palette, which the first series has.
const BLUE: &str = "#0072B2";

/// Requests of two services: 1,454 of one and 1,235 of the other.
pub(crate) const REQUESTS: &str = "\
Timestamp,Service,Count
2026-11-20T06:00:00Z,checkout,120
2026-11-20T06:00:00Z,search,300
2026-11-20T06:05:00Z,checkout,98
2026-11-20T06:05:00Z,search,410
2026-11-20T06:10:00Z,checkout,1105
2026-11-20T06:10:00Z,search,250
2026-11-20T06:15:00Z,checkout,131
2026-11-20T06:15:00Z,search,275
";

/// What a picture may be made of: nothing that runs, and nothing that is elsewhere.
const ELEMENTS: [&str; 8] = ["circle", "line", "path", "polygon", "polyline", "rect", "text", "title"];

/// The chart function with the table `Requests` behind it.
fn setup() -> (Kusto, Function) {
    let kusto = Kusto::with_tables(&[("Requests", REQUESTS)]);
    let function = kusto.function("query-chart", &[("HTTP_AUTHORIZER", "none")]);
    (kusto, function)
}

/// The body of the HTTP reply to `request`.
pub(crate) fn over_http(function: &Function, request: &Value) -> Value {
    let reply = function.invoke(&events::http(&request.to_string())).reply();
    assert_eq!((&reply["statusCode"], &reply["headers"]["content-type"]), (&json!(200), &json!("application/json")));
    serde_json::from_str(reply["body"].as_str().unwrap()).unwrap()
}

/// The attachment of this type.
fn attachment<'a>(reply: &'a Value, content_type: &str) -> &'a Value {
    let attachments = reply["attachments"].as_array().unwrap();
    attachments.iter().find(|attachment| attachment["contentType"] == content_type).unwrap()
}

/// Writes base64 down as `target/test-artifacts/<name>`.
fn write(name: &str, base64: &Value) -> PathBuf {
    let path = chromium::artifacts().join(name);
    fs::write(&path, BASE64_STANDARD.decode(base64.as_str().unwrap()).unwrap()).unwrap();
    path
}

/// Writes HTML of a reply down as the page `target/test-artifacts/<name>.html`.
fn page(name: &str, html: &Value) -> PathBuf {
    let path = chromium::artifacts().join(format!("{name}.html"));
    fs::write(&path, format!("<!DOCTYPE html><meta charset=\"utf-8\">{}", html.as_str().unwrap())).unwrap();
    path
}

/// Checks that the image at `path` has this size and shows something blue on white.
pub(crate) fn check_image(path: &Path, size: [u32; 2]) {
    let image = python::run("check_image.py", &[path.as_os_str(), BLUE.as_ref(), "#FFFFFF".as_ref()]);
    // RGB: a picture that is transparent cannot be read where a mail program makes everything dark.
    let expected = json!(["PNG", "RGB", size]);
    assert_eq!(json!([image["format"], image["mode"], image["size"]]), expected, "{}", path.display());
    assert!(image["colours"].as_u64().unwrap() > 20, "{image} {}", path.display());
    for (colour, count) in image["pixels"].as_object().unwrap() {
        assert!(count.as_u64().unwrap() > 200, "{colour} {image} {}", path.display());
    }
}

#[test]
fn every_caller_gets_the_picture_that_was_asked_for() {
    let (_kusto, function) = setup();
    let sums = "Requests | summarize Total = sum(Count) by Service";
    let time = "2 series, highest checkout with 1,105, lowest checkout with 98.";
    for (name, request, sentence, texts) in [
        (
            "time",
            json!({"query": "Requests", "chartType": "Time Chart", "title": "Requests"}),
            format!("Line chart: Requests, 20 Nov 2026, 06:00–06:15, UTC: {time}"),
            ["Requests", "06:15", "1,000", "checkout"],
        ),
        (
            "guessed",
            json!({"query": "Requests", "timezone": "Europe/Berlin"}),
            format!("Line chart: Count by Service, 20 Nov 2026, 07:00–07:15, Europe/Berlin: {time}"),
            ["Count by Service", "07:15", "1,000", "search"],
        ),
        (
            "bar",
            json!({"query": sums, "chartType": "Bar Chart"}),
            "Bar chart: Total by Service: 2 categories, highest checkout with 1,454, lowest search with 1,235."
                .to_owned(),
            ["Total by Service", "checkout", "1,454", "1,235"],
        ),
        (
            "pie",
            json!({"query": sums, "chartType": "pie chart"}),
            "Pie chart: Total by Service: checkout 54.1%, search 45.9%.".to_owned(),
            ["checkout", "1,454", "search", "1,235"],
        ),
        (
            "rendered",
            json!({"query": format!("{sums} | render columnchart with (title='By service')"), "chartType": "Html Table"}),
            "Column chart: By service: 2 categories, highest checkout with 1,454, lowest search with 1,235.".to_owned(),
            ["By service", "checkout", "1,454", "1,235"],
        ),
    ] {
        let mut request = request;
        request["attach"] = json!(["svg"]);
        let direct = function.invoke(&request).reply();
        let http = over_http(&function, &request);

        let png = attachment(&direct, "image/png");
        assert_eq!(direct["attachmentName"], png["name"]);
        let inline = python::run("check_html.py", &[page(name, &direct["bodyHtml"])])["images"].clone();
        assert_eq!(inline[0]["src"], format!("cid:{}", png["contentId"].as_str().unwrap()));
        let body = page(name, &http["bodyHtml"]);
        let embedded = python::run("check_html.py", &[&body])["images"].clone();
        assert_eq!(embedded[0]["src"], format!("data:image/png;base64,{}", png["content"].as_str().unwrap()));
        for place in [&http["body"], &http["attachmentContent"]] {
            assert!(*place == png["content"], "{name}: the pictures differ");
        }
        // A narrow picture is beside the wide one, for mails on phones.
        for images in [inline, embedded] {
            let said: Vec<_> = images.as_array().unwrap().iter().map(|image| image["alt"].as_str().unwrap()).collect();
            assert_eq!(said, [sentence.as_str(); 2]);
        }
        assert!(direct["bodyText"].as_str().unwrap().starts_with(&sentence));

        let svg = write(&format!("{name}.svg"), &attachment(&direct, "image/svg+xml")["content"]);
        assert_eq!(attachment(&http, "image/svg+xml")["content"], attachment(&direct, "image/svg+xml")["content"]);
        let size = check_svg(&svg, &sentence, &texts);
        check_image(&write(&format!("{name}.png"), &png["content"]), size.map(|side| 2 * side));
        // Lower windows are cut: a part of the height is for the frame that this browser has not.
        check_image(&chromium::screenshot(&svg, &format!("{name}-svg-in-chromium"), [728, 600]), [728, 600]);
        if name == "time" {
            check_image(&chromium::screenshot(&body, "body-in-chromium", [728, 600]), [728, 600]);
        }
    }
}

/// Checks that the SVG at `path` holds nothing but a picture with these texts, and returns its size.
fn check_svg(path: &Path, sentence: &str, texts: &[&str]) -> [u32; 2] {
    let svg = python::run("check_svg.py", &[path]);
    assert_eq!((&svg["root"]["role"], &svg["root"]["aria-label"]), (&json!("img"), &json!(sentence)));
    for element in svg["elements"].as_array().unwrap() {
        let name = element.as_str().unwrap().strip_prefix("{http://www.w3.org/2000/svg}").unwrap();
        assert!(name == "svg" || ELEMENTS.contains(&name), "{name}");
    }
    for attribute in svg["attributes"].as_array().unwrap() {
        let name = attribute.as_str().unwrap();
        assert!(!name.starts_with("on") && !name.contains("href") && name != "style", "{name}");
    }
    for text in texts {
        assert!(svg["texts"].as_array().unwrap().contains(&json!(text)), "{text} is not in {}", svg["texts"]);
    }
    ["width", "height"].map(|side| svg["root"][side].as_str().unwrap().parse().unwrap())
}

#[test]
fn a_table_has_the_rows_and_all_of_them_attached() {
    let (_kusto, function) = setup();
    let head = json!(["Timestamp", "Service", "Count"]);
    let rows: Vec<Value> = REQUESTS.lines().skip(1).map(shown).collect();
    let csv: String = REQUESTS.lines().map(|line| format!("\"{}\"\r\n", line.replace(',', "\",\""))).collect();
    let csv = json!(BASE64_STANDARD.encode(csv));

    let request = json!({"query": "Requests", "chartType": "Html Table"});
    let (direct, http) = (function.invoke(&request).reply(), over_http(&function, &request));
    for reply in [&direct, &http] {
        let read = python::run("check_html.py", &[page("table", &reply["bodyHtml"])]);
        assert_eq!(read["images"], json!([]));
        assert_eq!(read["tables"][0]["rows"], json!([from_ref(&head), &rows].concat()));
        let caption = format!("8 rows, times in UTC; all in {}", reply["attachmentName"].as_str().unwrap());
        assert_eq!(read["tables"][0]["caption"], caption);
    }
    let attached = attachment(&direct, "text/csv");
    assert_eq!((&attached["content"], &attached["name"]), (&csv, &direct["attachmentName"]));
    assert_eq!(http["attachmentContent"], csv);
    assert_eq!(http["body"], BASE64_STANDARD.encode(http["bodyHtml"].as_str().unwrap()));

    let request = json!({"query": "Requests", "chartType": "timechart", "tableRows": 3, "attach": ["csv"]});
    let direct = function.invoke(&request).reply();
    let attached = attachment(&direct, "text/csv");
    assert_eq!(attached["content"], csv);
    let tables = python::run("check_html.py", &[page("table", &direct["bodyHtml"])])["tables"].clone();
    assert_eq!(
        tables[0]["rows"],
        json!([
            ["Series", "Average", "Minimum", "Maximum", "Last"],
            ["checkout", "364", "98", "1,105", "131"],
            ["search", "309", "250", "410", "275"],
        ])
    );
    assert_eq!(tables[1]["rows"], json!([from_ref(&head), &rows[..3]].concat()));
    assert_eq!(
        tables[1]["caption"],
        format!("3 of 8 rows, times in UTC; all in {}", attached["name"].as_str().unwrap())
    );
}

/// The cells of a line of CSV as people read them.
fn shown(line: &str) -> Value {
    line.replace('T', " ").replace(":00Z", "").split(',').collect()
}

#[test]
fn no_rows_are_a_picture_that_says_so() {
    let (_kusto, function) = setup();
    let request = json!({"query": "Requests | where Count < 0", "chartType": "Time Chart", "title": "Negative", "attach": ["svg"], "tableRows": 5});
    let reply = function.invoke(&request).reply();
    assert_eq!((&reply["rowCount"], &reply["completeness"]), (&json!(0), &json!("complete")));
    let sentence = reply["bodyText"].as_str().unwrap();
    assert!(sentence.starts_with("Negative: The query returned no rows. The query ran in "), "{sentence}");
    let svg = write("empty.svg", &attachment(&reply, "image/svg+xml")["content"]);
    check_svg(&svg, sentence, &["Negative", "The query returned no rows"]);
    let read = python::run("check_html.py", &[page("empty", &reply["bodyHtml"])]);
    assert_eq!((&read["images"][0]["alt"], &read["tables"]), (&json!(sentence), &json!([])));
    let request = json!({"query": "Requests | where Count < 0", "chartType": "Html Table"});
    let read = python::run("check_html.py", &[page("empty", &function.invoke(&request).reply()["bodyHtml"])]);
    assert_eq!(read["tables"][0]["rows"], json!([["Timestamp", "Service", "Count"]]));
}

#[test]
fn what_is_wrong_is_named_before_anything_is_asked() {
    let cluster = Cluster::answering_json(b"[]");
    let settings = [("KUSTO_CLUSTER", cluster.url()), ("KUSTO_DATABASE", "db"), ("HTTP_AUTHORIZER", "none")];
    let function = Function::start("query-chart", &settings);
    for (fields, sentence) in [
        (
            json!({"chartType": "Doughnut"}),
            "unknown chartType `Doughnut`, expected one of \"Html Table\", \"Pie Chart\", \"Time Chart\", \"Bar Chart\", table, piechart, ",
        ),
        (
            json!({"timezone": "Europe/Atlantis"}),
            "`timezone`: unknown time zone `Europe/Atlantis`; use an IANA name such as Europe/Berlin, or UTC",
        ),
        (json!({"tableRows": 1000}), "`tableRows` is 1000: at most 100 fit into a mail"),
        (
            json!({"tableRows": -1}),
            "the request is wrong: `tableRows` has a value that it cannot have, expected a whole number",
        ),
        (json!({"query": ".drop table Requests"}), "`query` is a management command (its first character is a dot)"),
        (json!({"query": " "}), "`query` is empty: write a KQL query"),
        (
            json!({"attach": ["pdf"]}),
            "the request is wrong: `attach[0]` has a value that it cannot have, expected `csv` or `svg`",
        ),
        (
            json!({"chart_type": "table"}),
            "the request is wrong: unknown field `chart_type`, expected one of `connection`",
        ),
    ] {
        let mut request = json!({"query": "Requests"});
        request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let error = function.invoke(&request).error();
        assert!(error.starts_with(&format!("BadRequest: {sentence}")), "{fields}: {error}");
        let http = function.invoke(&events::http(&request.to_string())).reply();
        let body: Value = serde_json::from_str(http["body"].as_str().unwrap()).unwrap();
        assert_eq!(
            (&http["statusCode"], &body["code"], &body["retryable"]),
            (&json!(400), &json!("BadRequest"), &json!(false))
        );
        assert_eq!(error, format!("BadRequest: {}", body["message"].as_str().unwrap()));
    }
    assert_eq!(cluster.connections(), 0);
}

#[test]
fn a_table_that_does_not_exist_is_named() {
    let (_kusto, function) = setup();
    let error = function.invoke(&json!({"query": "NoSuchTable", "chartType": "Pie Chart"})).error();
    assert!(error.starts_with("NotFound: ") && error.contains("'NoSuchTable'"), "{error}");
}
