//! The email action: what real replies of the other actions become in a mail, read and shown by programs that were not written here.

use crate::chart::{REQUESTS, check_image, over_http};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};
use store::digest::Digest;
use tempfile::TempDir;
use tests::{chromium, cluster::Cluster, events, kusto::Kusto, lambda::Function, python};

/// The email function whose mails go into a folder.
struct Mailer {
    folder: TempDir,
    /// Kept while it runs.
    _store: TempDir,
    function: Function,
}

impl Mailer {
    fn new() -> Self {
        let [folder, store] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let url = |folder: &TempDir| format!("file://{}", folder.path().display());
        let function = email(&url(&folder), &[("STORE_URL", &url(&store))]);
        Self { folder, _store: store, function }
    }

    /// Sends the mail, and returns its file.
    fn send(&self, request: &Value) -> PathBuf {
        let reply = self.function.invoke(request).reply();
        assert_eq!((&reply["sent"], &reply["transport"]), (&json!(true), &json!("file")), "{reply}");
        let message_id = reply["messageId"].as_str().unwrap();
        self.folder.path().join(format!("{}.eml", message_id.trim_matches(['<', '>'])))
    }

    /// How many files there are, unfinished ones included.
    fn files(&self) -> usize {
        fs::read_dir(self.folder.path()).unwrap().count()
    }
}

/// The email function with this `MAIL_URL`, and with these further settings.
pub(crate) fn email(url: &str, more: &[(&str, &str)]) -> Function {
    let mut settings = vec![
        ("MAIL_URL", url),
        ("MAIL_FROM", "reports@example.net"),
        ("MAIL_ALLOWED_RECIPIENTS", "@example.com"),
        ("HTTP_AUTHORIZER", "none"),
    ];
    settings.extend(more);
    Function::start("email", &settings)
}

/// What Python's parser finds in the mail at `path`; nothing in it is wrong. Its HTML becomes `page`.
fn read(path: &Path, page: &Path) -> Value {
    let mail = python::run("check_mail.py", &[path, page]);
    assert_eq!(mail["defects"], json!([]));
    for field in ["bareLineFeeds", "bareCarriageReturns", "nonAscii"] {
        assert_eq!(mail[field], 0, "{field}");
    }
    assert!(mail["maxLineLength"].as_u64().unwrap() <= 78, "{}", mail["maxLineLength"]);
    mail
}

fn header<'a>(mail: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = mail["headers"].as_array().unwrap().iter();
    headers.filter(|header| header[0] == name).map(|header| header[1].as_str().unwrap()).collect()
}

/// The name, type, disposition and base64 of each file in a mail.
fn files(mail: &Value) -> Value {
    let file = |part: &Value| json!([part["name"], part["contentType"], part["disposition"], part["content"]]);
    mail["attachments"].as_array().unwrap().iter().map(file).collect()
}

/// The bytes that `text` is in base64.
pub(crate) fn decoded(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.decode(text).unwrap()
}

/// The replies that a report is made of: a chart with its rows attached, another chart, and rows.
fn results() -> [Value; 3] {
    let kusto = Kusto::with_tables(&[("Requests", REQUESTS)]);
    let chart = json!({"query": "Requests", "chartType": "Time Chart", "title": "Requests", "attach": ["csv"]});
    let totals = "Requests | summarize Total = sum(Count), Mean = avg(Count) by Service | sort by Service asc";
    let bars = json!({"query": format!("{totals} | project-away Mean"), "chartType": "Bar Chart"});
    let charts = kusto.function("query-chart", &[]);
    let rows = kusto.function("query", &[]).invoke(&json!({"query": totals})).reply();
    [charts.invoke(&chart).reply(), charts.invoke(&bars).reply(), rows]
}

/// A mail of these results.
fn report([chart, bars, rows]: &[Value; 3]) -> Value {
    json!({
        "to": "soc@example.com; lead@example.com", "cc": ["cc@example.com"], "bcc": "hidden@example.com",
        "subject": "{title}: {rowCount} rows – é", "title": "Requests",
        "sections": [
            {"title": "Over time", "result": chart},
            {"title": "By service", "result": bars},
            {"title": "In figures", "result": rows},
        ],
    })
}

/// `fields` of `request` in the place of those it has.
fn with(request: &Value, fields: &Value) -> Value {
    let mut request = request.clone();
    request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    request
}

