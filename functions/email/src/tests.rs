//! The action as its callers see it: requests in, mails out, read back with a parser of others.

use crate::{
    compose::compose, identity::Identity, mailer::Mailer, recipients::AllowList, request::Request, response::Response,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};

use mail_parser::{Message, MessageParser, MimeHeaders, PartType};
use proptest::prelude::{Just, Strategy, prop, proptest};
use runtime::{
    cancellation::Cancellation,
    context::Context,
    error::ActionError,
    invocation::{Caller, Channel, Invocation},
    settings::Settings,
};
use serde_json::{Value, json};
use std::{fs, path::Path, time::Duration};
use store::digest::Digest;

fn settings(pairs: &[(&str, &str)]) -> Settings {
    Settings::from_variables(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).unwrap()
}

/// A context that allows `@example.com` and whose mails go into `folder`.
fn context(folder: &Path) -> Context<Mailer> {
    let url = format!("file://{}", folder.display());
    let variables =
        [("MAIL_URL", url.as_str()), ("MAIL_FROM", "reports@example.net"), ("MAIL_ALLOWED_RECIPIENTS", "@example.com")];
    Context {
        client: Mailer::from_settings(&settings(&variables)).unwrap(),
        store: None,
        invocation: Invocation {
            request_id: "00000000-0000-4000-8000-000000000001".to_owned(),
            channel: Channel::Direct { inline_limit: 200_000 },
            caller: Caller::Internal,
            caller_token: None,
            media_type: "application/json",
            path: None,
            idempotency_key: None,
            payload: Digest::of(b""),
            deadline: tokio::time::Instant::now() + Duration::from_secs(30),
            cancellation: Cancellation::default(),
        },
    }
}

/// Runs the action, and returns its answer and the mails that it sent.
async fn run(request: &Value) -> (Result<Response, ActionError>, Vec<Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let context = context(folder.path());
    let request: Request = serde_json::from_str(&request.to_string()).unwrap();
    let response = crate::run(&context, request).await;
    let mails = fs::read_dir(folder.path()).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
    (response, mails)
}

/// The one mail that `request` sends.
async fn mail(request: &Value) -> Vec<u8> {
    let (response, mails) = run(request).await;
    assert!(response.unwrap().sent);
    let [mail] = mails.try_into().unwrap();
    mail
}

/// The error of a request that sends nothing.
async fn refusal(request: &Value) -> String {
    let (response, mails) = run(request).await;
    assert_eq!(mails, Vec::<Vec<u8>>::new(), "{request}");
    response.unwrap_err().to_string()
}

/// The message of `request`, made at a fixed time.
fn message(request: &Value) -> Vec<u8> {
    let context = context(Path::new("/nowhere"));
    let request: Request = serde_json::from_str(&request.to_string()).unwrap();
    let now = "2026-01-31T07:00:00Z".parse().unwrap();
    compose(&context.client, &request, &Identity::new(Caller::Internal.owner(), Some("key"), ""), now)
        .unwrap()
        .message
        .formatted()
}

fn parse(mail: &[u8]) -> Message<'_> {
    MessageParser::default().parse(mail).unwrap()
}

/// A request with a body, and these fields beside or in place of it.
fn with(fields: Value) -> Value {
    let mut request = json!({"to": "soc@example.com", "subject": "s", "body": "<p>b</p>"});
    if let (Some(request), Value::Object(fields)) = (request.as_object_mut(), fields) {
        request.extend(fields);
    }
    request
}

/// A PNG by its signature, with one byte to tell it from others.
fn png(number: u8) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n".as_slice(), &[number]].concat()
}

