//! `check-connection`, the real binary, against a cluster and an Entra of ours behind a proxy and TLS: each thing that can be wrong fails the
//! step that it belongs to, with what to do.

mod setup;

use crate::troubleshooting::has_line;
use serde_json::{Value, json};
use setup::{CLIENT_SECRET, METADATA, Setup, about, entra, not_found, policy, rows, well};
use std::process::Command;
use tests::{
    binaries,
    cloud::{CLUSTER, LOGIN},
    cluster::Cluster,
    events,
    kusto::Kusto,
    lambda::{Function, Outcome},
    network::{Network, Quality, Reply},
};

/// Every step, in order.
pub(crate) const STEPS: [&str; 10] =
    ["dns", "connect", "tls", "token", "query", "database", "roles", "table", "streaming", "mapping"];

/// The step of this name of the first connection.
fn step<'a>(reply: &'a Value, name: &str) -> &'a Value {
    let steps = reply["connections"][0]["steps"].as_array().unwrap();
    assert_eq!(steps.iter().map(|step| step["step"].as_str().unwrap()).collect::<Vec<_>>(), STEPS);
    steps.iter().find(|step| step["step"] == name).unwrap()
}

/// That `name` failed with these words, that what came before did not, and that nothing after it was tried which needs it.
#[track_caller]
fn fails(reply: &Value, name: &str, message: &str, remedy: &str) {
    let failed = step(reply, name);
    let text = |key: &str| failed[key].as_str().unwrap_or_default().to_owned();
    assert!(reply["ok"] == false && failed["status"] == "failed", "{name}: {reply:#}");
    assert!(text("message").contains(message), "{name}, {message}: {failed:#}");
    assert!(text("remedy").contains(remedy), "{name}, {remedy}: {failed:#}");
    assert!(has_line(name, &text("message")), "TROUBLESHOOTING.md has no line for {name}: {failed:#}");
    let position = STEPS.iter().position(|step| *step == name).unwrap();
    let status = |name: &&str| step(reply, name)["status"].as_str().unwrap().to_owned();
    assert!(STEPS[..position].iter().all(|name| status(name) != "failed"), "{reply:#}");
    if !["streaming", "mapping"].contains(&name) {
        for later in &STEPS[position + 1..] {
            let reason = format!("`{name}` failed");
            assert_eq!(
                (status(later), step(reply, later)["message"].as_str()),
                ("skipped".to_owned(), Some(reason.as_str()))
            );
        }
    }
}

#[test]
fn a_good_connection_is_ok_in_every_step() {
    let setup = Setup::new(&CLIENT_SECRET, |_| None);
    let reply = setup.reply();
    assert_eq!(reply["ok"], true, "{reply:#}");
    for name in STEPS {
        let (status, message) = (&step(&reply, name)["status"], &step(&reply, name)["message"]);
        let expected = if name == "dns" { "skipped" } else { "ok" };
        assert_eq!(status, expected, "{name}: {message}");
    }
    let principal = &step(&reply, "token")["detail"];
    assert_eq!(principal["principal"], "aadapp=11111111-2222;55555555-6666");
    assert_eq!((&principal["objectId"], &principal["name"]), (&json!("33333333-4444"), &json!("reports")));
    assert_eq!(
        (&principal["tenant"], &principal["audience"]),
        (&json!("55555555-6666"), &json!("https://help.kusto.windows.net"))
    );
    assert!(principal["expiresInSeconds"].as_u64().unwrap() > 0);
    assert_eq!(step(&reply, "roles")["detail"], json!([{"scope": "Database Samples", "role": "Viewer"}]));
    assert_eq!(step(&reply, "table")["detail"], json!({"columns": [{"name": "At", "type": "datetime"}]}));
    // Nothing was changed: one query, and commands that only show.
    let statements: Vec<String> =
        setup.network.requests().iter().map(about).filter(|about| about.contains(' ')).collect();
    assert!(statements.iter().all(|text| text == "print 1" || text.starts_with(".show ")), "{statements:?}");
    assert_eq!(setup.network.count(LOGIN, "/token"), 1);
    let again = setup.reply();
    assert_eq!((&again["ok"], setup.network.count(LOGIN, "/token")), (&json!(true), 1));
    let log = setup.function.log();
    assert!(!log.contains("canary") && !log.contains("print 1"), "{log}");
}

