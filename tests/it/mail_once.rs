//! One mail per key.

use crate::mail::email;
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    time::Duration,
};
use tempfile::TempDir;
use tests::{binaries, cluster::Cluster, events, lambda::Function, mail_soak};

const ID: &str = "11111111-2222-4333-8444-555555555555";

/// Two folders: for mails, and for the store.
fn folders() -> [TempDir; 2] {
    [(); 2].map(|()| tempfile::tempdir().unwrap())
}

fn url(folder: &TempDir) -> String {
    format!("file://{}", folder.path().display())
}

fn count(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

fn request(fields: Value) -> Value {
    let mut request = json!({"to": "soc@example.com", "subject": "s", "body": "<p>b</p>"});
    request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    request
}

#[test]
fn of_300_mails_none_is_lost_and_none_sent_twice() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let figures = runtime.block_on(mail_soak::run(300, folder.path(), 4)).unwrap();
    println!("{figures}");
    assert!(figures.keep_the_promise(), "{figures}");
    assert!(figures.crashes.iter().all(|count| *count > 0), "a point is not met: {figures}");
    assert!(figures.sent > 150 && figures.unknown.iter().sum::<usize>() > 0, "{figures}");
}

#[test]
fn the_same_key_sends_one_mail_and_tells_its_outcome() {
    let [mails, store] = folders();
    let function = email(&url(&mails), &[("STORE_URL", &url(&store))]);
    let first = request(json!({"idempotencyKey": "report 2026-11-20"}));
    let reply = function.invoke(&first).reply();
    assert_eq!(reply["sent"], true);
    assert_eq!(function.invoke(&first).reply(), reply);
    let error = function.invoke(&request(json!({"idempotencyKey": "report 2026-11-20", "subject": "t"}))).error();
    assert!(error.starts_with("Conflict: the idempotency key was used for another request"), "{error}");
    assert_eq!(count(mails.path()), 1);
    assert_eq!(function.invoke(&request(json!({"idempotencyKey": "report 2026-11-21"}))).reply()["sent"], true);
    assert_eq!(count(mails.path()), 2);
    let id = fs::read_dir(store.path().join("once")).unwrap().next().unwrap().unwrap().file_name();
    assert_eq!(id.len(), 64, "the key itself is not in the store");
}

#[test]
fn a_mail_that_was_wrong_is_corrected_under_its_key_and_sent_once() {
    let [mails, store] = folders();
    let (mails_url, store_url) = (url(&mails), url(&store));
    let settings = [("STORE_URL", store_url.as_str())];
    let function = email(&mails_url, &settings);
    let keyed = |fields: Value| {
        let mut request = request(fields);
        request["idempotencyKey"] = json!("one");
        request
    };
    let gone = json!({"name": "a.csv", "url": format!("store:results/{}", "0".repeat(32))});
    for (fields, start) in [
        (json!({"subject": "a\r\nb"}), "BadRequest: the subject has "),
        (json!({"to": "soc@elsewhere.example"}), "Forbidden: soc@elsewhere.example is not allowed"),
        (json!({"to": []}), "BadRequest: the mail has no recipients"),
    ] {
        let error = function.invoke(&keyed(fields)).error();
        assert!(error.starts_with(start), "{error}");
    }
    assert!(!store.path().join("once").exists(), "the key of a wrong mail is not taken");
    // What nothing came of is no use of the key either: a result that is not there, and a server that says no.
    let error = function.invoke(&keyed(json!({"attachments": [gone]}))).error();
    assert!(error.starts_with("NotFound: the attachment \"a.csv\": results/"), "{error}");
    let error = email(&refusing_server(), &settings).invoke(&keyed(json!({"subject": "no"}))).error();
    assert!(error.starts_with("Forbidden: the mail server "), "{error}");
    assert_eq!(count(mails.path()), 0);

    let corrected = keyed(json!({}));
    let reply = function.invoke(&corrected).reply();
    assert_eq!(reply["sent"], true);
    assert_eq!(function.invoke(&corrected).reply(), reply);
    let error = function.invoke(&keyed(json!({"subject": "t"}))).error();
    assert!(error.starts_with("Conflict: "), "{error}");
    assert_eq!(count(mails.path()), 1);
}

