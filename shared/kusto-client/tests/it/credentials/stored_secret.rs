//! Client secrets that AWS keeps, and what happens when they are replaced.

use super::{on_lambda, query, refusal, shown, to, token, well};
use crate::{
    fake::{Fake, Reply, Seen},
    setup::hurry,
    signature::is_signed,
};
use kusto_client::error::ErrorKind;
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

const ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:kusto-AbCdEf";
const SECRETS_MANAGER: &str = "secretsmanager.us-east-1.amazonaws.com";
const SYSTEMS_MANAGER: &str = "ssm.eu-central-1.amazonaws.com";

fn credential(reference: &str) -> String {
    format!(r#"{{ kind = "client-secret", tenant = "contoso", client_id = "1", secret = "{reference}" }}"#)
}

/// Secrets Manager's answer with this secret.
fn secret(text: &str) -> Reply {
    Reply::json(json!({ "ARN": ARN, "Name": "kusto", "VersionId": "x", "SecretString": text }).to_string())
}

/// Systems Manager's answer with this secret.
fn parameter(text: &str) -> Reply {
    let parameter = json!({ "Name": "/kusto/client", "Type": "SecureString", "Value": text, "Version": 1 });
    Reply::json(json!({ "Parameter": parameter }).to_string())
}

fn aws_error(name: &str) -> Reply {
    Reply::new(400, "", json!({ "__type": format!("com.amazonaws#{name}"), "Message": "aws-canary" }).to_string())
}

fn form(seen: &Seen) -> String {
    String::from_utf8(seen.body.clone()).unwrap()
}

#[tokio::test]
async fn many_queries_share_one_reading_of_the_secret() {
    for (reference, host, service, region, asked) in [
        (format!("aws-secret:{ARN}"), SECRETS_MANAGER, "secretsmanager", "us-east-1", json!({ "SecretId": ARN })),
        (format!("aws-secret:{ARN}#a.b"), SECRETS_MANAGER, "secretsmanager", "us-east-1", json!({ "SecretId": ARN })),
        (
            "aws-ssm:/kusto/client".to_owned(),
            SYSTEMS_MANAGER,
            "ssm",
            "eu-central-1",
            json!({ "Name": "/kusto/client", "WithDecryption": true }),
        ),
    ] {
        let object = reference.ends_with("#a.b");
        let (client, fake) = on_lambda(&credential(&reference), move |seen| match seen.host.as_str() {
            SECRETS_MANAGER if object => secret(r#"{"other":"x","a.b":"s3cret-canary"}"#),
            SECRETS_MANAGER => secret("s3cret-canary"),
            SYSTEMS_MANAGER => parameter("s3cret-canary"),
            _ => well(seen),
        })
        .await;
        for _ in 0..100 {
            query(&client).await.unwrap();
        }
        let read = to(&fake, host);
        assert_eq!((read.len(), fake.count("/token"), fake.count("/v2/rest/query")), (1, 1, 100));
        assert!(is_signed(&read[0], "aws-key-canary", region, service));
        assert_eq!(read[0].json(), asked);
        assert!(form(&to(&fake, "login.microsoftonline.com")[0]).contains("client_secret=s3cret-canary&"));
        assert!(!format!("{client:?} {:?}", client.connections()).contains("canary"));
    }
}

/// Secrets Manager holds the secret of this number; Entra takes the one of `valid`.
async fn rotating(tokens_for: u32) -> (kusto_client::client::Client, Fake, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let (stored, valid) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (in_store, at_entra) = (stored.clone(), valid.clone());
    let (client, fake) = on_lambda(&credential(&format!("aws-secret:{ARN}")), move |seen| {
        if seen.host == SECRETS_MANAGER {
            return secret(&format!("s3cret-canary-{}", in_store.load(Ordering::SeqCst)));
        }
        if !seen.target.ends_with("/token") {
            return well(seen);
        }
        let wanted = format!("client_secret=s3cret-canary-{}&", at_entra.load(Ordering::SeqCst));
        if form(seen).contains(&wanted) { token("t0ken-canary", tokens_for) } else { refusal(7_000_215) }
    })
    .await;
    (client, fake, stored, valid)
}

#[tokio::test]
async fn a_secret_that_is_replaced_costs_no_call() {
    // Tokens of a minute are asked for anew with each query: they are renewed five minutes before their end.
    let (client, fake, stored, valid) = rotating(60).await;
    for number in 0..20 {
        if number == 10 {
            stored.store(1, Ordering::SeqCst);
            valid.store(1, Ordering::SeqCst);
        }
        query(&client).await.unwrap();
    }
    assert_eq!((to(&fake, SECRETS_MANAGER).len(), fake.count("/token")), (2, 21));
}

#[tokio::test]
async fn a_secret_that_stays_wrong_is_read_once_a_call_until_it_is_right() {
    let (client, fake, stored, valid) = rotating(60).await;
    query(&client).await.unwrap();
    valid.store(1, Ordering::SeqCst);
    for (reads, tokens) in [(2, 3), (3, 4), (4, 5)] {
        let error = query(&client).await.unwrap_err();
        assert!(shown(&error).contains("(AADSTS7000215): the client secret is wrong"), "{error}");
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Unauthorized, false));
        assert_eq!((to(&fake, SECRETS_MANAGER).len(), fake.count("/token")), (reads, tokens));
    }
    stored.store(1, Ordering::SeqCst);
    query(&client).await.unwrap();
}