/// The reply of a chart action, whose content id is the same in every reply.
fn chart(title: &str, number: u8) -> Value {
    let content = BASE64_STANDARD.encode(png(number));
    json!({
        "title": title, "body": content, "bodyText": format!("{title}: {number}"), "rowCount": number, "completeness": "complete",
        "bodyHtml": "<img src=\"cid:chart@report\" alt=\"a chart\" width=\"600\">",
        "attachmentName": "chart.png", "attachmentContent": content, "kustoDeepLink": "https://dataexplorer.azure.com/x?y=1&z=2",
        "attachments": [
            {"name": "chart.png", "contentType": "image/png", "contentId": "chart@report", "content": content},
            {"name": "chart.svg", "contentType": "image/svg+xml", "content": BASE64_STANDARD.encode(format!("<svg>{number}</svg>"))},
        ],
        "columns": [], "stats": {}, "clientRequestId": "x",
    })
}

/// The reply of a query.
fn rows(count: usize) -> Value {
    let value: Vec<_> = (0..count).map(|n| json!({"Computer": format!("host-{n} <b>"), "Count": n})).collect();
    json!({
        "columns": [{"name": "Computer", "type": "string"}, {"name": "Count", "type": "long"}],
        "value": value, "rowCount": count, "completeness": "complete",
    })
}

/// A message as a person would want to read it: headers and structure as they are, text and HTML decoded, files as sizes.
fn readable(mail: &[u8]) -> String {
    let text = std::str::from_utf8(mail).unwrap();
    let (headers, _) = text.split_once("\r\n\r\n").unwrap();
    let message = parse(mail);
    let mut readable = headers.replace("\r\n", "\n");
    for (id, part) in message.parts.iter().enumerate().skip(1) {
        readable.push_str(&format!("\n\n== part {id}\n"));
        for header in part.headers() {
            readable.push_str(text[header.offset_field() as usize..header.offset_end() as usize].trim_end());
            readable.push('\n');
        }
        match &part.body {
            PartType::Text(text) | PartType::Html(text) => {
                readable.push_str(&format!("\n{}", text.replace("\r\n", "\n")));
            }
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                readable.push_str(&format!("\n({} bytes)", bytes.len()));
            }
            _ => {}
        }
    }
    readable
}

#[test]
fn the_connectors_mail() {
    let png = BASE64_STANDARD.encode(png(1));
    let mail = message(&json!({
        "To": "soc@example.com;lead@example.com", "Cc": "cc@example.com", "Bcc": "bcc@example.com", "From": "team@example.com",
        "ReplyTo": "desk@example.com", "Subject": "Sign-ins of {date} – résumé", "Importance": "High", "Sensitivity": "Confidential",
        "Body": format!("<p>Hello <b>you</b></p><img src=\"data:image/png;base64,{png}\" alt=\"logo\">"),
        "Attachments": [{"Name": "rows.csv", "ContentBytes": "YSxiCjEsMgo="}, {"Name": "rows.csv", "ContentBytes": "YSxi"}],
    }));
    insta::assert_snapshot!(readable(&mail));
}

#[test]
fn a_report() {
    let mail = message(&json!({
        "to": ["soc@example.com"], "subject": "{title}: {rowCount} rows on {date}", "title": "Failed sign-ins",
        "sections": [
            {"text": "Two charts & a table.\nSecond line."},
            {"title": "By hour", "result": chart("Hours", 3)},
            {"result": chart("Days", 4)},
            {"title": "Rows", "result": rows(2)},
            {"html": "<p>That was <i>all</i>.</p>"},
        ],
    }));
    insta::assert_snapshot!(readable(&mail));
}

#[tokio::test]
async fn the_same_key_gives_the_same_message_id_and_another_one_another() {
    let id = async |request: Value| run(&request).await.0.unwrap().message_id;
    let one = id(with(json!({"idempotencyKey": "one", "dryRun": true}))).await;
    assert_eq!(one, id(with(json!({"idempotencyKey": "one", "dryRun": true, "subject": "other"}))).await);
    assert_ne!(one, id(with(json!({"idempotencyKey": "two", "dryRun": true}))).await);
    assert!(one.starts_with('<') && one.ends_with("@example.net>"), "{one}");
}

