//! The way to the cluster, and the token for it.

use crate::{
    probe::Probe,
    step::{Name, Step, Steps},
};
use auth::{authorization_error::AuthorizationError, http::HttpError, principal::Principal};
use futures::FutureExt;
use serde_json::json;
use std::{
    net::IpAddr,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::time::timeout_at;

/// `dns`, `connect`, `tls` and `token`.
pub(crate) async fn steps(probe: &Probe<'_>) -> Steps {
    let mut steps = Steps::default();
    // One connection is made for both steps, and none before it is asked for.
    let connection = connection(probe).boxed().shared();
    steps.then(Name::Dns, dns(probe)).await;
    steps.then(Name::Connect, connection.clone().map(|made| connect(&made))).await;
    steps.then(Name::Tls, connection.map(|made| tls(probe, &made))).await;
    steps.then(Name::Token, token(probe)).await;
    steps
}

async fn dns(probe: &Probe<'_>) -> Step {
    if probe.connection.is_loopback() {
        return Step::skipped(Name::Dns, "the cluster is on this machine");
    }
    let host = probe.connection.cluster().host();
    match probe.client.look_up(probe.connection).await {
        Ok(None) => Step::skipped(Name::Dns, "the proxy of PROXY_URL looks names up"),
        Ok(Some(addresses)) => {
            let addresses: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
            Step::ok(Name::Dns, format!("{host} is {}", addresses.join(", ")))
                .with_detail(json!({ "addresses": addresses }))
        }
        Err(error) => failed(Name::Dns, &error),
    }
}

async fn connection(probe: &Probe<'_>) -> Result<(), HttpError> {
    let made = timeout_at(probe.until(), probe.client.connect(probe.connection)).await;
    made.unwrap_or_else(|_| Err(HttpError::Broken("no answer came in time".to_owned())))
}

fn connect(made: &Result<(), HttpError>) -> Step {
    match made {
        Ok(()) | Err(HttpError::Tls(_)) => Step::ok(Name::Connect, "the cluster takes connections"),
        Err(error) => failed(Name::Connect, error),
    }
}

fn tls(probe: &Probe<'_>, made: &Result<(), HttpError>) -> Step {
    match made {
        Err(error) => failed(Name::Tls, error),
        Ok(()) if probe.connection.is_loopback() => {
            Step::skipped(Name::Tls, "plain http is spoken with a cluster on this machine")
        }
        Ok(()) => Step::ok(Name::Tls, "the certificate is good"),
    }
}

fn failed(name: Name, error: &HttpError) -> Step {
    Step::failed(name, error.to_string(), error.remedy())
}

async fn token(probe: &Probe<'_>) -> Step {
    if probe.connection.is_loopback() {
        return Step::skipped(Name::Token, "the credential is `none`");
    }
    match timeout_at(probe.until(), probe.client.principal(probe.connection, probe.caller)).await {
        Ok(Ok(Some(principal))) => principal_step(&principal),
        Ok(Ok(None)) => Step::ok(Name::Token, "there is one; it does not say for whom"),
        Ok(Err(error @ AuthorizationError::CallerTokenMissing)) => {
            Step::skipped(Name::Token, format!("the connection cannot be checked on its own: {error}")).stopping()
        }
        Ok(Err(error)) => Step::failed(Name::Token, error.to_string(), error.remedy()),
        Err(_) => Step::failed(
            Name::Token,
            "no token came in time",
            "try again; see what stands between here and the login endpoint",
        ),
    }
}

fn principal_step(principal: &Principal) -> Step {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let expires_in = principal.expires.map(|expires| expires.saturating_sub(now));
    let name = principal.fully_qualified_name().or_else(|| principal.object_id.clone());
    let mut message = format!("for {}", name.as_deref().unwrap_or("a principal that it does not name"));
    if let Some(name) = &principal.name {
        message += &format!(" ({name})");
    }
    if let Some(audience) = &principal.audience {
        message += &format!(", audience {audience}");
    }
    if let Some(expires_in) = expires_in {
        message += &format!(", good for {} minutes", expires_in / 60);
    }
    Step::ok(Name::Token, message).with_detail(json!({
        "principal": principal.fully_qualified_name(),
        "applicationId": principal.application_id,
        "objectId": principal.object_id,
        "name": principal.name,
        "tenant": principal.tenant,
        "audience": principal.audience,
        "expiresInSeconds": expires_in,
    }))
}
