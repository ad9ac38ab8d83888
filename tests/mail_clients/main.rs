//! Mails as clients show them: maildev takes one and shows it in Chromium, and caniemail says which clients know what is in it.
//!
//! They are programs of npm, which is why `cargo test` leaves this out: `make test-mail-clients` brings and runs them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};
use tests::{
    binaries::{Process, root},
    chromium::{self, Appearance},
    kusto::Kusto,
    lambda::Function,
    node::{modules, node},
    python,
};

const REQUESTS: &str = "\
Timestamp,Service,Count
2026-11-20T06:00:00Z,checkout,120
2026-11-20T06:05:00Z,checkout,98
2026-11-20T06:10:00Z,checkout,1105
2026-11-20T06:00:00Z,search,250
2026-11-20T06:05:00Z,search,410
2026-11-20T06:10:00Z,search,300
";

const PROJECT: &str = "mail_clients";

/// A running maildev.
struct Maildev {
    _process: Process,
    smtp: u16,
    web: u16,
}

impl Maildev {
    fn start() -> Self {
        // It cannot choose its ports itself.
        let [smtp, web] =
            [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap()).map(|at| at.local_addr().unwrap().port());
        let mut command = node(&modules(PROJECT).join("maildev/bin/maildev"));
        command.args(["--ip", "127.0.0.1", "--web-ip", "127.0.0.1", "--silent"]);
        command.args(["--smtp", &smtp.to_string(), "--web", &web.to_string()]).stdout(Stdio::null());
        let process = Process(command.spawn().unwrap());
        let begun = Instant::now();
        while [smtp, web].iter().any(|port| TcpStream::connect(("127.0.0.1", *port)).is_err()) {
            assert!(begun.elapsed() < Duration::from_secs(30), "maildev does not start");
            thread::yield_now();
        }
        Self { _process: process, smtp, web }
    }

    /// The body that it answers.
    fn get(&self, path: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.web)).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200 "), "{path}: {}", String::from_utf8_lossy(&answer[..end]));
        answer.split_off(end + 4)
    }
}

/// A chart with its rows attached, another chart, and many rows.
fn report() -> Value {
    let kusto = Kusto::with_tables(&[("Requests", REQUESTS)]);
    let charts = kusto.function("query-chart", &[]);
    let time = json!({"query": "Requests", "chartType": "Time Chart", "title": "Requests", "attach": ["csv", "svg"]});
    let totals = "Requests | summarize Total = sum(Count) by Service";
    let bars = json!({"query": totals, "chartType": "Bar Chart"});
    let rows = json!({"query": "range Number from 1 to 60 step 1 | extend Service = strcat('service ', Number)"});
    let rows = kusto.function("query", &[]).invoke(&rows).reply();
    json!({
        "to": "soc@example.com", "title": "Requests", "subject": "{title}: {rowCount} rows", "link": "https://example.com/report",
        "sections": [
            {"title": "Over time", "result": charts.invoke(&time).reply()},
            {"title": "By service", "result": charts.invoke(&bars).reply()},
            {"title": "In figures", "result": rows},
        ],
    })
}

#[test]
fn a_report_arrives_and_is_shown() {
    let maildev = Maildev::start();
    let url = format!("smtp://127.0.0.1:{}", maildev.smtp);
    let settings =
        [("MAIL_URL", url.as_str()), ("MAIL_FROM", "reports@example.net"), ("MAIL_ALLOWED_RECIPIENTS", "@example.com")];
    let request = report();
    let reply = Function::start("email", &settings).invoke(&request).reply();
    assert_eq!(reply["sent"], true);

    let mails: Value = serde_json::from_slice(&maildev.get("/email")).unwrap();
    let [mail] = &mails.as_array().unwrap()[..] else { panic!("{mails}") };
    let id = mail["id"].as_str().unwrap();
    assert_eq!(mail["subject"], reply["subject"]);

    // What it keeps of the mail, Python's parser reads without a defect, and every file is what was attached.
    let folder = tempfile::tempdir().unwrap();
    let [source, page] = ["mail.eml", "page.html"].map(|name| folder.path().join(name));
    fs::write(&source, maildev.get(&format!("/email/{id}/download"))).unwrap();
    let read = python::run("check_mail.py", &[&source, &page]);
    assert_eq!(json!([read["defects"], read["bareLineFeeds"]]), json!([[], 0]));
    let attached =
        request["sections"].as_array().unwrap().iter().flat_map(|section| section["result"]["attachments"].as_array());
    let attached: BTreeSet<_> = attached.flatten().map(|file| file["content"].as_str().unwrap()).collect();
    let files = read["attachments"].as_array().unwrap();
    let found: BTreeSet<_> = files.iter().map(|file| file["content"].as_str().unwrap()).collect();
    assert!(found.is_superset(&attached));
    for file in mail["attachments"].as_array().unwrap() {
        let name = file["generatedFileName"].as_str().unwrap();
        let content = maildev.get(&format!("/email/{id}/attachment/{}", name.replace(' ', "%20")));
        use base64::Engine as _;
        assert!(found.contains(base64::prelude::BASE64_STANDARD.encode(content).as_str()), "{name} differs");
    }

    // What a person looks at: target/test-artifacts/maildev-*.png.
    let shown = format!("http://127.0.0.1:{}/email/{id}/html", maildev.web);
    for (name, size, appearance) in [
        ("maildev-wide-light", [900, 2600], Appearance::Light),
        ("maildev-narrow-light", [390, 2600], Appearance::Light),
        ("maildev-wide-dark", [900, 2600], Appearance::Dark),
        ("maildev-narrow-dark", [390, 2600], Appearance::Dark),
        ("maildev-wide-darkened", [900, 2600], Appearance::Darkened),
    ] {
        let picture = chromium::screenshot_of(&shown, name, size, appearance);
        // The blue of the first series; and white around it, whatever the client makes of the page.
        let image = python::run("check_image.py", &[picture.as_os_str(), "#0072B2".as_ref(), "#FFFFFF".as_ref()]);
        for colour in ["#0072B2", "#FFFFFF"] {
            assert!(image["pixels"][colour].as_u64().unwrap() > 200, "{name} {colour}: {image}");
        }
    }

    let html = folder.path().join("body.html");
    fs::write(&html, read["html"].as_str().unwrap()).unwrap();
    check_findings(&html);
}

/// What caniemail finds is on the list, and nothing else is on it.
fn check_findings(html: &std::path::Path) {
    let mut command = node(&root().join("tests/mail_clients/caniemail.mjs"));
    command.arg(modules(PROJECT)).arg(html);
    let output = command.stderr(Stdio::inherit()).output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(answer["asked"].as_u64().unwrap() >= 25, "{answer}");
    let found: BTreeSet<_> = answer["findings"].as_object().unwrap().keys().cloned().collect();
    let list = fs::read_to_string(root().join("tests/mail_clients/findings.txt")).unwrap();
    let lines = list.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_once(" | ").unwrap());
    let listed: BTreeSet<_> =
        lines.inspect(|(_, reason)| assert!(!reason.is_empty())).map(|(title, _)| title.to_owned()).collect();
    assert_eq!(found, listed, "{}", answer["findings"]);
}