#[tokio::test]
async fn a_message_is_ascii_in_short_lines_that_end_in_crlf() {
    let long = "word ".repeat(30);
    let many: Vec<_> = (0..50).map(|n| format!("a-rather-long-address-{n}@sub.example.com")).collect();
    let folder = tempfile::tempdir().unwrap();
    let mut context = context(folder.path());
    context.client.allowed = AllowList::parse("@sub.example.com").unwrap();
    let request = json!({
        "to": many, "subject": format!("é {long}"), "body": format!("{}\n\r\u{b}é", "x".repeat(5000)),
        "attachments": [{"name": "a.csv", "contentBytes": BASE64_STANDARD.encode("a\nb\r\n".repeat(1000))}],
    });
    let request: Request = serde_json::from_str(&request.to_string()).unwrap();
    crate::run(&context, request).await.unwrap();
    let path = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let mail = String::from_utf8(fs::read(path).unwrap()).unwrap();
    assert!(mail.is_ascii());
    assert!(mail.split("\r\n").all(|line| line.len() <= 78 && !line.contains(['\r', '\n'])));
    assert_eq!(parse(mail.as_bytes()).to().unwrap().iter().count(), 50);
}

#[tokio::test]
async fn every_address_that_is_one_can_be_written() {
    let address = "a#$&'*+-/=?^_`{|}~z.9@example.com";
    let mail = mail(&with(json!({"to": address, "from": address, "replyTo": address}))).await;
    let message = parse(&mail);
    for people in [message.to(), message.from(), message.reply_to()] {
        assert_eq!(people.unwrap().first().unwrap().address(), Some(address));
    }
}

#[tokio::test]
async fn attachments_arrive_byte_for_byte() {
    let contents: [&[u8]; 9] = [
        b"a,b\n1,2\n",
        b"a,b\r\n1,2\r\n",
        b"\r\r\n\n.\r\n..\r\n",
        b"\n",
        b" ",
        b"--=_mixed_",
        b"From somebody\n\0\xff\xfe",
        &[0; 1000],
        &[b'x'; 5000],
    ];
    let attachments: Vec<_> = contents
        .iter()
        .enumerate()
        // The parser decodes text, so that bytes that are none have to come as bytes.
        .map(|(n, content)| (n, content, std::str::from_utf8(content).map_or("bin", |_| "csv")))
        .map(|(n, content, extension)| json!({"name": format!("{n}.{extension}"), "contentBytes": BASE64_STANDARD.encode(content)}))
        .collect();
    let mail = mail(&with(json!({"attachments": attachments}))).await;
    let message = parse(&mail);
    assert!(message.attachments().map(mail_parser::MessagePart::contents).eq(contents));
    assert_eq!(message.attachment(8).unwrap().attachment_name(), Some("8.csv"));
}

#[tokio::test]
async fn nobody_learns_of_bcc() {
    let request = with(json!({"bcc": "secret@example.com", "cc": "cc@example.com"}));
    let (response, mails) = run(&request).await;
    assert_eq!(response.unwrap().recipients, 3);
    let mail = String::from_utf8(mails[0].clone()).unwrap();
    assert!(!mail.to_lowercase().contains("bcc") && !mail.contains("secret"), "{mail}");
    assert!(mail.contains("cc@example.com"));
}