#[test]
fn a_report_is_a_mail_that_others_can_read() {
    let results = results();
    let mailer = Mailer::new();
    let page = chromium::artifacts().join("mail.html");
    let mail = read(&mailer.send(&report(&results)), &page);

    assert_eq!(header(&mail, "Subject"), ["Requests: 12 rows – é"]);
    assert_eq!(header(&mail, "Auto-Submitted"), ["auto-generated"]);
    assert_eq!(header(&mail, "From"), ["reports@example.net"]);
    assert_eq!(header(&mail, "To"), ["soc@example.com, lead@example.com"]);
    let [message_id] = header(&mail, "Message-ID")[..] else { panic!("{}", mail["headers"]) };
    assert!(message_id.starts_with('<') && message_id.ends_with("@example.net>"), "{message_id}");
    let parts =
        "mixed(related(alternative(text/plain, text/html), image/png, image/png, image/png, image/png), text/csv)";
    assert_eq!(mail["structure"], parts);
    assert!(mail["html"].as_str().unwrap().len() < 102_000);

    let [line, bars] = [0, 1].map(|at| &results[at]["attachments"]);
    // Each chart is there twice: for wide windows, and for phones.
    let shown = [&line[0], &line[1], &bars[0], &bars[1]].map(|file| (file, "inline"));
    let expected: Vec<_> = shown.into_iter().chain([(&line[2], "attachment")]).collect();
    let expected = expected
        .iter()
        .map(|(file, disposition)| json!([file["name"], file["contentType"], disposition, file["content"]]));
    assert_eq!(files(&mail), expected.collect::<Value>());
    let content_id = |at: usize| mail["attachments"][at]["contentId"].as_str().unwrap().trim_matches(['<', '>']);
    assert_eq!(mail["cids"], json!([0, 1, 2, 3].map(content_id)));

    let shown = python::run("check_html.py", &[&page]);
    let sentence = "Line chart: Requests, 20 Nov 2026, 06:00–06:15, UTC: 2 series, highest checkout with 1,105, lowest checkout with 98.";
    assert_eq!(shown["images"][0]["alt"], sentence);
    let tables = [
        json!([
            ["Series", "Average", "Minimum", "Maximum", "Last"],
            ["checkout", "364", "98", "1,105", "131"],
            ["search", "309", "250", "410", "275"],
        ]),
        json!([["Service", "Total", "Mean"], ["checkout", "1454", "363.5"], ["search", "1235", "308.75"]]),
    ];
    assert_eq!(json!([shown["tables"][0]["rows"], shown["tables"][1]["rows"]]), json!(tables));
    assert_eq!(shown["tables"].as_array().unwrap().len(), 2);
    let text = mail["text"].as_str().unwrap();
    assert!(text.contains(sentence), "{text}");
    let lines: Vec<Value> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    for row in tables.iter().flat_map(|table| table.as_array().unwrap()) {
        assert!(lines.contains(row), "{row} is not in {text}");
    }
    // Bars keep their colour also where the picture is scaled down. There is no button, which has the same colour.
    for (name, width) in [("mail-wide", 900), ("mail-narrow", 390)] {
        check_image(&chromium::screenshot(&page, name, [width, 1100]), [width, 1100]);
    }
}

#[test]
fn a_reply_makes_the_same_mail_whichever_way_it_came() {
    let kusto = Kusto::with_tables(&[("Requests", REQUESTS)]);
    let function = kusto.function("query-chart", &[("HTTP_AUTHORIZER", "none")]);
    let mailer = Mailer::new();
    let page = mailer.folder.path().join("page.html");
    for (chart_type, parts) in [
        ("Time Chart", "mixed(related(alternative(text/plain, text/html), image/png, image/png), text/csv)"),
        ("Html Table", "mixed(alternative(text/plain, text/html), text/csv)"),
    ] {
        let request = json!({"query": "Requests", "chartType": chart_type, "attach": ["csv"]});
        let mails = [function.invoke(&request).reply(), over_http(&function, &request)].map(|reply| {
            let mail = json!({"to": "soc@example.com", "title": "Requests", "sections": [{"result": reply}]});
            let mail = read(&mailer.send(&mail), &page);
            assert_eq!(mail["structure"], parts);
            let contents = mail["attachments"].as_array().unwrap().iter().map(|file| file["content"].clone());
            contents.collect::<Vec<_>>()
        });
        assert!(mails[0] == mails[1], "{chart_type}: the files differ");
    }
}

