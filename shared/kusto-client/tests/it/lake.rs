//! The data lake, and the proxies of Azure Monitor: where requests go, with which token, and what refusals mean.

use crate::{
    certificates::{Certificates, Quality},
    fake::{Fake, Reply, Seen},
    setup::{ONE_ROW_V1, Rows, TWO_ROWS, from_toml, gzip, hurry, remote_in, soon},
};
use auth::http::{HttpClient, HttpSettings};
use kusto_client::{
    client::Client,
    error::{Error, ErrorKind},
    ingest::{DataFormat, Ingestion},
    request::Request,
};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use tokio::time::Instant;

const LAKE: &str = "https://api.securityplatform.microsoft.com/lake/kql";
const RESOURCE: &str = "/subscriptions/0f0f0f0f-1111-2222-3333-444444444444/resourcegroups/rg/providers";
const TOKEN: &str = r#"{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"t0ken-canary"}"#;

/// A cluster that has no metadata, and its login endpoint.
fn well(seen: &Seen) -> Reply {
    match seen.target.as_str() {
        "/v1/rest/auth/metadata" => Reply::new(404, "", ""),
        "/contoso.onmicrosoft.com/oauth2/v2.0/token" => Reply::json(TOKEN),
        _ => Reply::json(TWO_ROWS),
    }
}

/// A client of `database` on the cluster, and the network that it is on.
async fn network(cluster: &str, database: &str) -> (Fake, Client) {
    let certificates = Certificates::new(Quality::Good);
    let root = certificates.root();
    let fake = Fake::proxy(certificates, well).await;
    let client = remote_in(cluster, database, &fake, root);
    (fake, client)
}

/// A client of a data lake on this machine that answers `reply`.
async fn lake(reply: impl Fn() -> Reply + Send + Sync + 'static) -> (Fake, Client) {
    let fake = Fake::plain(move |_| reply()).await;
    let file = format!(
        "[[connection]]\nname = \"lake\"\ncluster = \"{}/lake/kql\"\ndatabases = [\"default\"]\ncredential = {{ kind = \"none\" }}\n",
        fake.url()
    );
    let client = Client::new(HttpClient::new(&HttpSettings::default()).unwrap(), from_toml(&file).unwrap());
    (fake, client)
}

async fn ask(client: &Client, deadline: Instant) -> Result<Rows, Error> {
    let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
    let mut rows = Rows::default();
    client.query(&Request::new(&database, "T\n| take 10", "test", deadline), &mut rows).await.map(|_| rows)
}

#[tokio::test]
async fn the_lakes_token_is_of_a_fixed_scope_and_goes_to_its_path_alone() {
    let (fake, client) = network(LAKE, "default").await;
    assert_eq!(ask(&client, soon()).await.unwrap().0.len(), 2);
    let seen = fake.requests();
    let [token, query] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!(token.host, "login.microsoftonline.com");
    let form = String::from_utf8(token.body.clone()).unwrap();
    assert!(form.contains("scope=4500ebfb-89b6-4b14-a480-7f749797bfcd%2F.default"), "{form}");
    assert_eq!(
        (query.host.as_str(), query.target.as_str()),
        ("api.securityplatform.microsoft.com", "/lake/kql/v2/rest/query")
    );
    assert_eq!(query.header("authorization"), Some("Bearer t0ken-canary"));
    let body = query.json();
    assert_eq!((body["db"].as_str(), body["csl"].as_str()), (Some("default"), Some("T\n| take 10")));
    insta::assert_snapshot!("lake_options", serde_json::to_string_pretty(&body["properties"]).unwrap());
}

