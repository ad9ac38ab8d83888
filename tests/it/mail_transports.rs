//! The email action through each provider: what arrives there, what its answers become, and what is never done.

use crate::mail::decoded;
use serde_json::{Value, json};
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use tempfile::TempDir;
use tests::{
    cloud::{self, LOGIN, STS, TOKEN},
    cluster::Cluster,
    lambda::Function,
    network::{Network, Reply, Seen},
    python,
};

const GRAPH: &str = "graph.microsoft.com";
const SES: &str = "email.eu-central-1.amazonaws.com";
const MAILBOX: &str = "reports@example.net";

/// The email function in this network, with this `MAIL_URL` and further settings.
fn email(network: &Network, url: &str, more: &[(&str, &str)]) -> Function {
    let mut settings = vec![
        ("MAIL_URL", url),
        ("MAIL_FROM", MAILBOX),
        ("MAIL_ALLOWED_RECIPIENTS", "@example.com"),
        ("AZURE_TENANT_ID", "contoso.onmicrosoft.com"),
        ("AZURE_CLIENT_ID", "11111111-2222"),
    ];
    settings.extend(more);
    Function::start("email", &network.settings(&settings))
}

/// A secret of the application.
const SECRET: [(&str, &str); 1] = [("AZURE_CLIENT_SECRET", cloud::SECRET)];

/// A mail with everything that a transport must carry.
fn request() -> Value {
    json!({
        "to": "soc@example.com", "cc": "cc@example.com", "bcc": "hidden@example.com; soc@example.com", "subject": "Rows – é",
        "body": "<p>Hello</p>", "importance": "high",
        "attachments": [{"name": "rows.csv", "contentBytes": "YSxiCjEsMgo="}],
    })
}

/// Graph that answers `graph` to a mail; everybody else answers well.
fn network(host: &'static str, answer: impl Fn() -> Reply + Send + Sync + 'static) -> Network {
    Network::new(move |seen| if seen.host == host { answer() } else { cloud::well(seen) })
}

fn accepted() -> Reply {
    Reply::new(202, "request-id: 2f6b1a0c-0000-4000-8000-000000000001\r\n", "")
}

/// The request that handed the mail over.
fn handed_over(network: &Network, host: &str) -> Seen {
    let mut requests = network.requests().into_iter().filter(|seen| seen.host == host);
    let seen = requests.next().unwrap();
    assert!(requests.next().is_none());
    seen
}

/// What Python's parser finds in this message, in which nothing is wrong.
fn read(message: &[u8]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail.eml");
    fs::write(&path, message).unwrap();
    let mail = python::run("check_mail.py", &[&path]);
    assert_eq!(json!([mail["defects"], mail["bareLineFeeds"], mail["nonAscii"]]), json!([[], 0, 0]));
    assert!(mail["maxLineLength"].as_u64().unwrap() <= 998);
    mail
}

fn header<'a>(mail: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = mail["headers"].as_array().unwrap().iter();
    headers.filter(|header| header[0] == name).map(|header| header[1].as_str().unwrap()).collect()
}

