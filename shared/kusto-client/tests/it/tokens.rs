//! Tokens: where they come from, where they go, how many are asked for.

use crate::{
    certificates::{Certificates, Quality},
    fake::{Fake, Reply, Seen},
    setup::{Rows, TWO_ROWS, hurry, remote, remote_to, soon},
};
use kusto_client::{
    client::Client,
    error::{Error, ErrorKind},
    ingest::{DataFormat, Ingestion},
    request::Request,
};
use std::sync::atomic::{AtomicUsize, Ordering};

const METADATA: &str = r#"{"AzureAD":{"LoginEndpoint":"https://login.microsoftonline.com","LoginMfaRequired":false,"KustoClientAppId":"x","KustoServiceResourceId":"https://kusto.kusto.windows.net","New":1},"dSTS":null}"#;
const TOKEN: &str = r#"{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"t0ken-canary"}"#;

/// The cluster and the login endpoint as they should be.
fn well(seen: &Seen) -> Reply {
    match seen.target.as_str() {
        "/v1/rest/auth/metadata" => Reply::json(METADATA),
        "/contoso.onmicrosoft.com/oauth2/v2.0/token" => Reply::json(TOKEN),
        _ => Reply::json(TWO_ROWS),
    }
}

async fn proxy(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (Fake, Vec<u8>) {
    let certificates = Certificates::new(Quality::Good);
    let root = certificates.root();
    (Fake::proxy(certificates, script).await, root)
}

async fn query(client: &Client) -> Result<Rows, Error> {
    let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
    let mut rows = Rows::default();
    client.query(&Request::new(&database, "T", "test", soon()), &mut rows).await.map(|_| rows)
}

#[tokio::test]
async fn many_queries_share_one_token_of_the_clusters_own_audience() {
    let (fake, root) = proxy(well).await;
    let client = remote(&fake, root);
    for _ in 0..100 {
        assert_eq!(query(&client).await.unwrap().0.len(), 2);
    }
    let seen = fake.requests();
    let (asked, queries) = (seen.iter().find(|seen| seen.target.ends_with("/token")).unwrap(), seen.last().unwrap());
    assert_eq!((fake.count("metadata"), fake.count("/token"), fake.count("/v2/rest/query")), (1, 1, 100));
    assert_eq!(asked.host, "login.microsoftonline.com");
    let form = String::from_utf8(asked.body.clone()).unwrap();
    assert!(form.contains("scope=https%3A%2F%2Fhelp.kusto.windows.net%2F.default"), "{form}");
    assert!(form.contains("client_secret=s3cret-canary") && form.contains("client_id=11111111-2222"), "{form}");
    assert_eq!(
        (queries.host.as_str(), queries.header("authorization")),
        ("help.kusto.windows.net", Some("Bearer t0ken-canary"))
    );
    let others = seen.iter().filter(|seen| seen.host != "help.kusto.windows.net");
    assert_eq!(others.filter(|seen| seen.header("authorization").is_some()).count(), 0);
}

#[tokio::test]
async fn queries_at_once_share_one_token_too() {
    let (fake, root) = proxy(well).await;
    let client = remote(&fake, root);
    let (a, b, c) = tokio::join!(query(&client), query(&client), query(&client));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!((fake.count("metadata"), fake.count("/token")), (1, 1));
}

#[tokio::test]
async fn a_cluster_without_metadata_is_one_of_the_public_cloud() {
    for metadata in
        [Reply::new(404, "", ""), Reply::new(200, "", ""), Reply::json("{}"), Reply::json(r#"{"AzureAD":null}"#)]
    {
        let (fake, root) =
            proxy(move |seen| if seen.target.contains("metadata") { metadata.clone() } else { well(seen) }).await;
        query(&remote(&fake, root)).await.unwrap();
        assert_eq!(fake.count("/token"), 1);
    }
}

#[tokio::test]
async fn metadata_that_leads_astray_gets_no_token() {
    let login = |login: &str| METADATA.replace("https://login.microsoftonline.com", login);
    let resource = |resource: &str| METADATA.replace("https://kusto.kusto.windows.net", resource);
    let (help, proxied) = ("https://help.kusto.windows.net", "https://ade.loganalytics.io");
    for (cluster, metadata) in [
        (help, Reply::json(login("https://evil.example"))),
        (help, Reply::json(login("https://login.microsoftonline.com.evil.example"))),
        (help, Reply::json(login("https://login.microsoftonline.com@evil.example"))),
        (help, Reply::json(login("http://login.microsoftonline.com"))),
        (help, Reply::json(login("https://login.microsoftonline.com:8443"))),
        (help, Reply::json(login("https://login.microsoftonline.us"))),
        ("https://x.kusto.usgovcloudapi.net", Reply::json(METADATA)),
        ("https://x.kusto.usgovcloudapi.net", Reply::new(404, "", "")),
        (proxied, Reply::json(resource("https://graph.microsoft.com"))),
        (proxied, Reply::json(resource("http://kusto.kusto.windows.net"))),
        (proxied, Reply::json(resource("https://x.kusto.chinacloudapi.cn"))),
        (help, Reply::json("no JSON")),
        (help, Reply::json("[]")),
        (help, Reply::new(301, "Location: https://evil.example/\r\n", "")),
        (help, Reply::new(307, "Location: https://evil.example/\r\n", "")),
        (help, Reply::new(403, "", "")),
    ] {
        let case = format!("{cluster} {metadata:?}");
        let (fake, root) =
            proxy(move |seen| if seen.target.contains("metadata") { metadata.clone() } else { well(seen) }).await;
        let error = query(&remote_to(cluster, &fake, root)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized, "{case}: {error}");
        assert_eq!((fake.requests().len(), fake.connections()), (1, 1), "{case}");
    }
}

#[tokio::test]
async fn other_clouds_and_proxies_have_their_own_login_and_audience() {
    for (cluster, login, resource, scope) in [
        (
            "https://x.kusto.usgovcloudapi.net",
            "login.microsoftonline.us",
            "https://kusto.kusto.usgovcloudapi.net",
            "x.kusto.usgovcloudapi.net",
        ),
        (
            "https://x.kusto.chinacloudapi.cn",
            "login.partner.microsoftonline.cn",
            "https://kusto.kusto.chinacloudapi.cn",
            "x.kusto.chinacloudapi.cn",
        ),
        (
            "https://x.z7.kusto.fabric.microsoft.com",
            "login.microsoftonline.com",
            "https://kusto.kusto.windows.net",
            "x.z7.kusto.fabric.microsoft.com",
        ),
        (
            "https://ade.loganalytics.io",
            "login.microsoftonline.com",
            "https://kusto.kusto.windows.net",
            "kusto.kusto.windows.net",
        ),
    ] {
        let metadata =
            format!(r#"{{"AzureAD":{{"LoginEndpoint":"https://{login}/","KustoServiceResourceId":"{resource}"}}}}"#);
        let (fake, root) =
            proxy(move |seen| if seen.target.contains("metadata") { Reply::json(&metadata) } else { well(seen) }).await;
        query(&remote_to(cluster, &fake, root)).await.unwrap();
        let asked = fake.requests().remove(1);
        assert_eq!(asked.host, login);
        let form = String::from_utf8(asked.body).unwrap();
        assert!(form.contains(&format!("scope=https%3A%2F%2F{scope}%2F.default")), "{form}");
    }
}

#[tokio::test]
async fn a_token_that_is_refused_is_replaced_once() {
    hurry();
    let (fake, root) =
        proxy(|seen| if seen.target.contains("query") { Reply::new(401, "", "") } else { well(seen) }).await;
    let client = remote(&fake, root);
    let error = query(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Unauthorized, false));
    assert_eq!((fake.count("/token"), fake.count("query")), (2, 2));
}

#[tokio::test]
async fn a_token_that_was_revoked_is_replaced_unseen() {
    let issued = AtomicUsize::new(0);
    let (fake, root) = proxy(move |seen| {
        if seen.target.ends_with("/token") {
            let number = issued.fetch_add(1, Ordering::SeqCst);
            return Reply::json(TOKEN.replace("canary", &number.to_string()));
        }
        if seen.header("authorization") == Some("Bearer t0ken-0") { Reply::new(401, "", "") } else { well(seen) }
    })
    .await;
    let client = remote(&fake, root);
    query(&client).await.unwrap();
    query(&client).await.unwrap();
    assert_eq!((fake.count("/token"), fake.count("query")), (2, 3));
}

#[tokio::test]
async fn what_entra_refuses_is_said_with_what_to_do() {
    let refusal = |code: &str| {
        format!(
            r#"{{"error":"invalid_client","error_description":"AADSTS{code}: s3cret-canary","error_codes":[{code}],"timestamp":"x","trace_id":"x","correlation_id":"x"}}"#
        )
    };
    for (reply, kind, tokens, part) in [
        (
            Reply::new(401, "", refusal("7000215")),
            ErrorKind::Unauthorized,
            1,
            "AADSTS7000215): the client secret is wrong",
        ),
        (Reply::new(400, "", refusal("90002")), ErrorKind::Unauthorized, 1, "there is no such tenant"),
        (Reply::new(400, "", refusal("1")), ErrorKind::Unauthorized, 1, "check tenant, client id and secret"),
        (Reply::json("{}"), ErrorKind::Unauthorized, 1, "not a token"),
        (Reply::json("<html>s3cret-canary"), ErrorKind::Unauthorized, 1, "not a token"),
        (Reply::new(302, "Location: https://evil.example/\r\n", ""), ErrorKind::Unauthorized, 1, "HTTP status 302"),
        (Reply::new(503, "", "s3cret-canary"), ErrorKind::Unavailable, 3, "HTTP status 503"),
        (Reply::new(429, "", ""), ErrorKind::Unavailable, 3, "HTTP status 429"),
    ] {
        hurry();
        let (fake, root) =
            proxy(move |seen| if seen.target.ends_with("/token") { reply.clone() } else { well(seen) }).await;
        let error = query(&remote(&fake, root)).await.unwrap_err();
        let text = format!("{error} {error:?} {}", error.reply_text());
        assert!(text.contains(part), "{text}");
        assert!(!text.contains("canary"), "{text}");
        assert_eq!((error.kind(), fake.count("/token"), fake.count("query")), (kind, tokens, 0), "{part}");
    }
}

#[tokio::test]
async fn certificates_that_are_wrong_are_refused_with_the_reason() {
    for (quality, reason, remedy) in [
        (Quality::WrongName, "its certificate is for another host name", "another host answers under this name"),
        (Quality::Expired, "its certificate has expired", "must be renewed"),
        (Quality::SelfSigned, "no authority that is trusted here vouches for its certificate", "set EXTRA_CA_FILE"),
    ] {
        let certificates = Certificates::new(quality);
        let root = certificates.root();
        let fake = Fake::proxy(certificates, well).await;
        let error = query(&remote(&fake, root)).await.unwrap_err();
        assert_eq!((error.kind(), fake.requests().len()), (ErrorKind::Tls, 0), "{quality:?}");
        assert!(error.to_string().contains(reason), "{error}");
        assert!(error.remedy().contains(remedy), "{error}");
    }
}

#[tokio::test]
async fn a_principal_without_a_role_is_told_how_to_get_it() {
    // {"appid":"11-22","tid":"44"}
    let token = TOKEN.replace("t0ken-canary", "eyJhbGciOiJSUzI1NiJ9.eyJhcHBpZCI6IjExLTIyIiwidGlkIjoiNDQifQ.c2ln");
    let (fake, root) = proxy(move |seen| match seen.target.as_str() {
        "/contoso.onmicrosoft.com/oauth2/v2.0/token" => Reply::json(&token),
        "/v1/rest/auth/metadata" => Reply::json(METADATA),
        _ => Reply::new(403, "", ""),
    })
    .await;
    let client = remote(&fake, root);
    let error = query(&client).await.unwrap_err();
    let remedy = "let an admin of the database run `.add database ['Samples'] viewers ('aadapp=11-22;44')`";
    assert_eq!((error.kind(), error.remedy()), (ErrorKind::Forbidden, remedy));
    let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
    let ingestion = Ingestion::new(&database, "T", DataFormat::Json, b"{}", soon());
    let error = client.ingest(&ingestion).await.unwrap_err();
    assert!(error.to_string().ends_with(&remedy.replace("viewers", "ingestors")), "{error}");
}

#[tokio::test]
async fn a_root_nobody_vouched_for_is_no_root() {
    let (fake, _) = proxy(well).await;
    let error = query(&remote(&fake, Certificates::new(Quality::Good).root())).await.unwrap_err();
    assert_eq!((error.kind(), fake.requests().len()), (ErrorKind::Tls, 0));
}

#[tokio::test]
async fn nothing_that_can_be_shown_shows_a_secret() {
    let (fake, root) = proxy(well).await;
    let client = remote(&fake, root);
    query(&client).await.unwrap();
    let shown = format!("{client:?} {:?}", client.connections());
    assert!(!shown.contains("canary"), "{shown}");
}
