//! A provider that falls silent: what is told of the mail, and when.

use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};
use tests::{
    cloud,
    lambda::{Function, Outcome},
    network::Network,
};

/// What Lambda gives the function.
const TIME: Duration = Duration::from_secs(3);

/// Never returns: who waits ends with the test.
fn silence() -> ! {
    loop {
        thread::park();
    }
}

/// Every host answers well, but for `silent`, which has the request and says nothing.
fn network(silent: &'static str) -> Network {
    Network::new(move |seen| if seen.host == silent { silence() } else { cloud::well(seen) })
}

/// A mail server that answers each line that begins with one of `answered`, and none else; its port.
fn mail_server(answered: &'static [&'static str]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(|| talk(stream, answered));
        }
    });
    port
}

fn talk(stream: TcpStream, answered: &[&str]) {
    let mut writer = stream.try_clone().unwrap();
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    for line in std::iter::once("greeting".to_owned()).chain(lines) {
        let Some(command) = answered.iter().find(|command| line.starts_with(**command)) else { continue };
        let answer = match *command {
            "greeting" => "220 ready\r\n",
            "DATA" => "354 go on\r\n",
            _ => "250 fine\r\n",
        };
        // A client that has enough closes early: nothing to do about it.
        let _ = writer.write_all(answer.as_bytes());
    }
}

/// A proxy that takes connections, since the kernel does, and nothing more.
fn silent_proxy() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

fn email(settings: &[(&str, &str)]) -> Function {
    let known = [
        ("MAIL_FROM", "reports@example.net"),
        ("MAIL_ALLOWED_RECIPIENTS", "@example.com"),
        ("AZURE_TENANT_ID", "contoso.onmicrosoft.com"),
        ("AZURE_CLIENT_ID", "11111111-2222"),
        ("AZURE_CLIENT_SECRET", cloud::SECRET),
    ];
    Function::start("email", &[&known, settings].concat())
}

/// The error of a mail, which came in time.
fn error(function: &Function, request: &Value) -> String {
    let begun = Instant::now();
    let error = function.invoke_text(&request.to_string(), TIME).error();
    assert!(begun.elapsed() < TIME, "it took {:?}: {error}", begun.elapsed());
    error
}

#[test]
fn whoever_falls_silent_is_left_in_time_and_what_is_told_is_true() {
    let (_proxy, proxy) = silent_proxy();
    let graph = "graph://reports@example.net";
    let [login, graph_host, ses] =
        [cloud::LOGIN, "graph.microsoft.com", "email.eu-central-1.amazonaws.com"].map(network);
    let smtp = |answered| format!("smtp://127.0.0.1:{}", mail_server(answered));
    let (at_greeting, at_recipient) = (smtp(&[]), smtp(&["greeting", "EHLO", "MAIL"]));
    let at_end = smtp(&["greeting", "EHLO", "MAIL", "RCPT", "DATA"]);
    // It takes the message, and says nothing to the goodbye.
    let at_goodbye = smtp(&["greeting", "EHLO", "MAIL", "RCPT", "DATA", "."]);
    let late = "Unavailable: ";
    let not_known = "OutcomeUnknown: ";
    let cases = [
        (graph, login.settings(&[]), late),
        (graph, vec![("PROXY_URL", proxy.as_str())], late),
        (graph, graph_host.settings(&[]), not_known),
        ("ses://", vec![("PROXY_URL", proxy.as_str())], late),
        ("ses://", ses.settings(&[]), not_known),
        (at_greeting.as_str(), Vec::new(), late),
        (&at_recipient, Vec::new(), late),
        (&at_end, Vec::new(), not_known),
        (&at_goodbye, Vec::new(), ""),
    ];
    thread::scope(|scope| {
        for (url, settings, expected) in &cases {
            for with_store in [false, true] {
                scope.spawn(move || check(url, settings, expected, with_store));
            }
        }
    });
}

/// Sends a mail, and with a store the same once more.
fn check(url: &str, settings: &[(&str, &str)], expected: &str, with_store: bool) {
    let store = tempfile::tempdir().unwrap();
    let store_url = format!("file://{}", store.path().display());
    let more = [("MAIL_URL", url), ("STORE_URL", store_url.as_str())];
    let function = email(&[settings, &more[..1 + usize::from(with_store)]].concat());
    let mut request = json!({"to": "soc@example.com", "subject": "s", "body": "b"});
    if with_store {
        request["idempotencyKey"] = json!("one");
    }
    if expected.is_empty() {
        let begun = Instant::now();
        let outcome = function.invoke_text(&request.to_string(), TIME);
        assert!(begun.elapsed() < TIME && matches!(outcome, Outcome::Reply(_)), "{outcome:?}");
        return;
    }
    let first = error(&function, &request);
    assert!(first.starts_with(expected), "{url} {with_store}: {first}");
    // It is the transport that gave up, and not the function that was about to be ended.
    let said =
        if expected.starts_with("Outcome") { "look for it there" } else { "nothing was sent: see what keeps it" };
    assert!(first.contains(said), "{url}: {first}");
    if with_store {
        let again = error(&function, &request);
        let told = if expected.starts_with("Outcome") { "it may have been done, as the mail <" } else { said };
        assert!(again.starts_with(expected) && again.contains(told), "{url}: {again}");
    }
}