#[test]
fn graph_gets_the_message_with_those_of_bcc_and_a_token_of_its_own_cloud() {
    for (host, login, more) in [
        (GRAPH, LOGIN, &SECRET[..]),
        // Without a secret, what AWS says of the function stands for it.
        (GRAPH, LOGIN, &[]),
        ("graph.microsoft.us", "login.microsoftonline.us", &SECRET),
        ("dod-graph.microsoft.us", "login.microsoftonline.us", &SECRET),
        ("microsoftgraph.chinacloudapi.cn", "login.partner.microsoftonline.cn", &SECRET),
    ] {
        let network = network(host, accepted);
        let function = email(&network, &format!("graph://{MAILBOX}?host={host}"), more);
        let reply = function.invoke(&request()).reply();
        let id = "2f6b1a0c-0000-4000-8000-000000000001";
        assert_eq!(json!([reply["sent"], reply["transport"], reply["providerId"]]), json!([true, "graph", id]));

        let seen = handed_over(&network, host);
        assert_eq!(seen.head.lines().next(), Some("POST /v1.0/users/reports@example.net/sendMail HTTP/1.1"));
        assert_eq!(seen.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
        assert_eq!(seen.header("content-type"), Some("text/plain"));
        let mail = read(&decoded(&seen.body));
        assert_eq!(header(&mail, "Bcc"), ["hidden@example.com"]);
        assert_eq!(header(&mail, "To"), ["soc@example.com"]);
        assert_eq!(header(&mail, "Subject"), ["Rows – é"]);
        assert_eq!(header(&mail, "Message-ID"), [reply["messageId"].as_str().unwrap()]);
        assert_eq!(mail["attachments"][0]["content"], "YSxiCjEsMgo=");

        let asked = network.requests().into_iter().find(|seen| seen.host == login).unwrap();
        assert!(asked.body.contains(&format!("scope=https%3A%2F%2F{host}%2F.default")), "{}", asked.body);
        let hosts: Vec<_> = network.asked().iter().map(|asked| asked.trim_end_matches(":443").to_owned()).collect();
        assert!(hosts.iter().all(|asked| [host, login, STS].contains(&asked.as_str())), "{hosts:?}");
        // A second mail needs no second token.
        function.invoke(&json!({"to": "soc@example.com", "subject": "s", "body": "b"})).reply();
        assert_eq!((network.count(login, "/token"), network.count(host, "/sendMail")), (1, 2));
    }
}

#[test]
fn each_answer_of_graph_says_whether_the_mail_may_have_been_sent() {
    let answer = Arc::new(Mutex::new((0, "", "")));
    let given = Arc::clone(&answer);
    let network = network(GRAPH, move || {
        let (status, headers, code) = *given.lock().unwrap();
        Reply::new(status, headers, json!({"error": {"code": code, "message": "canary"}}).to_string())
    });
    let function = email(&network, &format!("graph://{MAILBOX}"), &SECRET);
    for (status, headers, code, requests, start) in [
        (
            400,
            "",
            "ErrorInvalidRecipients",
            1,
            "Forbidden: Microsoft Graph refused the mail (ErrorInvalidRecipients, HTTP status 400): ",
        ),
        (
            401,
            "",
            "InvalidAuthenticationToken",
            2,
            "ConnectionUnauthorized: Microsoft Graph does not accept the application's token",
        ),
        (
            403,
            "",
            "ErrorAccessDenied",
            1,
            "Forbidden: Microsoft Graph does not let the application send as reports@example.net (Error",
        ),
        (
            404,
            "",
            "ErrorInvalidUser",
            1,
            "NotFound: Microsoft Graph knows no mailbox reports@example.net (ErrorInvalidUser, ",
        ),
        (413, "", "", 1, "LimitExceeded: the mail is too large for Microsoft Graph (HTTP status 413)"),
        (429, "Retry-After: 0\r\n", "", 3, "Throttled: Microsoft Graph is asked too often (HTTP status 429)"),
        (429, "Retry-After: 9999\r\n", "", 1, "Throttled: Microsoft Graph is asked too often (HTTP status 429)"),
        (
            503,
            "",
            "serviceNotAvailable",
            3,
            "Unavailable: Microsoft Graph is not available (serviceNotAvailable, HTTP status 503)",
        ),
        (500, "", "", 1, "OutcomeUnknown: Microsoft Graph got the message <"),
        (502, "", "", 1, "OutcomeUnknown: Microsoft Graph got the message <"),
        (504, "", "", 1, "OutcomeUnknown: Microsoft Graph got the message <"),
        (200, "", "", 1, "OutcomeUnknown: Microsoft Graph got the message <"),
        (422, "", "<b>", 1, "Forbidden: Microsoft Graph refused the mail (HTTP status 422): "),
    ] {
        network.forget();
        *answer.lock().unwrap() = (status, headers, code);
        let error = function.invoke(&request()).error();
        assert!(error.starts_with(start) && !error.contains("canary"), "{status}: {error}");
        assert_eq!(error.contains("nothing was sent"), !error.starts_with("OutcomeUnknown"), "{error}");
        assert_eq!(network.count(GRAPH, "/sendMail"), requests, "{status}");
    }
}

#[test]
fn a_message_that_broke_off_is_not_sent_again_and_one_that_never_left_is_not_lost() {
    for (host, url) in [(GRAPH, "graph://reports@example.net"), (SES, "ses://")] {
        // What is no HTTP answer.
        let network = network(host, || Reply::new(202, "no header\r\n", ""));
        let error = email(&network, url, &SECRET).invoke(&request()).error();
        assert!(error.starts_with("OutcomeUnknown: ") && error.contains("look for it there"), "{error}");
        assert_eq!(network.requests().iter().filter(|seen| seen.host == host).count(), 1);
        // Nobody answers where the network leads.
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let proxy = format!("http://{closed}");
        let settings = [&SECRET[..], &[("PROXY_URL", proxy.as_str())]].concat();
        let error = email(&network, url, &settings).invoke(&request()).error();
        assert!(error.starts_with("Unavailable: ") && error.contains("nothing was sent"), "{error}");
    }
}

#[test]
fn no_redirect_is_followed() {
    let plain = Cluster::answering_json(b"{}");
    for (host, url) in [(GRAPH, "graph://reports@example.net"), (SES, "ses://")] {
        let redirect = Arc::new(Mutex::new((0, String::new())));
        let answered = Arc::clone(&redirect);
        let network = network(host, move || {
            let (status, target) = answered.lock().unwrap().clone();
            Reply::new(status, &format!("Location: {target}\r\n"), "")
        });
        let function = email(&network, url, &SECRET);
        for status in [301, 302, 303, 307, 308] {
            for target in [
                "/elsewhere",
                "https://evil.example/elsewhere",
                "//graph.microsoft.us/elsewhere",
                plain.url(),
                "http://evil.example",
            ] {
                network.forget();
                *redirect.lock().unwrap() = (status, target.to_owned());
                let error = function.invoke(&request()).error();
                assert!(
                    error.starts_with("Unavailable: ") && error.contains("a redirect, which is never followed"),
                    "{error}"
                );
                assert_eq!(network.requests().iter().filter(|seen| seen.host == host).count(), 1, "{status} {target}");
                let elsewhere = |asked: &String| asked.contains("evil") || asked.contains(".us");
                assert!(!network.asked().iter().any(elsewhere), "{status} {target}");
            }
        }
    }
    assert_eq!(plain.connections(), 0);
}

/// What the server at `port` of this machine answers to these bytes: its status, its error's type and its body.
fn exchange(port: &str, request: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let error_type =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("x-amzn-errortype: ").map(|_| line.to_owned()));
    (status, error_type.map(|line| line + "\r\n").unwrap_or_default(), body.to_owned())
}