#[test]
fn what_is_wrong_with_the_way_fails_its_step() {
    for (quality, message, remedy) in [
        (
            Quality::WrongName,
            "its certificate is for another host name",
            "check the URL and its DNS entry: another host answers",
        ),
        (Quality::Expired, "its certificate has expired", "the host's certificate must be renewed"),
        (
            Quality::SelfSigned,
            "no authority that is trusted here vouches for its certificate",
            "set EXTRA_CA_FILE to a PEM file",
        ),
    ] {
        let setup = Setup::with_certificate(quality, &CLIENT_SECRET, |_| None);
        fails(&setup.reply(), "tls", message, remedy);
        assert_eq!(setup.network.requests().len(), 0);
    }
    let refusing = Cluster::answering(b"HTTP/1.1 403 x\r\ncontent-length: 6\r\n\r\ncanary".to_vec());
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (proxy, message) in
        [(refusing.url().to_owned(), "it refuses the host"), (format!("http://{nobody}"), "refused")]
    {
        let settings = [&CLIENT_SECRET[..], &[("PROXY_URL", &proxy)]].concat();
        let reply = Function::start("check-connection", &settings).invoke(&json!({})).reply();
        fails(&reply, "connect", message, "check PROXY_URL");
        assert!(step(&reply, "connect")["message"].as_str().unwrap().starts_with("the proxy makes no connection"));
    }
    let cluster = format!("http://{nobody}");
    let settings = [("KUSTO_CLUSTER", cluster.as_str()), ("KUSTO_DATABASE", "db")];
    let reply = Function::start("check-connection", &settings).invoke(&json!({})).reply();
    fails(&reply, "connect", "refused", "check the URL, that the host runs");
}

#[test]
fn what_is_wrong_with_the_credential_fails_the_token() {
    let metadata = "help.kusto.windows.net/v1/rest/auth/metadata";
    let login = "login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token";
    let elsewhere = Reply::json(METADATA.replace("login.microsoftonline.com", "evil.example"));
    let moved = Reply::new(302, "Location: https://evil.example/\r\n", "");
    for (place, reply, message, remedy) in [
        (
            metadata,
            moved.clone(),
            "metadata cannot be read: HTTP status 302",
            "set the connection's cluster to the URL",
        ),
        (
            metadata,
            elsewhere,
            "names a login endpoint that is not the one of its cloud",
            "check the connection's cluster",
        ),
        (login, moved, "the login endpoint answers HTTP status 302", "try again later"),
        (login, Reply::new(503, "", "canary"), "the login endpoint answers HTTP status 503", "try again later"),
        (login, Reply::json("canary"), "something that is not a token", "see what stands between"),
        (login, entra("7000215"), "(AADSTS7000215): the client secret is wrong", "set the secret's value, not its id"),
        (login, entra("7000222"), "(AADSTS7000222): the client secret has expired", "make a new one"),
        (login, entra("90002"), "(AADSTS90002): there is no such tenant", "check the tenant"),
        (login, entra("700016"), "(AADSTS700016): the tenant has no such application", "check the client id"),
        (login, entra("65001"), "(AADSTS65001): nobody has consented", "grant it consent"),
        (login, entra("53003"), "(AADSTS53003): a conditional access policy", "exclude it from the policy"),
        (login, entra("42"), "(AADSTS42)", "check tenant, client id and secret"),
    ] {
        let setup = Setup::new(&CLIENT_SECRET, move |about| (about == place).then(|| reply.clone()));
        fails(&setup.reply(), "token", message, remedy);
        assert_eq!(setup.network.count(CLUSTER, "/query"), 0);
    }
}

/// A connection file with this credential.
fn file(credential: &str) -> String {
    format!(
        "[[connection]]\nname = \"soc\"\ncluster = \"https://help.kusto.windows.net\"\ndatabases = [\"Samples\"]\ncredential = {{ {credential} }}\n"
    )
}