#[test]
fn charts_keep_their_places() {
    let kusto = Kusto::with_tables(&[("Requests", REQUESTS)]);
    let function = kusto.function("query-chart", &[]);
    let chart = |number: u32| {
        let query = format!("Requests | summarize Total = sum(Count) * {number} by Service");
        function.invoke(&json!({"query": query, "chartType": "Bar Chart"})).reply()
    };
    let charts: Vec<Value> = (1..=4).map(chart).collect();
    let hash = |file: &Value| Digest::of(&decoded(file["content"].as_str().unwrap())).to_string();
    // The wide picture of each, and the narrow one.
    let hashes: Vec<[String; 2]> =
        charts.iter().map(|chart| [0, 1].map(|width| hash(&chart["attachments"][width]))).collect();
    let mailer = Mailer::new();
    let mut random = fastrand::Rng::with_seed(8);
    let (mails, expected): (Vec<_>, Vec<_>) = (0..100)
        .map(|number| {
            let mut order: Vec<usize> = (0..charts.len()).collect();
            random.shuffle(&mut order);
            // Two charts at least, and mostly one of them twice.
            order.truncate(2 + number % 3);
            order.extend((number % 4 != 0).then_some(order[0]));
            let sections: Vec<_> = order.iter().map(|at| json!({"result": charts[*at]})).collect();
            let mail = mailer.send(&json!({"to": "soc@example.com", "title": "Charts", "sections": sections}));
            (mail, order.into_iter().flat_map(|at| hashes[at].clone()).collect::<Vec<_>>())
        })
        .unzip();
    assert_eq!(mailer.files(), 100);
    assert_eq!(python::run("check_places.py", &mails), json!(expected));
}

#[test]
fn a_mail_server_gets_the_same_message() {
    let request = report(&results());
    let mailer = Mailer::new();
    let folder = tempfile::tempdir().unwrap();
    let (_server, port) = python::start("smtp_server.py", &[folder.path()]);
    let reply = email(&format!("smtp://127.0.0.1:{port}"), &[]).invoke(&request).reply();
    assert_eq!(json!([reply["sent"], reply["transport"], reply["recipients"]]), json!([true, "smtp", 4]));

    let [message, envelope] = ["1.eml", "1.json"].map(|name| folder.path().join(name));
    let page = folder.path().join("page.html");
    let (arrived, written) = (read(&message, &page), read(&mailer.send(&request), &page));
    assert_eq!(header(&arrived, "Message-ID"), [reply["messageId"].as_str().unwrap()]);
    for field in ["structure", "cids", "attachments"] {
        assert_eq!(arrived[field], written[field], "{field}");
    }
    let envelope: Value = serde_json::from_slice(&fs::read(envelope).unwrap()).unwrap();
    let everybody = ["soc", "lead", "cc", "hidden"].map(|name| format!("{name}@example.com"));
    assert_eq!(envelope, json!({"from": "reports@example.net", "to": everybody}));
    for field in ["headers", "text", "html"] {
        let shown = arrived[field].to_string().to_lowercase();
        assert!(!shown.contains("bcc") && !shown.contains("hidden@"), "{shown}");
    }
}

#[test]
fn a_mail_that_is_not_to_be_sent_is_not() {
    let results = results();
    let empty = json!({"columns": [{"name": "n", "type": "long"}], "value": [], "rowCount": 0});
    let server = Cluster::answering(Vec::new());
    let mailer = Mailer::new();
    let by_smtp = email(&server.url().replace("http", "smtp"), &[]);
    for (fields, reason) in [
        (json!({"dryRun": true}), "dryRun is true"),
        (json!({"sendWhen": "rows > 12"}), "the results have 12 rows, and sendWhen is \"rows > 12\""),
        (
            json!({"sections": [{"result": empty}], "onEmpty": "skip"}),
            "the results have no rows, and onEmpty is \"skip\"",
        ),
        (
            json!({"sections": [{"result": empty}], "sendWhen": "rows > 0", "dryRun": true}),
            "dryRun is true; without it: the results have 0 rows, and sendWhen is \"rows > 0\"",
        ),
    ] {
        let request = with(&report(&results), &fields);
        for function in [&mailer.function, &by_smtp] {
            let reply = function.invoke(&request).reply();
            assert_eq!(json!([reply["sent"], reply["reason"]]), json!([false, reason]));
            assert_eq!(reply["message"].is_string(), fields["dryRun"] == true, "{reply}");
        }
    }
    assert_eq!((mailer.files(), server.connections()), (0, 0));

    let request = with(&report(&results), &json!({"idempotencyKey": "day"}));
    let reply = mailer.function.invoke(&with(&request, &json!({"dryRun": true}))).reply();
    let [dry, page] = ["dry.eml", "page.html"].map(|name| mailer.folder.path().join(name));
    fs::write(&dry, reply["message"].as_str().unwrap()).unwrap();
    let (dry, sent) = (read(&dry, &page), read(&mailer.send(&request), &page));
    assert_eq!(dry["attachments"], sent["attachments"]);
    assert_eq!(header(&dry, "Message-ID"), header(&sent, "Message-ID"));
}