#[test]
fn a_mail_that_was_sent_is_told_also_when_its_results_are_gone() {
    let [mails, store] = folders();
    let store_url = url(&store);
    let cluster = Cluster::answering_json(&tests::cluster::requests(3));
    let settings = [("KUSTO_CLUSTER", cluster.url()), ("KUSTO_DATABASE", "db"), ("STORE_URL", &store_url)];
    let query = Function::start("query", &[&settings[..], &[("INLINE_LIMIT", "200")]].concat());
    let rows = query.invoke(&json!({"query": "T"})).reply();
    assert!(rows["resultUrl"].is_string(), "{rows}");
    let function = email(&url(&mails), &settings[2..]);
    let mail = request(json!({"sections": [{"result": rows}], "idempotencyKey": "one"}));
    let reply = function.invoke(&mail).reply();
    fs::remove_dir_all(store.path().join("results")).unwrap();
    assert_eq!(function.invoke(&mail).reply(), reply);
    assert_eq!(count(mails.path()), 1);
}

#[test]
fn the_header_is_the_field() {
    let [mails, store] = folders();
    let function = email(&url(&mails), &[("STORE_URL", &url(&store))]);
    let send = |key: &[(&str, &str)], fields: Value| {
        let reply = function.invoke(&events::http_request("POST", key, &request(fields).to_string())).reply();
        (reply["statusCode"].as_u64().unwrap(), reply["body"].as_str().unwrap().to_owned())
    };
    let header = [("idempotency-key", "one")];
    let first = send(&header, json!({}));
    assert_eq!((first.0, send(&header, json!({}))), (200, first.clone()));
    assert_eq!(send(&header, json!({"subject": "t"})).0, 409);
    assert_eq!(send(&header, json!({"idempotencyKey": "two"})).0, 400);
    assert_eq!(send(&[("idempotency-key", &"k".repeat(257))], json!({})).0, 400);
    assert_eq!(count(mails.path()), 1);
    // The same key of another caller is another key.
    function.invoke(&request(json!({"idempotencyKey": "one", "subject": "u"}))).reply();
    assert_eq!(count(mails.path()), 2, "and its mail another mail");
}

#[test]
fn an_event_that_is_delivered_again_sends_nothing() {
    let [mails, store] = folders();
    let function = email(&url(&mails), &[("STORE_URL", &url(&store))]);
    let deliver = |fields: Value| {
        let event = request(fields).to_string();
        function.deliver(ID, &event, Duration::from_secs(30)).recv_timeout(Duration::from_secs(60)).unwrap()
    };
    let first = deliver(json!({})).reply();
    assert_eq!(deliver(json!({})).reply(), first);
    // What was withheld stays withheld.
    assert_eq!(count(mails.path()), 1);
}

/// A mail server that takes no mail; its URL.
fn refusing_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            stream.write_all(b"554 no\r\n").unwrap();
        }
    });
    format!("smtp://127.0.0.1:{port}")
}

/// A mail server that takes a message and never says so; tells when it has it.
fn silent_server() -> (u16, mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"220 ready\r\n").unwrap();
        for line in BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok) {
            match line.as_str() {
                "DATA" => stream.write_all(b"354 go on\r\n").unwrap(),
                "." => sender.send(()).unwrap(),
                _ if line.starts_with(['E', 'M', 'R']) && !line.contains(": ") => {
                    stream.write_all(b"250 fine\r\n").unwrap();
                }
                _ => {}
            }
        }
    });
    (port, receiver)
}