/// Passes a request on to the server at `port`.
fn forward(port: &str, seen: &Seen) -> Reply {
    let head = seen.head.trim_end().replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let (status, headers, body) = exchange(port, &format!("{head}\r\n\r\n{}", seen.body));
    Reply::new(status, &headers, body)
}

#[test]
fn ses_takes_the_message_and_has_it() {
    let (_moto, port) = python::start("ses_server.py", &[MAILBOX]);
    let served = port.clone();
    let network = Network::new(move |seen| if seen.host == SES { forward(&served, seen) } else { cloud::well(seen) });
    let function = email(&network, "ses://", &[]);
    let reply = function.invoke(&request()).reply();
    assert_eq!(json!([reply["sent"], reply["transport"], reply["recipients"]]), json!([true, "ses", 3]));

    let seen = handed_over(&network, SES);
    assert_eq!(seen.head.lines().next(), Some("POST /v2/email/outbound-emails HTTP/1.1"));
    let authorization = seen.header("authorization").unwrap();
    assert!(
        authorization.starts_with("AWS4-HMAC-SHA256 Credential=")
            && authorization.contains("/eu-central-1/ses/aws4_request")
    );
    let (_, _, told) = exchange(&port, "GET /moto-api/data.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let told: Value = serde_json::from_str(&told).unwrap();
    let [sent] = &told["ses"]["RawMessage"].as_array().unwrap()[..] else { panic!("{}", told["ses"]) };
    assert_eq!(sent["id"], reply["providerId"]);
    assert_eq!(sent["source"], MAILBOX);
    let mail = read(sent["raw_data"].as_str().unwrap().as_bytes());
    assert_eq!(header(&mail, "Message-ID"), [reply["messageId"].as_str().unwrap()]);
    assert_eq!((header(&mail, "Bcc").len(), &mail["attachments"][0]["content"]), (0, &json!("YSxiCjEsMgo=")));
    // What moto adds are the people of the headers.
    assert_eq!(
        sent["destinations"].as_array().unwrap()[..3],
        ["soc@example.com", "cc@example.com", "hidden@example.com"]
    );

    let error = function.invoke(&with(&json!({"from": "other@example.com"}))).error();
    assert!(
        error.starts_with(
            "Forbidden: SES refused the mail: ses:SendEmail answered MessageRejected (HTTP status 400); nothing"
        ),
        "{error}"
    );
    assert!(
        error.ends_with(
            "verify the sender, and in the sandbox every recipient too, as identities of SES in this region"
        )
    );
}

#[test]
fn each_answer_of_ses_says_whether_the_mail_may_have_been_sent() {
    let answer = Arc::new(Mutex::new((0, "")));
    let given = Arc::clone(&answer);
    let network = network(SES, move || {
        let (status, code) = *given.lock().unwrap();
        Reply::new(status, &format!("x-amzn-ErrorType: {code}:http://internal/\r\n"), r#"{"message": "canary"}"#)
    });
    let function = email(&network, "ses://eu-central-1", &[]);
    for (status, code, requests, start) in [
        (400, "BadRequestException", 1, "Forbidden: SES refused the mail: ses:SendEmail answered BadRequestException"),
        (
            403,
            "AccessDeniedException",
            1,
            "ConnectionUnauthorized: SES does not let the function's role send: ses:SendEmail answered Acc",
        ),
        (404, "NotFoundException", 1, "Forbidden: SES refused the mail: "),
        (413, "", 1, "LimitExceeded: the mail is too large for SES: "),
        (
            429,
            "TooManyRequestsException",
            3,
            "Throttled: SES is asked too often: ses:SendEmail answered TooManyRequestsException",
        ),
        (503, "", 3, "Unavailable: SES is not available: ses:SendEmail answered HTTP status 503; nothing was sent"),
        (500, "InternalFailure", 1, "OutcomeUnknown: SES got the message <"),
        (504, "", 1, "OutcomeUnknown: SES got the message <"),
    ] {
        network.forget();
        *answer.lock().unwrap() = (status, code);
        let error = function.invoke(&request()).error();
        assert!(error.starts_with(start) && !error.contains("canary"), "{status}: {error}");
        assert_eq!(network.requests().len(), requests, "{status}");
    }
}

/// `fields` in the place of those of a small mail.
fn with(fields: &Value) -> Value {
    let mut request = json!({"to": "soc@example.com", "subject": "s", "body": "<p>b</p>"});
    request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    request
}

#[test]
fn what_is_too_large_for_a_transport_is_refused_before_anything_is_asked() {
    let network = network(GRAPH, accepted);
    let graph = email(&network, "graph://reports@example.net", &SECRET);
    let attached = |bytes: usize| {
        use base64::Engine as _;
        let content = base64::prelude::BASE64_STANDARD.encode(vec![7; bytes]);
        with(&json!({"attachments": [{"name": "a.bin", "contentBytes": content}]}))
    };
    assert_eq!(graph.invoke(&attached(2_000_000)).reply()["sent"], true);
    network.forget();
    for dry_run in [false, true] {
        let mut request = attached(2_300_000);
        request["dryRun"] = json!(dry_run);
        let error = graph.invoke(&request).error();
        assert!(
            error.starts_with("LimitExceeded: the mail has ") && error.contains("more than the 4000000 that it takes"),
            "{error}"
        );
    }
    for url in ["graph://reports@example.net", "ses://"] {
        let error = email(&network, url, &SECRET).invoke(&attached(41_000_000)).error();
        assert!(error.starts_with("LimitExceeded: ") || error.starts_with("BadRequest: "), "{url}: {error}");
    }
    assert_eq!(network.asked(), Vec::<String>::new());
}

/// An authority, its certificate in PEM, and a server's certificate and key in files.
struct Authority {
    folder: TempDir,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    root: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap().pem();
        Self { folder: tempfile::tempdir().unwrap(), issuer: rcgen::Issuer::new(params, key), root }
    }

    /// The files of a certificate for `name`, and its key.
    fn certificate(&self, name: &str) -> [PathBuf; 2] {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate =
            rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        let [certificate_file, key_file] =
            ["certificate", "key"].map(|kind| self.folder.path().join(format!("{name}.{kind}")));
        fs::write(&certificate_file, certificate.pem()).unwrap();
        fs::write(&key_file, key.serialize_pem()).unwrap();
        [certificate_file, key_file]
    }

    /// A file of this root and those of `network`.
    fn roots(&self, network: &Network) -> PathBuf {
        let settings = network.settings(&[]);
        let (_, path) = settings.iter().find(|(name, _)| *name == "EXTRA_CA_FILE").unwrap();
        let file = self.folder.path().join("roots.pem");
        fs::write(&file, fs::read_to_string(path).unwrap() + &self.root).unwrap();
        file
    }
}

/// What the server wrote down of its first mail.
fn arrived(folder: &Path) -> (Value, Value) {
    let envelope = fs::read(folder.join("1.json")).unwrap();
    (serde_json::from_slice(&envelope).unwrap(), read(&fs::read(folder.join("1.eml")).unwrap()))
}

#[test]
fn a_mail_server_is_spoken_to_by_tls_with_a_password_or_a_token() {
    let (authority, network) = (Authority::new(), Network::new(cloud::well));
    let certificate = authority.certificate("localhost").map(|path| path.display().to_string());
    let roots = authority.roots(&network).display().to_string();
    for (token, user, query, login) in [
        (None, "soc:env:MAIL_PASSWORD@", "tls=required", "PLAIN"),
        (Some(TOKEN), "reports%40example.net@", "auth=xoauth2", "XOAUTH2"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        let arguments: Vec<String> =
            [path].into_iter().chain(certificate.clone()).chain(token.map(str::to_owned)).collect();
        let (_server, port) = python::start("smtp_server.py", &arguments);
        let settings = [&SECRET[..], &[("MAIL_PASSWORD", "p4ssword-canary"), ("EXTRA_CA_FILE", &roots)]].concat();
        let url = format!("smtp://{user}localhost:{port}?{query}");
        let reply = email(&network, &url, &settings).invoke(&request()).reply();
        assert_eq!(
            json!([reply["sent"], reply["transport"], reply["providerId"]]),
            json!([true, "smtp", "2.0.0 taken as 1"])
        );
        let (envelope, mail) = arrived(folder.path());
        let everybody = ["soc", "cc", "hidden"].map(|name| format!("{name}@example.com"));
        assert_eq!((&envelope["to"], &envelope["tls"]), (&json!(everybody), &json!(true)));
        assert!(envelope["login"] == login || login == "PLAIN", "{envelope}");
        assert_eq!(header(&mail, "Bcc").len(), 0);

        // A wrong password, and a token that is for another mailbox.
        let wrong = [&settings[..], &[("MAIL_PASSWORD", "wrong-canary")]].concat();
        let url = url.replace("reports%40", "other%40");
        let error = email(&network, &url, &wrong).invoke(&request()).error();
        assert!(
            error.starts_with(&format!(
                "ConnectionUnauthorized: the mail server localhost:{port} refused the credential"
            )),
            "{error}"
        );
        assert!(!folder.path().join("2.eml").exists());
    }
    let asked = network.requests().into_iter().find(|seen| seen.host == LOGIN).unwrap();
    assert!(asked.body.contains("scope=https%3A%2F%2Foutlook.office365.com%2F.default"), "{}", asked.body);
}

#[test]
fn a_certificate_that_nobody_vouches_for_gets_neither_mail_nor_password() {
    let (authority, stranger, network) = (Authority::new(), Authority::new(), Network::new(cloud::well));
    let roots = authority.roots(&network).display().to_string();
    for (certificate, what) in
        [(authority.certificate("other.example"), "another name"), (stranger.certificate("localhost"), "a stranger")]
    {
        let folder = tempfile::tempdir().unwrap();
        let [certificate, key] = certificate;
        let (_server, port) = python::start("smtp_server.py", &[folder.path(), &certificate, &key]);
        let settings = [("MAIL_PASSWORD", "p4ssword-canary"), ("EXTRA_CA_FILE", roots.as_str())];
        for user in ["soc:env:MAIL_PASSWORD@", "reports%40example.net@"] {
            let query = if user.starts_with("soc") { "tls=required" } else { "auth=xoauth2" };
            let url = format!("smtp://{user}localhost:{port}?{query}");
            let error = email(&network, &url, &[&SECRET[..], &settings].concat()).invoke(&request()).error();
            let start = format!("Unavailable: the mail server localhost:{port} is not available: STARTTLS: ");
            assert!(error.starts_with(&start) && error.ends_with("nothing was sent"), "{what}: {error}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
    assert_eq!(network.asked(), Vec::<String>::new(), "no token was asked for");
}

#[test]
fn hostile_cells_names_and_titles_stay_what_they_are() {
    let formulas = [
        "=1+1",
        "-1+1",
        "+1",
        "@SUM(1)",
        "\t=1+1",
        "\r=1+1",
        " =1+1",
        "\u{feff}=1+1",
        "＋1",
        "＠1",
        "＝1",
        "－1",
        "=DDE(\"cmd\";\"/C calc\";\"x\")",
        "\"=1+1\"",
        "a\",=1+1",
        "a\n=1+1",
        "a;=1+1",
        "@handle",
        "-",
        "=",
        "\u{202e}=1",
        "<script>alert(1)</script>",
        "</td></tr></table><img src=x onerror=alert(1)>",
        "<a href=\"javascript:x\">x</a>",
        "&lt;b&gt;",
    ];
    // A text, a value of any type and a number that is none; and the name of a column.
    let row = |number: Value, text: &str| json!({"n": number, "t": text, "d": text, "r": text, "=1+1": 1});
    let value: Vec<_> = (0..60).map(|n| row(json!(-5), formulas[n % formulas.len()])).collect();
    let types = [("n", "long"), ("t", "string"), ("d", "dynamic"), ("r", "real"), ("=1+1", "int")];
    let columns: Vec<_> = types.iter().map(|(name, column_type)| json!({"name": name, "type": column_type})).collect();
    let section = |title: &str, rows: Value| json!({"title": title, "result": {"columns": columns, "value": rows, "rowCount": 60}});
    let tame: Vec<_> = (0..60).map(|n| row(json!(n), "x")).collect();

    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}", folder.path().display());
    let settings = [("MAIL_URL", url.as_str()), ("MAIL_FROM", MAILBOX), ("MAIL_ALLOWED_RECIPIENTS", "@example.com")];
    let function = Function::start("email", &settings);
    let mut shown =
        [section("../../x\r\nBcc: v@evil.example", json!(value)), section("rows", json!(tame))].map(|section| {
            let request =
                json!({"to": "soc@example.com", "title": section["title"], "subject": "s", "sections": [section]});
            let reply = function.invoke(&request).reply();
            let id = reply["messageId"].as_str().unwrap().trim_matches(['<', '>']).to_owned();
            read(&fs::read(folder.path().join(format!("{id}.eml"))).unwrap())
        });
    let names = |mail: &Value| -> Vec<String> {
        mail["headers"].as_array().unwrap().iter().map(|header| header[0].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&shown[0]), names(&shown[1]), "no header is added");
    assert_eq!(shown[0]["elements"], shown[1]["elements"], "no element, attribute or link but those of the template");
    let name = shown[0]["attachments"][0]["name"].take();
    assert_eq!(name, "_.._x__Bcc_ v_evil.example.csv");
    let csv = folder.path().join("rows.csv");
    fs::write(&csv, decoded(shown[0]["attachments"][0]["content"].as_str().unwrap())).unwrap();
    let table = python::run("check_csv.py", &[&csv]);
    // A number is one, and is not altered.
    let formulas = table["formulas"].as_array().unwrap().iter().map(|text| text.as_str().unwrap());
    let formulas: Vec<_> = formulas.filter(|text| *text != "-5").collect();
    assert_eq!(formulas, ["+1"; 3], "a real, which is +1");
    let rows = table["rows"].as_array().unwrap();
    assert!(rows[1..].iter().all(|row| row[0] == "-5" && row[4] == "1"));
    assert_eq!(table["rows"].as_array().unwrap().len(), 61);
}