#[test]
fn other_credentials_fail_with_what_they_need() {
    let cli = tempfile::tempdir().unwrap();
    let az = cli.path().join("az");
    std::fs::write(&az, "#!/bin/sh\necho canary >&2\nexit 1\n").unwrap();
    std::fs::set_permissions(&az, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", cli.path().display());
    let aws =
        [("AWS_REGION", "eu-central-1"), ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "aws-canary")];
    let nobody = [("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token"), ("IDENTITY_HEADER", "header-canary")];
    let az = [("PATH", path.as_str())];
    for (credential, more, message, remedy) in [
        (
            r#"kind = "aws-federated", tenant = "contoso.onmicrosoft.com", client_id = "11111111-2222""#,
            &aws[..],
            "sts:GetWebIdentityToken answered AccessDenied (HTTP status 403)",
            "allow sts:GetWebIdentityToken to the function's role",
        ),
        (
            r#"kind = "managed-identity""#,
            &nobody[..],
            "the managed identity endpoint cannot be reached",
            "on AWS use credential kind `aws-federated`",
        ),
        (r#"kind = "azure-cli""#, &az[..], "`az account get-access-token` gives no token", "run `az login`"),
    ] {
        let file = file(credential);
        let settings = [&[("KUSTO_CONNECTIONS", file.as_str())][..], more].concat();
        let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>canary</Message></Error></ErrorResponse>";
        let sts = move |about: &str| about.starts_with("sts.").then(|| Reply::new(403, "", denied));
        let setup = Setup::new(&settings, sts);
        fails(&setup.reply(), "token", message, remedy);
    }
    let file = file(r#"kind = "caller-token""#);
    let setup = Setup::new(&[("KUSTO_CONNECTIONS", &file)], |_| None);
    for request in [json!({}), json!({"connection": "soc"}), json!({"cluster": " https://help.kusto.windows.net "})] {
        let reply = setup.function.invoke(&request).reply();
        assert_eq!((&reply["ok"], &step(&reply, "query")["message"]), (&json!(true), &json!("`token` was skipped")));
        assert!(step(&reply, "token")["message"].as_str().unwrap().contains("it takes the caller's own token"));
    }
}

#[test]
fn what_the_cluster_refuses_fails_its_step() {
    let grant = "run `.add database ['Samples'] viewers ('aadapp=11111111-2222;55555555-6666')`";
    let redirect = Reply::new(307, "Location: https://evil.example/\r\n", "");
    let schema = ".show table ['Logs'] schema as json";
    let streaming = ".show table ['Logs'] policy streamingingestion";
    let mappings = ".show table ['Logs'] ingestion mappings";
    for (statement, reply, name, message, remedy) in [
        (
            "print 1",
            Reply::new(401, "", ""),
            "query",
            "the connection is not authorized: HTTP status 401",
            "a tenant that the cluster trusts",
        ),
        ("print 1", Reply::new(403, "", ""), "query", "the connection's principal lacks a role", grant),
        (
            "print 1",
            redirect,
            "query",
            "a redirect, which is never followed",
            "set the connection's cluster to the URL",
        ),
        ("print 1", Reply::json("[{]"), "query", "the cluster's answer cannot be used", ""),
        (schema, not_found("Logs"), "table", "there is no table \"Logs\"; there are Logs, Logins", "`createTable`"),
        (schema, Reply::new(403, "", ""), "table", "the connection's principal lacks a role", grant),
        (
            streaming,
            policy(r#"{"IsEnabled":false}"#),
            "streaming",
            "not enabled on the table",
            "`.alter table ['Logs'] policy streamingingestion enable`",
        ),
        (
            mappings,
            rows(["Name", "Kind"], &[["Ingest", "Json"]]),
            "mapping",
            "there is no mapping \"ingest\"; there is Ingest",
            "correct its name",
        ),
        (mappings, not_found("Logs"), "mapping", "there is no other", "`.create table ['Logs'] ingestion json mapping"),
    ] {
        let setup = Setup::new(&CLIENT_SECRET, move |about| (about == statement).then(|| reply.clone()));
        fails(&setup.reply(), name, message, remedy);
        assert_eq!(setup.network.requests().iter().filter(|seen| seen.host == "evil.example").count(), 0);
    }
}

#[test]
fn a_database_that_is_not_there_is_named_with_those_that_are() {
    let settings = [&CLIENT_SECRET[..], &[("KUSTO_DATABASE", "SecurityLog")]].concat();
    let missing = |about: &str| (about == "print 1").then(|| not_found("SecurityLog"));
    let setup = Setup::new(&settings, missing);
    let reply = setup.reply();
    fails(
        &reply,
        "database",
        "there is no database \"SecurityLog\"; there are SecurityLogs, Samples",
        "KUSTO_DATABASE",
    );
    assert_eq!(step(&reply, "query")["status"], "skipped");
}

#[test]
fn what_cannot_be_told_is_skipped() {
    let statement = ".show table ['Logs'] policy streamingingestion";
    for (own, of_database, status) in [("null", r#"{"IsEnabled":true}"#, "ok"), ("null", "null", "failed")] {
        let setup = Setup::new(&CLIENT_SECRET, move |about| match about {
            ".show principal roles" => Some(Reply::new(403, "", "")),
            ".show database ['Samples'] policy streamingingestion" => Some(policy(of_database)),
            _ => (about == statement).then(|| policy(own)),
        });
        let reply = setup.reply();
        assert_eq!(
            (&step(&reply, "roles")["status"], &step(&reply, "streaming")["status"]),
            (&json!("skipped"), &json!(status))
        );
        assert!(step(&reply, "streaming")["message"].as_str().unwrap().contains("the table has no policy of its own"));
    }
}

#[test]
fn a_cluster_that_stalls_leaves_time_for_the_reply() {
    fn stall() -> Reply {
        loop {
            std::thread::park();
        }
    }
    let stalling = |about: &str| (about == ".show databases").then(stall);
    let setup = Setup::new(&CLIENT_SECRET, stalling);
    let reply = setup.function.invoke_text("{}", std::time::Duration::from_secs(4)).reply();
    // The query has run in it.
    assert_eq!((&step(&reply, "database")["status"], &step(&reply, "roles")["status"]), (&json!("ok"), &json!("ok")));
    let stalling = |about: &str| (about == "print 1").then(stall);
    let setup = Setup::new(&CLIENT_SECRET, stalling);
    let reply = setup.function.invoke_text("{}", std::time::Duration::from_secs(2)).reply();
    assert_eq!(step(&reply, "query")["message"], "the cluster did not answer in time: the deadline passed");
}

#[test]
fn the_embedded_kusto_is_ok_and_wrong_requests_are_errors() {
    let kusto = Kusto::with_tables(&[("Requests", "At,Count\n2026-11-20T06:00:00Z,1\n")]);
    kusto.command(".alter table Requests policy streamingingestion enable");
    kusto.command(
        r#".create table Requests ingestion json mapping "m" '[{"column":"At","Properties":{"Path":"$.At"}}]'"#,
    );
    let function = kusto.function("check-connection", &[("HTTP_AUTHORIZER", "none")]);
    let reply = function.invoke(&json!({"table": "Requests", "mapping": "m"})).reply();
    let status = |name: &str| step(&reply, name)["status"].as_str().unwrap().to_owned();
    for name in STEPS {
        let skipped = ["dns", "tls", "token", "roles"].contains(&name);
        assert_eq!(status(name), if skipped { "skipped" } else { "ok" }, "{reply:#}");
    }
    let wrong = function.invoke(&json!({"database": "Nope"}));
    assert!(matches!(wrong, Outcome::Error(error_type, _) if error_type == "Forbidden"));
    for (request, error) in [
        (json!({"mapping": "m"}), "BadRequest: `mapping` needs `table`"),
        (json!({"connection": "x"}), "BadRequest: there is no connection \"x\"; configured are: default"),
        (json!({"tabel": "x"}), "unknown field `tabel`"),
    ] {
        let found = function.invoke(&request).error();
        assert!(found.contains(error), "{found}");
    }
    // A step that fails is a reply.
    let http = function.invoke(&events::http(&json!({"table": "Nope"}).to_string())).reply();
    let body: Value = serde_json::from_str(http["body"].as_str().unwrap()).unwrap();
    assert_eq!((&http["statusCode"], &body["ok"], &body["contractVersion"]), (&json!(200), &json!(false), &json!(1)));
}

#[test]
fn every_connection_is_checked_with_its_databases() {
    let kusto = Kusto::start(None);
    let connection = |name: &str, host: &str, rest: &str| {
        let cluster = kusto.url().replace("127.0.0.1", host);
        format!(
            "[[connection]]\nname = \"{name}\"\ncluster = \"{cluster}\"\ncredential = {{ kind = \"none\" }}\n{rest}\n"
        )
    };
    let file = [
        connection("all", "127.0.0.1", "databases = [\"*\"]"),
        connection("two", "localhost", "databases = [\"NetDefaultDB\", \"Gone\"]\ncommands = []\ncallers = [\"ada\"]"),
    ];
    let settings = [("KUSTO_CONNECTIONS", file.concat()), ("HTTP_AUTHORIZER", "jwt".to_owned())];
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    let function = Function::start("check-connection", &settings);
    let checked = |reply: &Value| -> Vec<String> {
        let entries = reply["connections"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        entries
            .map(|entry| {
                format!("{} {} {}", text(&entry["name"]), text(&entry["database"]), text(&entry["steps"][5]["status"]))
            })
            .collect()
    };
    let reply = function.invoke(&json!({})).reply();
    assert_eq!(checked(&reply), ["all * ok", "two NetDefaultDB ok", "two Gone failed"]);
    assert_eq!(reply["connections"][1]["steps"][6]["status"], "skipped");
    let error = function.invoke(&json!({"table": "T"})).error();
    assert!(error.contains("several connections are configured; name one in `connection`: all, two"), "{error}");
    // Who may not use a connection does not hear of it.
    let mut event = events::http("{}");
    event["requestContext"]["authorizer"] = json!({"jwt": {"claims": {"sub": "somebody"}}});
    let body = function.invoke(&event).reply()["body"].as_str().unwrap().to_owned();
    assert_eq!(checked(&serde_json::from_str(&body).unwrap()), ["all * ok"]);
}

/// What `make check-connection` prints, and whether it succeeds.
fn printed(settings: &[(&str, &str)], arguments: &[&str]) -> (String, bool) {
    let mut command = Command::new(binaries::path("kusto-local"));
    let command = command.arg("check-connection").args(arguments).env_clear().envs(settings.iter().copied());
    let output = command.output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!text.contains("canary"), "{text}");
    (text, output.status.success())
}

#[test]
fn what_is_printed_is_a_table() {
    let network = Network::new(|seen| match about(seen).as_str() {
        "print 1" if seen.host.starts_with("wide") => Reply::new(403, "", ""),
        text => well(&text.replace("wide.kusto", "help.kusto")),
    });
    let file = file(
        r#"kind = "client-secret", tenant = "contoso.onmicrosoft.com", client_id = "11111111-2222", secret = "env:SECRET""#,
    );
    let both = file.clone() + &file.replace("soc", "wide").replace("help", "wide");
    let settings = network.settings(&[("KUSTO_CONNECTIONS", &both), ("SECRET", "s3cret-canary")]);
    // For how long a token is good is another number each time.
    let stable = |text: &str| {
        let is_long = |word: &&str| word.len() > 6 && word.parse::<u64>().is_ok();
        let words = text.split(' ').map(|word| if is_long(&word) { "N" } else { word });
        words.collect::<Vec<_>>().join(" ")
    };
    let (all, succeeded) = printed(&settings, &[]);
    assert!(!succeeded);
    insta::assert_snapshot!("check_connection", stable(&all));
    let (one, succeeded) = printed(&settings, &["--connection", "soc", "--table", "Logs", "--mapping", "ingest"]);
    assert!(succeeded, "{one}");
    insta::assert_snapshot!("check_connection_of_a_table", stable(&one));
    let (nothing, succeeded) = printed(&[], &[]);
    let expected = "kusto-local: KUSTO_CLUSTER: no connection is configured; set it to";
    assert!(!succeeded && nothing.starts_with(expected), "{nothing}");
}