#[test]
fn what_is_wrong_is_named_and_nothing_is_sent() {
    let server = Cluster::answering(Vec::new());
    let mailer = Mailer::new();
    let by_smtp = email(&server.url().replace("http", "smtp"), &[]);
    let many: Vec<_> = (0..51).map(|number| format!("a{number}@example.com")).collect();
    for (fields, status, sentence) in [
        (
            json!({"to": "soc@example.com; soc@elsewhere.example"}),
            403,
            "Forbidden: soc@elsewhere.example is not allowed; add @elsewhere.example to MAIL_ALLOWED_RECIPIENTS",
        ),
        (
            json!({"bcc": ["soc@elsewhere.example"]}),
            403,
            "Forbidden: soc@elsewhere.example is not allowed; add @elsewhere.example to MAIL_ALLOWED_RECIPIENTS",
        ),
        (
            json!({"from": "boss@elsewhere.example"}),
            403,
            "Forbidden: boss@elsewhere.example is not allowed; add @elsewhere.example to MAIL_ALLOWED_RECIPIENTS",
        ),
        (json!({"to": []}), 400, "BadRequest: the mail has no recipients: name at least one in To"),
        (json!({"to": many}), 400, "BadRequest: the mail has 51 recipients, at most 50 are allowed"),
        (
            json!({"to": "\"a\r\nBcc: v@elsewhere.example\" <soc@example.com>"}),
            400,
            "BadRequest: To has \"\\\"a\\r\\nBcc: v@elsewhere.example\\\" <soc@example.com>\", which is no address: ",
        ),
        (
            json!({"to": "The SOC <soc@example.com>"}),
            400,
            "BadRequest: To has \"The SOC <soc@example.com>\", which is no address: write the bare address, without a name",
        ),
        (json!({"subject": "\u{1}\u{2}\u{7f}"}), 400, "BadRequest: the subject has the character U+0001"),
        (json!({"subject": "\r\n\t"}), 400, "BadRequest: the mail has no subject: give Subject, or a title"),
        (
            json!({"attachments": [{"name": "rows.csv", "contentBytes": ""}]}),
            400,
            "BadRequest: the attachment \"rows.csv\" is empty: leave it out, or give its content",
        ),
        (
            json!({"attachments": [{"name": "chart.png", "contentBytes": "PHN2Zy8+"}]}),
            400,
            "BadRequest: the attachment \"chart.png\" is no PNG image: give the bytes of one, or another name",
        ),
        (
            json!({"body": "<img src=\"data:image/png;base64,PHN2Zy8+\">"}),
            400,
            "BadRequest: the body shows a data URI, which is no PNG, JPEG or GIF image",
        ),
        (json!({"subject": "a\r\nBcc: v@elsewhere.example"}), 400, "BadRequest: the subject has the character U+000D"),
        (json!({"subject": "a\u{0}b"}), 400, "BadRequest: the subject has the character U+0000"),
        (
            json!({"recipient": "a"}),
            400,
            "BadRequest: the request is wrong: unknown field `recipient`, expected one of ",
        ),
        (
            json!({"attachments": [{"name": "rows.csv", "contentBytes": "not base64"}]}),
            400,
            "BadRequest: the content of the attachment \"rows.csv\" is not base64",
        ),
        (
            json!({"body": "<img src=\"cid:chart@report\">"}),
            400,
            "BadRequest: the body shows the image cid:chart@report, and no attachment there has this content id",
        ),
        (json!({"body": ""}), 400, "BadRequest: the mail shows nothing: give Body or sections"),
        (
            json!({"sendWhen": "rows"}),
            400,
            "BadRequest: the request is wrong: sendWhen must compare rows with a whole number",
        ),
    ] {
        let request = with(&json!({"to": "soc@example.com", "subject": "s", "body": "b"}), &fields);
        for function in [&mailer.function, &by_smtp] {
            let error = function.invoke(&request).error();
            assert!(error.starts_with(sentence), "{fields}: {error}");
            let http = function.invoke(&events::http(&request.to_string())).reply();
            let body: Value = serde_json::from_str(http["body"].as_str().unwrap()).unwrap();
            let told = format!("{}: {}", body["code"].as_str().unwrap(), body["message"].as_str().unwrap());
            assert_eq!((&http["statusCode"], told), (&json!(status), error));
        }
    }
    assert_eq!((mailer.files(), server.connections()), (0, 0));
}
