//! `caller-token`: each request brings its own.

use super::{connections, lambda, on_lambda, shown, to, well};
use crate::{
    fake::Reply,
    setup::{Rows, soon},
};
use auth::caller_token::CallerToken;
use kusto_client::{
    client::Client,
    error::{Error, ErrorKind},
    request::Request,
};

const CREDENTIAL: &str = r#"{ kind = "caller-token" }"#;
const CLUSTER: &str = "help.kusto.windows.net";

async fn query_as(client: &Client, token: Option<&str>) -> Result<Rows, Error> {
    let token = token.map(|token| CallerToken::parse(token).unwrap());
    let database =
        client.connections().select(None, None, |_| true).unwrap().database(None).unwrap().on_behalf_of(token);
    let request = Request::new(&database, "T", "test", soon());
    assert!(!format!("{request:?}").contains("canary"));
    let mut rows = Rows::default();
    client.query(&request, &mut rows).await.map(|_| rows)
}

#[tokio::test]
async fn each_request_is_sent_with_its_own_token_and_none_is_kept() {
    let (client, fake) = on_lambda(CREDENTIAL, well).await;
    for token in ["eyJh.eyJh.anna-canary", "eyJh.eyJh.bert-canary"] {
        assert_eq!(query_as(&client, Some(token)).await.unwrap().0.len(), 2);
        let seen = fake.requests().pop().unwrap();
        assert_eq!((seen.host.as_str(), seen.header("authorization")), (CLUSTER, Some(&*format!("Bearer {token}"))));
        assert!(!format!("{client:?}").contains("canary"));
    }
    let error = query_as(&client, None).await.unwrap_err();
    assert!(shown(&error).contains("it takes the caller's own token, and the request has none"), "{error}");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!((fake.requests().len(), to(&fake, CLUSTER).len()), (2, 2));
}

#[tokio::test]
async fn a_token_for_another_cluster_is_not_sent() {
    let (client, fake) = on_lambda(CREDENTIAL, well).await;
    // {"aud":"https://other.kusto.windows.net"}
    let token = "eyJh.eyJhdWQiOiJodHRwczovL290aGVyLmt1c3RvLndpbmRvd3MubmV0In0.anna-canary";
    let error = query_as(&client, Some(token)).await.unwrap_err();
    assert!(shown(&error).contains("the caller's token is for another cluster; it was not sent"), "{error}");
    assert_eq!((error.kind(), fake.requests().len()), (ErrorKind::CallerUnauthorized, 0));
}

#[tokio::test]
async fn a_token_that_is_refused_is_not_tried_again() {
    let (client, fake) = on_lambda(CREDENTIAL, |_| Reply::new(401, "", "")).await;
    let error = query_as(&client, Some("eyJh.eyJh.anna-canary")).await.unwrap_err();
    shown(&error);
    assert_eq!((error.kind(), error.is_retryable(), fake.requests().len()), (ErrorKind::CallerUnauthorized, false, 1));
}

#[tokio::test]
async fn a_connection_with_a_credential_of_its_own_does_not_use_it() {
    let credential = r#"{ kind = "client-secret", tenant = "x", client_id = "1", secret = "env:AWS_ACCESS_KEY_ID" }"#;
    let (client, fake) = on_lambda(credential, well).await;
    query_as(&client, Some("eyJh.eyJh.anna-canary")).await.unwrap();
    assert!(fake.requests().iter().all(|seen| !seen.head.contains("anna-canary")));
}

#[test]
fn what_is_no_token_is_refused_without_being_repeated() {
    for wrong in
        ["", "canary", "Bearer eyJh.eyJh.canary", "eyJh.eyJh.canary\r\nX: y", "eyJh.eyJh.can ary", "eyJh..canary"]
    {
        let error = CallerToken::parse(wrong).unwrap_err().to_string();
        assert!(
            error.starts_with("the caller's token must be an access token") && !error.contains("canary"),
            "{error}"
        );
    }
    let error = connections(r#"{ kind = "caller-token", secret = "x" }"#, &lambda).unwrap_err();
    assert!(error.contains("`credential.secret` is not known; known are kind"), "{error}");
}