#[tokio::test]
async fn hostile_text_adds_no_header_and_no_recipient() {
    let names =
        |mail: &[u8]| -> Vec<String> { parse(mail).headers().iter().map(|header| header.name().to_owned()).collect() };
    let expected = names(&mail(&with(json!({}))).await);
    for subject in
        ["=?utf-8?Q?a=0D=0ABcc:_x@evil.example?=", "😀 résumé", "Bcc: v@evil.example", "{title}", "a  b\u{a0}c"]
    {
        let mail = mail(&with(json!({"subject": subject, "title": subject, "link": "https://example.com"}))).await;
        let message = parse(&mail);
        assert_eq!(names(&mail), expected, "{subject}");
        assert_eq!(message.subject(), Some(subject));
    }
    for field in ["to", "cc", "bcc", "replyTo", "from"] {
        for hostile in [
            "v@evil.example",
            "soc@example.com\r\nBcc: v@evil.example",
            "\"soc@example.com\" <v@evil.example>",
            "soc@example.com,v@evil.example",
        ] {
            let error = refusal(&with(json!({field: hostile}))).await;
            assert!(error.starts_with("Forbidden: ") || error.starts_with("BadRequest: "), "{error}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_sent() {
    let result = |reply: Value| json!({"body": null, "sections": [{"text": "x"}, {"result": reply}]});
    for (fields, start) in [
        (json!({"to": []}), "BadRequest: the mail has no recipients"),
        (
            json!({"to": "v@evil.example"}),
            "Forbidden: v@evil.example is not allowed; add @evil.example to MAIL_ALLOWED_RECIPIENTS",
        ),
        (
            json!({"from": "soc@elsewhere.example"}),
            "Forbidden: soc@elsewhere.example is not allowed; add @elsewhere.example to MAIL_ALLOWED_RECIPIENTS",
        ),
        (json!({"subject": null}), "BadRequest: the subject \"{title}\" has a placeholder that needs title"),
        (json!({"subject": "\r\n"}), "BadRequest: the mail has no subject"),
        (json!({"subject": "a\r\nBcc: v@evil.example"}), "BadRequest: the subject has the character U+000D"),
        (json!({"title": "a\u{0}b", "subject": "{title}"}), "BadRequest: the subject has the character U+0000"),
        (
            json!({"subject": "{rowCount}"}),
            "BadRequest: the subject \"{rowCount}\" has a placeholder that needs a rowCount",
        ),
        (json!({"body": null}), "BadRequest: the mail shows nothing: give Body or sections"),
        (json!({"body": " "}), "BadRequest: the mail shows nothing: give Body or sections"),
        (
            json!({"sendWhen": "rows > 0"}),
            "BadRequest: sendWhen compares the rows of results: give sections with a result",
        ),
        (json!({"link": "javascript:alert(1)"}), "BadRequest: a link must be an https:// or http:// URL"),
        (
            json!({"link": {"url": "data:text/html,x", "text": "x"}}),
            "BadRequest: a link must be an https:// or http:// URL",
        ),
        (
            json!({"attachments": [{"name": "a.csv", "contentBytes": ""}]}),
            "BadRequest: the attachment \"a.csv\" is empty",
        ),
        (
            json!({"attachments": [{"name": "a.csv", "contentBytes": "?"}]}),
            "BadRequest: the content of the attachment \"a.csv\" is not base64",
        ),
        (
            json!({"attachments": vec![json!({"name": "a.csv", "contentBytes": "YQ=="}); 101]}),
            "BadRequest: the mail has more than 100 attachments",
        ),
        (json!({"body": "<img src=\"cid:x\">"}), "BadRequest: the body shows the image cid:x, and no attachment there"),
        (
            json!({"sections": [{"html": "<img src=\"data:image/png;base64,YQ==\">"}]}),
            "BadRequest: section 1 shows a data URI, which is no PNG",
        ),
        (result(json!({})), "BadRequest: the result of section 2 is neither rows (`value`) nor a chart (`bodyHtml`)"),
        (
            result(json!({"resultUrl": "s3://x"})),
            "BadRequest: the result of section 2: a reference is written store:results/<id>",
        ),
        (
            result(
                json!({"bodyHtml": "", "attachments": [{"name": "a", "contentType": "image/png", "url": "https://x"}]}),
            ),
            "BadRequest: the attachment \"a\": a reference is written store:results/<id>",
        ),
        (
            result(json!({"bodyHtml": "", "attachments": [{"name": "a", "contentType": "image/png"}]})),
            "BadRequest: the attachment \"a\" has no content: give its bytes in base64, or its url in the store",
        ),
        (
            json!({"attachments": [{"name": "a", "contentBytes": "YQ==", "url": "store:results/x"}]}),
            "BadRequest: the attachment \"a\": it has its content or a url, not both",
        ),
        (
            json!({"attachments": [{"name": "a", "url": "store:results/0123456789abcdef0123456789abcdef"}]}),
            "BadRequest: the attachment \"a\": a reference to a result needs a store: set STORE_URL to ",
        ),
        (json!({"idempotencyKey": "a"}), "BadRequest: an idempotency key needs a store: set STORE_URL to "),
    ] {
        let error = refusal(&with(fields.clone())).await;
        assert!(error.starts_with(start), "{fields}: {error}");
    }
}

#[tokio::test]
async fn a_mail_may_have_25_mebibytes_and_no_more() {
    let attachment = |bytes: usize| json!({"attachments": [{"name": "a.bin", "contentBytes": BASE64_STANDARD.encode(vec![7; bytes])}]});
    // The body is 8 bytes as HTML and 2 as text.
    let most = 25 * 1024 * 1024 - 10;
    assert_eq!(parse(&mail(&with(attachment(most))).await).attachment(0).unwrap().contents().len(), most);
    let error = refusal(&with(attachment(most + 1))).await;
    assert_eq!(
        error,
        "LimitExceeded: the mail has 26214401 bytes with its attachments, more than the 26214400 that it may have: attach less, or send several mails"
    );
}

#[tokio::test]
async fn many_tables_share_what_gmail_shows() {
    let result = |text: &str| {
        let value: Vec<_> = (0..60).map(|n| json!({"n": n, "text": text})).collect();
        json!({"result": {"value": value, "columns": [{"name": "n", "type": "long"}, {"name": "text", "type": "string"}]}})
    };
    for (count, text) in [(1, "é<".repeat(140)), (12, "x".repeat(280)), (40, "y".repeat(280))] {
        let sections = vec![result(&text); count];
        let mail = mail(&with(json!({"sections": sections, "title": "t"}))).await;
        let message = parse(&mail);
        let html = message.body_html(0).unwrap();
        assert!(html.len() < 90_000, "{count}: {}", html.len());
        assert_eq!((html.matches(" of 60 rows; all in rows").count(), message.attachment_count()), (count, count));
    }
}

#[tokio::test]
async fn a_result_that_no_mail_can_carry_is_refused() {
    let value: Vec<_> = (0..60).map(|n| json!({"n": n, "text": "x".repeat(1 << 19)})).collect();
    let error = refusal(&with(json!({"sections": [{"result": {"value": value}}]}))).await;
    assert_eq!(error, "LimitExceeded: the result has more than 26214400 bytes as CSV: let the query return less");
}

#[tokio::test]
async fn rows_decide_whether_a_mail_is_sent() {
    for (results, fields, expected) in [
        (vec![rows(0)], json!({}), Ok(0)),
        (vec![rows(0)], json!({"onEmpty": "note"}), Ok(0)),
        (vec![rows(0)], json!({"onEmpty": "skip"}), Err("the results have no rows, and onEmpty is \"skip\"")),
        (vec![rows(0), rows(1)], json!({"onEmpty": "skip"}), Ok(1)),
        (
            vec![rows(0), chart("c", 0)],
            json!({"onEmpty": "skip"}),
            Err("the results have no rows, and onEmpty is \"skip\""),
        ),
        (vec![rows(0)], json!({"sendWhen": "rows > 0"}), Err("the results have 0 rows, and sendWhen is \"rows > 0\"")),
        (vec![rows(2), chart("c", 3)], json!({"sendWhen": "rows==5"}), Ok(5)),
        (
            vec![rows(2), chart("c", 3)],
            json!({"sendWhen": "rows < 5"}),
            Err("the results have 5 rows, and sendWhen is \"rows < 5\""),
        ),
    ] {
        let sections: Vec<_> = results.into_iter().map(|result| json!({"result": result})).collect();
        let mut request = with(json!({"sections": sections}));
        request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let (response, mails) = run(&request).await;
        let response = response.unwrap();
        assert_eq!(response.reason.as_deref(), expected.err(), "{fields}");
        assert_eq!((response.sent, mails.len()), (expected.is_ok(), usize::from(expected.is_ok())));
        assert!(expected.is_err() || response.row_count == expected.ok());
    }
}

#[tokio::test]
async fn empty_and_cut_results_are_told() {
    let mut cut = rows(60);
    cut["completeness"] = json!("truncated");
    let sections = json!([{"title": "None", "result": rows(0)}, {"title": "Cut", "result": cut}]);
    let mail = mail(&with(json!({"sections": sections, "onEmpty": "note"}))).await;
    let message = parse(&mail);
    let text = message.body_text(0).unwrap().replace("\r\n", "\n");
    assert!(text.contains("\nNone\n\nNo rows.\n\nCut\n"), "{text}");
    assert!(
        text.contains("\n50 of 60 rows; all in Cut.csv\n\nThe result was cut: there are more rows than these.\n"),
        "{text}"
    );
    let attachment = message.attachment(0).unwrap();
    assert_eq!((message.attachment_count(), attachment.attachment_name()), (1, Some("Cut.csv")));
    assert!(attachment.contents().ends_with(b"\"host-59 <b>\",\"59\"\r\n"));
}

#[tokio::test]
async fn the_button_leads_where_it_is_told_to() {
    let mut without = chart("c", 1);
    without["kustoDeepLink"] = json!("");
    for (sections, link, expected) in [
        (json!([]), json!("https://example.com/a?b=1&c=2"), Some("Open: https://example.com/a?b=1&c=2")),
        (
            json!([]),
            json!({"url": "http://example.com", "text": "Look\r\nhere"}),
            Some("Look  here: http://example.com/"),
        ),
        (json!([{"result": without}]), Value::Null, None),
        (
            json!([{"result": without}, {"result": chart("c", 1)}]),
            Value::Null,
            Some("Open in Azure Data Explorer: https://dataexplorer"),
        ),
    ] {
        let mail = mail(&with(json!({"sections": sections, "link": link, "title": "t"}))).await;
        let text = parse(&mail).body_text(0).unwrap().into_owned();
        match expected {
            Some(line) => assert!(text.lines().any(|found| found.starts_with(line)), "{text}"),
            None => assert!(!text.contains("://"), "{text}"),
        }
    }
}

#[tokio::test]
async fn cells_stay_in_the_body() {
    let result = json!({"value": [{"canary1": "canary2\r\nBcc: v@evil.example"}], "rowCount": 1});
    let mail =
        mail(&with(json!({"subject": "{title} {rowCount}", "title": "t", "sections": [{"result": result}]}))).await;
    let mail = String::from_utf8(mail).unwrap();
    assert!(!mail.contains("canary"), "{mail}");
    let message = parse(mail.as_bytes());
    assert!(message.body_html(0).unwrap().contains("canary2"));
    assert_eq!((message.subject(), message.attachment_count()), (Some("t 1"), 0));
}

#[tokio::test]
async fn a_dry_run_answers_with_the_message_and_sends_nothing() {
    for (on_empty, reason) in [
        ("send", "dryRun is true"),
        ("skip", "dryRun is true; without it: the results have no rows, and onEmpty is \"skip\""),
    ] {
        let request = json!({
            "to": "soc@example.com", "title": "t", "sections": [{"result": rows(0)}], "onEmpty": on_empty, "dryRun": true,
            "idempotencyKey": "key",
        });
        let (response, mails) = run(&request).await;
        assert_eq!(mails.len(), 0);
        let response = serde_json::to_value(response.unwrap()).unwrap();
        let message = response["message"].as_str().unwrap();
        assert_eq!(parse(message.as_bytes()).subject(), Some("t"));
        assert_eq!(
            response,
            json!({
                "sent": false, "reason": reason, "messageId": response["messageId"], "subject": "t", "recipients": 1,
                "transport": "file", "rowCount": 0, "message": message, "contractVersion": 1,
            })
        );
    }
}

#[tokio::test]
async fn settings_that_are_wrong_are_named() {
    for (variables, start) in [
        (&[][..], "MAIL_URL: it is not set: write where mail goes, graph://mailbox@domain, ses://region, smtp://"),
        (
            &[("MAIL_URL", "ses://")],
            "MAIL_URL: no region is known; set `region`, or the variable AWS_REGION as Lambda does",
        ),
        (&[("MAIL_URL", "ses://eu-central-1")], "MAIL_URL: the variable AWS_ACCESS_KEY_ID is not set"),
        (&[("MAIL_URL", "graph://reports@contoso.com")], "MAIL_URL: it needs AZURE_TENANT_ID, which is not set"),
        (&[("MAIL_URL", "smtp://u:hunter2@mail.example")], "MAIL_URL: a secret is given by reference"),
        (
            &[("MAIL_URL", "file:///x"), ("MAIL_FROM", "Reports <r@example.com>")],
            "MAIL_FROM: it is no address: write the bare address",
        ),
        (
            &[("MAIL_URL", "file:///x"), ("MAIL_ALLOWED_RECIPIENTS", "*")],
            "MAIL_ALLOWED_RECIPIENTS: \"*\" is neither an address nor an @domain",
        ),
        (
            &[("MAIL_URL", "file:///x"), ("EXTRA_CA_FILE", "/no/such/file")],
            "EXTRA_CA_FILE: /no/such/file cannot be read",
        ),
        (
            &[("MAIL_URL", "smtps://mail.example"), ("EXTRA_CA_FILE", "/dev/null")],
            "EXTRA_CA_FILE: the extra root certificates cannot be used: there are none in the file",
        ),
    ] {
        let error = Mailer::from_settings(&settings(variables)).unwrap_err().to_string();
        assert!(error.starts_with(start), "{error}");
        assert!(!error.contains("hunter2"));
    }
}

proptest! {
    #[test]
    fn charts_keep_their_places(numbers in Just((1..=12).collect::<Vec<u8>>()).prop_shuffle(), count in 1..=12usize) {
        let numbers = &numbers[..count];
        let sections: Vec<_> = numbers.iter().map(|n| json!({"result": chart("c", *n)})).collect();
        let mail = message(&with(json!({"sections": sections})));
        let message = parse(&mail);
        let html = message.body_html(0).unwrap();
        let shown: Vec<_> = html.match_indices("\"cid:").map(|(at, mark)| {
            let content_id = html[at + mark.len()..].split('"').next().unwrap();
            let image = message.parts.iter().find(|part| part.content_id() == Some(content_id)).unwrap();
            image.contents().to_vec()
        }).collect();
        assert_eq!(shown, numbers.iter().map(|n| png(*n)).collect::<Vec<_>>());
    }

    #[test]
    fn any_body_and_names_make_a_mail_that_parses(body in "[<>a-z\"'=!/ &;é-]{1,60}", name in prop::string::string_regex("\\PC{0,40}").unwrap()) {
        let mail = message(&with(json!({
            "body": format!("x{body}"), "attachments": [{"name": name, "contentBytes": "YQ=="}],
        })));
        let message = parse(&mail);
        assert_eq!(message.body_html(0).unwrap(), format!("x{body}"));
        assert_eq!(message.attachment_count(), 1);
        let name = message.attachment(0).unwrap().attachment_name().unwrap();
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._- ".contains(&b)), "{name}");
    }
}
