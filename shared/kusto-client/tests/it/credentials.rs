//! Every kind of credential: where its tokens come from, how many are asked for, what is said when there is none.

mod aws_federated;
mod caller_token;
mod stored_secret;
mod surroundings;

use crate::{
    certificates::{Certificates, Quality},
    fake::{Fake, Reply, Seen},
    setup::{Rows, TWO_ROWS, soon},
};
use auth::http::{HttpClient, HttpSettings};
use kusto_client::{client::Client, connection::Connections, error::Error, request::Request};

/// A token of Entra, as JSON; good for `seconds`.
pub(crate) fn token(token: &str, seconds: u32) -> Reply {
    Reply::json(format!(r#"{{"token_type":"Bearer","expires_in":{seconds},"access_token":"{token}"}}"#))
}

/// Entra's refusal with its number.
pub(crate) fn refusal(code: u32) -> Reply {
    let text = format!(r#"{{"error":"x","error_description":"AADSTS{code}: s3cret-canary","error_codes":[{code}]}}"#);
    Reply::new(401, "", text)
}

/// The cluster and the login endpoint as they should be.
pub(crate) fn well(seen: &Seen) -> Reply {
    match seen.target.as_str() {
        "/v1/rest/auth/metadata" => Reply::new(404, "", ""),
        target if target.ends_with("/oauth2/v2.0/token") => token("t0ken-canary", 3599),
        _ => Reply::json(TWO_ROWS),
    }
}

/// What Lambda sets for a function.
pub(crate) fn lambda(name: &str) -> Option<String> {
    let value = match name {
        "AWS_REGION" => "eu-central-1",
        "AWS_ACCESS_KEY_ID" => "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY" => "aws-key-canary",
        "AWS_SESSION_TOKEN" => "aws-session-canary",
        "AWS_LAMBDA_RUNTIME_API" => "127.0.0.1:9001",
        "AWS_LAMBDA_INITIALIZATION_TYPE" => "on-demand",
        _ => return None,
    };
    Some(value.to_owned())
}

/// A connection to https://help.kusto.windows.net with this credential, in the surroundings that `lookup` gives.
pub(crate) fn connections(credential: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Connections, String> {
    let file = format!(
        "[[connection]]\nname = \"soc\"\ncluster = \"https://help.kusto.windows.net\"\ndatabases = [\"Samples\"]\ncredential = {credential}\n"
    );
    Connections::from_toml(&file, lookup).map_err(|error| error.to_string())
}

/// A client of that connection on Lambda, and the server that is everything it talks to.
pub(crate) async fn on_lambda(
    credential: &str,
    script: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
) -> (Client, Fake) {
    let certificates = Certificates::new(Quality::Good);
    let root = certificates.root();
    let fake = Fake::proxy(certificates, script).await;
    let settings = HttpSettings { proxy: Some(fake.url()), extra_roots: Some(root) };
    (Client::new(HttpClient::new(&settings).unwrap(), connections(credential, &lambda).unwrap()), fake)
}

pub(crate) async fn query(client: &Client) -> Result<Rows, Error> {
    let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
    let mut rows = Rows::default();
    client.query(&Request::new(&database, "T", "test", soon()), &mut rows).await.map(|_| rows)
}

/// The requests that reached `host`.
pub(crate) fn to(fake: &Fake, host: &str) -> Vec<Seen> {
    fake.requests().into_iter().filter(|seen| seen.host == host).collect()
}

/// Everything of an error that anybody can see, which holds no canary.
pub(crate) fn shown(error: &Error) -> String {
    let text = format!("{error} {error:?} {}", error.reply_text());
    assert!(!text.contains("canary"), "{text}");
    text
}