#[tokio::test]
async fn what_the_cluster_refuses_has_the_secret_read_again_once() {
    let (client, fake) = on_lambda(&credential(&format!("aws-secret:{ARN}")), |seen| match seen.host.as_str() {
        SECRETS_MANAGER => secret("s3cret-canary"),
        "help.kusto.windows.net" if seen.target.contains("query") => Reply::new(401, "", ""),
        _ => well(seen),
    })
    .await;
    assert_eq!(query(&client).await.unwrap_err().kind(), ErrorKind::Unauthorized);
    assert_eq!((to(&fake, SECRETS_MANAGER).len(), fake.count("/token"), fake.count("query")), (2, 2, 2));
}

#[tokio::test]
async fn what_aws_answers_instead_is_said_with_what_to_do() {
    let whole = format!("aws-secret:{ARN}");
    let key = format!("{whole}#key");
    for (reference, reply, kind, asked, part) in [
        (&whole, aws_error("ResourceNotFoundException"), ErrorKind::Unauthorized, 1, "there is no such secret"),
        (
            &whole,
            aws_error("AccessDeniedException"),
            ErrorKind::Unauthorized,
            1,
            "secretsmanager:GetSecretValue answered AccessDeniedException (HTTP status 400); allow secretsmanager:GetSecretValue",
        ),
        (&whole, aws_error("DecryptionFailure"), ErrorKind::Unauthorized, 1, "allow kms:Decrypt"),
        (&whole, aws_error("ThrottlingException"), ErrorKind::Unavailable, 3, "too many calls"),
        (&whole, Reply::json(r#"{"SecretBinary":"canary"}"#), ErrorKind::Unauthorized, 1, "as text, not as binary"),
        (&whole, Reply::json("canary"), ErrorKind::Unauthorized, 1, "is not what the service answers"),
        (&whole, secret(""), ErrorKind::Unauthorized, 1, "it is empty"),
        (&whole, secret(r#"{"key":"canary"}"#), ErrorKind::Unauthorized, 1, "write `#` and the key"),
        (&key, secret("canary"), ErrorKind::Unauthorized, 1, "it holds no JSON object"),
        (&key, secret(r#"{"other":"canary"}"#), ErrorKind::Unauthorized, 1, "no text under that key"),
        (&key, secret(r#"{"key":7}"#), ErrorKind::Unauthorized, 1, "no text under that key"),
    ] {
        hurry();
        let (client, fake) =
            on_lambda(
                &credential(reference),
                move |seen| {
                    if seen.host == SECRETS_MANAGER { reply.clone() } else { well(seen) }
                },
            )
            .await;
        let error = query(&client).await.unwrap_err();
        assert!(shown(&error).contains(part), "{part}: {error}");
        assert_eq!((error.kind(), to(&fake, SECRETS_MANAGER).len(), fake.count("/token")), (kind, asked, 0), "{part}");
    }
}