#[test]
fn a_function_that_was_killed_while_it_sent_leaves_an_unknown_outcome() {
    let [mails, store] = folders();
    let (port, taken) = silent_server();
    let event = request(json!({})).to_string();
    let settings = [("STORE_URL", url(&store))];
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    let killed = email(&format!("smtp://127.0.0.1:{port}"), &settings);
    let outcome = killed.deliver(ID, &event, Duration::from_secs(3));
    taken.recv_timeout(Duration::from_secs(30)).unwrap();
    killed.log();
    assert!(outcome.try_recv().is_err(), "it was killed before it answered");
    let function = email(&url(&mails), &settings);
    for _ in 0..2 {
        let again = function.deliver(ID, &event, Duration::from_secs(30)).recv_timeout(Duration::from_secs(60));
        let error = again.unwrap().error();
        assert!(error.starts_with("OutcomeUnknown: it may have been done, as the mail <"), "{error}");
        assert!(error.contains("@example.net>: an earlier call began it and did not say how it ended"), "{error}");
    }
    assert_eq!(count(mails.path()), 0, "nothing is sent on a guess");
}

#[test]
fn a_mail_server_that_refused_is_asked_again() {
    let [mails, store] = folders();
    let event = request(json!({"idempotencyKey": "a"}));
    let url_of_store = url(&store);
    let refused = email(&refusing_server(), &[("STORE_URL", &url_of_store)]).invoke(&event).error();
    assert!(refused.starts_with("Forbidden: the mail server ") && refused.ends_with("nothing was sent"), "{refused}");
    assert_eq!(email(&url(&mails), &[("STORE_URL", &url_of_store)]).invoke(&event).reply()["sent"], true);
    assert_eq!(count(mails.path()), 1);
}

#[test]
fn a_mail_is_not_sent_where_nobody_would_remember_it() {
    let [mails, store] = folders();
    let keyed = request(json!({"idempotencyKey": "a"}));
    let error = email(&url(&mails), &[]).invoke(&keyed).error();
    assert_eq!(
        error,
        "BadRequest: an idempotency key needs a store: set STORE_URL to s3://bucket/prefix or file:///folder"
    );
    fs::write(store.path().join("once"), "a file where a folder is to be").unwrap();
    let error = email(&url(&mails), &[("STORE_URL", &url(&store))]).invoke(&request(json!({}))).error();
    assert!(error.starts_with(&format!("Unavailable: the store {} refuses: ", url(&store))), "{error}");
    let endpoint = [
        ("STORE_URL", "s3://bucket"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "k"),
        ("AWS_SECRET_ACCESS_KEY", "canary"),
    ];
    let function = email(&url(&mails), &endpoint);
    let error = function.invoke(&request(json!({}))).error();
    assert!(error.starts_with("Unavailable: the store s3://bucket cannot be used: cannot connect: "), "{error}");
    assert!(!function.log().contains("canary"));
    assert_eq!(count(mails.path()), 0);
}

/// A disk that is full, as the kernel makes one for a process that may write no file.
#[test]
fn a_full_disk_is_said_and_sends_nothing() {
    let [mails, store] = folders();
    let script = tempfile::tempdir().unwrap();
    let path = script.path().join("email");
    let email = binaries::path("email");
    fs::write(&path, format!("#!/bin/sh\ntrap '' XFSZ\nulimit -f 0\nexec {}\n", email.display())).unwrap();
    let made = Command::new("chmod").arg("+x").arg(&path).stdout(Stdio::null()).status().unwrap();
    assert!(made.success());
    let (mails_url, store_url) = (url(&mails), url(&store));
    let settings = [
        ("PATH", "/usr/bin:/bin"),
        ("MAIL_URL", mails_url.as_str()),
        ("MAIL_FROM", "reports@example.net"),
        ("MAIL_ALLOWED_RECIPIENTS", "@example.com"),
        ("STORE_URL", &store_url),
    ];
    let error = Function::run(&path, &settings).invoke(&request(json!({}))).error();
    assert!(error.starts_with(&format!("Unavailable: the store {store_url} refuses: File too large")), "{error}");
    assert!(error.contains("check STORE_URL and the permissions and the free space of its folder"), "{error}");
    assert_eq!(count(mails.path()), 0);
}