#[tokio::test]
async fn a_workspace_is_asked_below_its_path_and_its_host_for_the_login() {
    for (host, path) in [
        ("ade.loganalytics.io", "/microsoft.operationalinsights/workspaces/soc"),
        ("ade.applicationinsights.io", "/microsoft.insights/components/shop"),
    ] {
        let (fake, client) = network(&format!("https://{host}{RESOURCE}{path}"), "soc").await;
        ask(&client, soon()).await.unwrap();
        let seen = fake.requests();
        let asked: Vec<_> = seen.iter().map(|seen| (seen.host.as_str(), seen.target.clone())).collect();
        let query = format!("{RESOURCE}{path}/v2/rest/query");
        let token = ("login.microsoftonline.com", "/contoso.onmicrosoft.com/oauth2/v2.0/token".to_owned());
        assert_eq!(asked, [(host, "/v1/rest/auth/metadata".to_owned()), token, (host, query)]);
        let form = String::from_utf8(seen[1].body.clone()).unwrap();
        assert!(form.contains("scope=https%3A%2F%2Fkusto.kusto.windows.net%2F.default"), "{form}");
    }
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let one_api = |code: &str, message: &str| {
        format!(r#"{{"error":{{"code":"{code}","@message":"{message}","@permanent":true}}}}"#)
    };
    for (status, body, kind, remedy) in [
        (
            400,
            one_api(
                "General_BadRequest",
                "No time range set. Add a time parameter to control query cost and avoid timeouts.",
            ),
            ErrorKind::Query,
            "add a time filter, such as `| where TimeGenerated > ago(1d)`",
        ),
        (
            400,
            "Client does not have access to any workspaces or client provided invalid workspace(s) in the scope."
                .to_owned(),
            ErrorKind::NotFound,
            "check `database`: it is `default` or <workspaceName>-<workspaceId>",
        ),
        (
            403,
            one_api("Forbidden", "Workspaces with Customer-Managed Keys are not accessible."),
            ErrorKind::NotFound,
            "the data lake has no workspace with customer-managed keys",
        ),
        (
            403,
            String::new(),
            ErrorKind::Forbidden,
            "give the principal the Azure role Log Analytics Reader on the workspace",
        ),
        (401, String::new(), ErrorKind::Unauthorized, "give the principal the Azure role Log Analytics Reader"),
        (
            400,
            one_api(
                "x",
                "401-Unauthorized: This normally represents a permanent error, and retrying is unlikely to help.",
            ),
            ErrorKind::Forbidden,
            "give the principal the Azure role Log Analytics Reader",
        ),
        (504, one_api("x", "Queries timing out at Gateway."), ErrorKind::Timeout, "ask for less: add a time filter"),
        (400, one_api("x", "Unexpected control command"), ErrorKind::Query, "the data lake knows .show version"),
        (400, one_api("x", "Semantic error"), ErrorKind::Query, "correct the statement"),
        (
            400,
            r#"{"error":{"code":"x","@message":"near '401-Unauthorized'","innererror":{"code":"SYN0002"}}}"#.to_owned(),
            ErrorKind::Query,
            "correct the statement",
        ),
    ] {
        let case = format!("{status} {body}");
        let (fake, client) = lake(move || Reply::new(status, "", &body)).await;
        let error = ask(&client, soon()).await.unwrap_err();
        assert_eq!((error.kind(), fake.requests().len()), (kind, 1), "{case}: {error}");
        assert!(error.remedy().starts_with(remedy), "{case}: {}", error.remedy());
    }
    let (_, client) = lake(|| Reply::json("Table could not be found or is empty.")).await;
    let error = ask(&client, soon()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.remedy().contains("new data takes about 15 minutes"), "{error}");
}

#[tokio::test]
async fn a_rejected_query_says_how_long_whatever_the_lake_says_it_with() {
    for (header, body, seconds) in [
        ("Retry-After: 37\r\n", "", 37),
        ("", "Rate limit is exceeded. Try again in 41 seconds.", 41),
        (
            "Retry-After: 3\r\n",
            r#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 41 seconds."}"#,
            41,
        ),
        ("", "", 60),
        ("Retry-After: soon\r\n", "slow down", 60),
    ] {
        let (fake, client) = lake(move || Reply::new(429, header, body)).await;
        let deadline = Instant::now() + Duration::from_secs(20);
        let error = ask(&client, deadline).await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Throttled, true), "{header}{body}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)), "{header}{body}");
        // The next one knows it already.
        let error = ask(&client, deadline).await.unwrap_err();
        let left = error.retry_after().unwrap();
        assert!(
            left <= Duration::from_secs(seconds) && left + Duration::from_secs(5) > Duration::from_secs(seconds),
            "{left:?}"
        );
        assert_eq!((error.kind(), fake.requests().len()), (ErrorKind::Throttled, 1), "{header}{body}");
    }
}

#[tokio::test]
async fn a_rejected_query_is_answered_where_the_deadline_allows() {
    hurry();
    let asked = AtomicUsize::new(0);
    let (fake, client) = lake(move || match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::new(429, "Retry-After: 1\r\n", ""),
        _ => Reply::new(200, "Content-Encoding: gzip\r\n", gzip(TWO_ROWS)),
    })
    .await;
    let start = Instant::now();
    assert_eq!(ask(&client, start + Duration::from_secs(4)).await.unwrap().0.len(), 2);
    assert!(start.elapsed() >= Duration::from_secs(1) && fake.requests().len() == 2);
}

#[tokio::test]
async fn an_answer_in_the_form_of_v1_is_none() {
    for body in [
        ONE_ROW_V1,
        r#"{"Tables":[]}"#,
        r#"{"Tables":[{"TableName":"T","Columns":[{"ColumnName":"a","DataType":"String"}],"Rows":[]}]}"#,
    ] {
        let (fake, client) = lake(move || Reply::json(body)).await;
        let error = ask(&client, soon()).await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::BadAnswer, false), "{body}: {error}");
        assert_eq!(fake.requests().len(), 1);
    }
}

#[tokio::test]
async fn what_the_lake_does_not_know_is_not_sent() {
    let (fake, client) = lake(|| Reply::stall("")).await;
    let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
    // It has no `.cancel query`.
    let error = ask(&client, Instant::now() + Duration::from_millis(300)).await.unwrap_err();
    assert_eq!((error.kind(), fake.requests().len()), (ErrorKind::Timeout, 1));
    let error = client.ingest(&Ingestion::new(&database, "T", DataFormat::Json, b"{}", soon())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("a data lake takes no records"), "{error}");
    assert_eq!(kusto_client::deep_link::deep_link(&database, "T"), "");
    assert_eq!(database.place(), "data lake, workspace default");
    assert_eq!(fake.requests().len(), 1);
}
