//! Credentials that are found in a process's own surroundings, its variables and programs: each runs in a process of its own.

use super::{connections, lambda, query, well};
use crate::{
    certificates::{Certificates, Quality},
    fake::{Fake, Reply},
};
use auth::http::{HttpClient, HttpSettings};
use kusto_client::client::Client;
use std::{env, fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

/// Runs as many queries as `TEST_QUERIES` says with the credential `TEST_CREDENTIAL`, and prints the first error.
#[tokio::test]
#[ignore = "the other tests here run it, in a process of its own"]
async fn queries() {
    let get = |name| env::var(name).ok();
    let (Some(credential), Some(count)) = (get("TEST_CREDENTIAL"), get("TEST_QUERIES")) else { return };
    let settings = HttpSettings { proxy: get("TEST_PROXY"), extra_roots: get("TEST_ROOT").map(String::into_bytes) };
    let client = Client::new(HttpClient::new(&settings).unwrap(), connections(&credential, &|_| None).unwrap());
    for number in 0..count.parse().unwrap() {
        match query(&client).await {
            Ok(rows) => assert_eq!(rows.0.len(), 2),
            Err(error) => return println!("query {number} failed: {error} {error:?} {client:?}"),
        }
    }
    println!("all answered {client:?}");
}

/// What that process prints, with these variables.
async fn run(credential: &'static str, count: usize, variables: Vec<(&'static str, String)>) -> (String, Fake) {
    let certificates = Certificates::new(Quality::Good);
    let root = String::from_utf8(certificates.root()).unwrap();
    let fake = Fake::proxy(certificates, well).await;
    let proxy = fake.url();
    let child = tokio::task::spawn_blocking(move || {
        Command::new(env::current_exe().unwrap())
            .args(["--exact", "credentials::surroundings::queries", "--ignored", "--nocapture"])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .envs([("TEST_CREDENTIAL", credential), ("TEST_PROXY", &proxy), ("TEST_ROOT", &root)])
            .env("TEST_QUERIES", count.to_string())
            .envs(variables)
            .output()
            .unwrap()
    });
    let output = child.await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert!(!text.contains("canary"), "{text}");
    (text, fake)
}

#[tokio::test]
async fn a_managed_identity_gives_one_token_for_many_queries() {
    let identity = Fake::plain(|_| {
        Reply::json(r#"{"access_token":"t0ken-canary","expires_on":"9999999999","resource":"x","token_type":"Bearer"}"#)
    })
    .await;
    for (credential, wanted) in [
        (
            r#"{ kind = "managed-identity" }"#,
            "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fhelp.kusto.windows.net",
        ),
        (
            r#"{ kind = "managed-identity", client_id = "11111111-2222" }"#,
            "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fhelp.kusto.windows.net&client_id=11111111-2222",
        ),
    ] {
        let before = identity.requests().len();
        let variables = vec![
            ("IDENTITY_ENDPOINT", format!("{}/msi/token", identity.url())),
            ("IDENTITY_HEADER", "header-canary".to_owned()),
        ];
        let (text, fake) = run(credential, 100, variables).await;
        assert!(text.contains("all answered"), "{text}");
        let asked = identity.requests().split_off(before);
        assert_eq!((asked.len(), fake.count("/token"), fake.count("query")), (1, 0, 100));
        assert_eq!((asked[0].target.as_str(), asked[0].header("x-identity-header")), (wanted, Some("header-canary")));
        assert_eq!(fake.requests().pop().unwrap().header("authorization"), Some("Bearer t0ken-canary"));
    }
}

#[tokio::test]
async fn a_managed_identity_that_is_not_there_is_said() {
    let identity = Fake::plain(|_| Reply::new(400, "", "canary")).await;
    for (endpoint, part) in [
        (format!("{}/msi/token", identity.url()), "this machine has no such managed identity; assign it"),
        (
            "http://evil.example/msi/token".to_owned(),
            "this machine names no managed identity endpoint that can be used",
        ),
        ("https://127.0.0.1/msi/token".to_owned(), "this machine names no managed identity endpoint"),
        ("http://127.0.0.1:1/msi/token".to_owned(), "the managed identity endpoint cannot be reached: "),
    ] {
        let variables = vec![("IDENTITY_ENDPOINT", endpoint), ("IDENTITY_HEADER", "header-canary".to_owned())];
        let (text, fake) = run(r#"{ kind = "managed-identity" }"#, 1, variables).await;
        assert!(text.contains("query 0 failed") && text.contains(part), "{part}: {text}");
        assert_eq!(fake.count("query"), 0);
    }
    assert_eq!(identity.requests().len(), 1);
}

/// A folder with a program `az` that notes each run of it and then does what `script` says.
fn az(script: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("az");
    fs::write(&program, format!("#!/bin/sh\necho \"$@\" >> {}/runs\n{script}\n", folder.path().display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn with_az(folder: &Path) -> Vec<(&'static str, String)> {
    vec![("PATH", format!("{}:/usr/bin:/bin", folder.display()))]
}

#[tokio::test]
async fn the_cli_is_run_once_for_many_queries() {
    let folder = az(r#"echo '{"accessToken":"t0ken-canary","expires_on":9999999999,"tokenType":"Bearer"}'"#);
    let credential = r#"{ kind = "azure-cli", tenant = "contoso.onmicrosoft.com" }"#;
    let (text, fake) = run(credential, 100, with_az(folder.path())).await;
    assert!(text.contains("all answered"), "{text}");
    assert_eq!(
        fs::read_to_string(folder.path().join("runs")).unwrap(),
        "account get-access-token -o json --scope https://help.kusto.windows.net/.default --tenant contoso.onmicrosoft.com\n"
    );
    assert_eq!((fake.count("/token"), fake.count("query")), (0, 100));
    assert_eq!(fake.requests().pop().unwrap().header("authorization"), Some("Bearer t0ken-canary"));
}

#[tokio::test]
async fn a_cli_that_gives_no_token_is_said() {
    for script in ["echo 'ERROR: canary' >&2; exit 1", "echo canary", "exit 127"] {
        let folder = az(script);
        let (text, fake) = run(r#"{ kind = "azure-cli" }"#, 1, with_az(folder.path())).await;
        assert!(text.contains("install the Azure CLI (2.54 or later) and run `az login`"), "{text}");
        assert_eq!(fake.count("query"), 0);
    }
}

#[test]
fn the_cli_is_not_for_lambda() {
    let error = connections(r#"{ kind = "azure-cli" }"#, &lambda).unwrap_err();
    assert!(error.contains("`credential.kind` is azure-cli, which is for development and never for Lambda"), "{error}");
    // `cargo lambda watch` and `make check-connection` are development.
    let here = |name: &str| (name == "AWS_LAMBDA_RUNTIME_API").then(|| "127.0.0.1:9001".to_owned());
    assert!(connections(r#"{ kind = "azure-cli" }"#, &here).is_ok());
}
