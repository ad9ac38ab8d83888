//! `aws-federated`: AWS says who the function is, and Entra believes it.

use super::{connections, lambda, on_lambda, query, refusal, shown, to, well};
use crate::{
    fake::{Fake, Reply, Seen},
    setup::hurry,
    signature::is_signed,
};
use kusto_client::error::ErrorKind;

const STS: &str = "sts.eu-central-1.amazonaws.com";
const CREDENTIAL: &str =
    r#"{ kind = "aws-federated", tenant = "contoso.onmicrosoft.com", client_id = "11111111-2222" }"#;
const ASSERTION: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnLWNhbmFyeQ-canary";

fn assertion(token: &str) -> Reply {
    Reply::new(
        200,
        "Content-Type: text/xml\r\n",
        format!(
            "<GetWebIdentityTokenResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <GetWebIdentityTokenResult>\n    <WebIdentityToken>{token}</WebIdentityToken>\n    <Expiration>2026-11-20T22:44:21.703Z</Expiration>\n  </GetWebIdentityTokenResult>\n</GetWebIdentityTokenResponse>"
        ),
    )
}

fn aws_error(status: u16, code: &str) -> Reply {
    let text = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code><Message>aws-canary</Message></Error></ErrorResponse>"
    );
    Reply::new(status, "", text)
}

fn with_sts(sts: impl Fn(&Seen) -> Reply) -> impl Fn(&Seen) -> Reply {
    move |seen| if seen.host == STS { sts(seen) } else { well(seen) }
}

fn asked(fake: &Fake) -> (usize, usize, usize) {
    (to(fake, STS).len(), fake.count("/token"), fake.count("/v2/rest/query"))
}

#[tokio::test]
async fn many_queries_share_one_token_and_no_secret_is_sent() {
    let (client, fake) = on_lambda(CREDENTIAL, with_sts(|_| assertion(ASSERTION))).await;
    for _ in 0..100 {
        assert_eq!(query(&client).await.unwrap().0.len(), 2);
    }
    assert_eq!(asked(&fake), (1, 1, 100));
    let sts = to(&fake, STS).remove(0);
    assert!(is_signed(&sts, "aws-key-canary", "eu-central-1", "sts"));
    assert_eq!(sts.header("x-amz-security-token"), Some("aws-session-canary"));
    assert_eq!(
        String::from_utf8(sts.body).unwrap(),
        "Action=GetWebIdentityToken&Version=2011-06-15&Audience.member.1=api%3A%2F%2FAzureADTokenExchange&SigningAlgorithm=RS256&DurationSeconds=300"
    );
    let entra = String::from_utf8(to(&fake, "login.microsoftonline.com").remove(0).body).unwrap();
    assert!(entra.contains(&format!("client_assertion={ASSERTION}&")) && !entra.contains("client_secret"), "{entra}");
    let aws_elsewhere = fake.requests().iter().filter(|seen| seen.host != STS && seen.head.contains("aws")).count();
    assert_eq!(aws_elsewhere, 0);
    assert!(!format!("{client:?} {:?}", client.connections()).contains("canary"));
}

#[tokio::test]
async fn audience_and_region_are_settings() {
    let credential = CREDENTIAL.replace(" }", r#", audience = "api://mine", region = "cn-north-1" }"#);
    let sts = "sts.cn-north-1.amazonaws.com.cn";
    let script = move |seen: &Seen| if seen.host == sts { assertion(ASSERTION) } else { well(seen) };
    let (client, fake) = on_lambda(&credential, script).await;
    query(&client).await.unwrap();
    let seen = to(&fake, sts).remove(0);
    assert!(is_signed(&seen, "aws-key-canary", "cn-north-1", "sts"));
    assert!(String::from_utf8(seen.body).unwrap().contains("Audience.member.1=api%3A%2F%2Fmine&"));
}

#[tokio::test]
async fn a_token_that_is_refused_is_replaced_once() {
    let script = with_sts(|_| assertion(ASSERTION));
    let (client, fake) =
        on_lambda(
            CREDENTIAL,
            move |seen| {
                if seen.target.contains("query") { Reply::new(401, "", "") } else { script(seen) }
            },
        )
        .await;
    let error = query(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Unauthorized, false));
    assert_eq!(asked(&fake), (2, 2, 2));
}

#[tokio::test]
async fn what_aws_answers_instead_is_said_with_what_to_do() {
    for (reply, kind, asked_sts, part) in [
        (
            aws_error(403, "OutboundWebIdentityFederationDisabled"),
            ErrorKind::Unauthorized,
            1,
            "sts:GetWebIdentityToken answered OutboundWebIdentityFederationDisabled (HTTP status 403); turn outbound",
        ),
        (
            aws_error(403, "OutboundWebIdentityFederationDisabledException"),
            ErrorKind::Unauthorized,
            1,
            "turn outbound identity federation on",
        ),
        (aws_error(403, "AccessDenied"), ErrorKind::Unauthorized, 1, "allow sts:GetWebIdentityToken to the"),
        (aws_error(403, "InvalidClientTokenId"), ErrorKind::Unauthorized, 1, "does not accept the credentials"),
        (aws_error(403, "ExpiredToken"), ErrorKind::Unauthorized, 1, "are at their end"),
        (aws_error(400, "aws-canary"), ErrorKind::Unauthorized, 1, "answered HTTP status 400; see what CloudTrail"),
        (aws_error(400, "Throttling"), ErrorKind::Unavailable, 3, "too many calls"),
        (Reply::new(503, "", "aws-canary"), ErrorKind::Unavailable, 3, "HTTP status 503"),
        (Reply::none(), ErrorKind::Unreachable, 3, "sts:GetWebIdentityToken cannot be reached"),
        (Reply::new(307, "Location: https://evil.example/\r\n", ""), ErrorKind::Unauthorized, 1, "HTTP status 307"),
        (assertion("no-canary"), ErrorKind::Unauthorized, 1, "something else than what was asked for"),
        (assertion(&format!("{ASSERTION}&#10;x")), ErrorKind::Unauthorized, 1, "something else"),
        (assertion(""), ErrorKind::Unauthorized, 1, "something else"),
        (Reply::json("{}"), ErrorKind::Unauthorized, 1, "something else"),
        (
            Reply::new(200, "", "<!DOCTYPE x [<!ENTITY e \"canary\">]><WebIdentityToken>&e;</WebIdentityToken>"),
            ErrorKind::Unauthorized,
            1,
            "something else",
        ),
    ] {
        hurry();
        let (client, fake) = on_lambda(CREDENTIAL, with_sts(move |_| reply.clone())).await;
        let error = query(&client).await.unwrap_err();
        let text = shown(&error);
        assert!(text.contains(part), "{part}: {text}");
        assert_eq!((error.kind(), asked(&fake)), (kind, (asked_sts, 0, 0)), "{part}");
        assert_eq!(to(&fake, "evil.example").len(), 0);
    }
}

#[tokio::test]
async fn what_entra_says_of_the_assertion_is_said_with_what_to_do() {
    for (code, part) in [
        (700_024, "(AADSTS700024): the assertion of AWS is outside its time"),
        (70_021, "no federated credential for this AWS role"),
        (700_211, "of this AWS account's issuer"),
        (700_212, "set `audience` to it"),
        (700_213, "set it to the ARN of the function's role"),
    ] {
        let script = with_sts(|_| assertion(ASSERTION));
        let (client, fake) =
            on_lambda(
                CREDENTIAL,
                move |seen| {
                    if seen.target.ends_with("/token") { refusal(code) } else { script(seen) }
                },
            )
            .await;
        let error = query(&client).await.unwrap_err();
        assert!(shown(&error).contains(part), "{error}");
        assert_eq!((error.kind(), asked(&fake)), (ErrorKind::Unauthorized, (1, 1, 0)), "{code}");
    }
}

#[test]
fn without_a_role_the_function_does_not_start() {
    for (missing, part) in [
        ("AWS_ACCESS_KEY_ID", "`credential.kind` cannot be used: the variable AWS_ACCESS_KEY_ID is not set"),
        ("AWS_REGION", "`credential.kind` cannot be used: no region is known; set `region`"),
    ] {
        let error = connections(CREDENTIAL, &|name| lambda(name).filter(|_| name != missing)).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
    for (key, part) in [
        ("region = \"eu.evil.example\"", "`credential.region` cannot be used: the region must be one such as"),
        ("audience = \"a b\"", "`credential.audience` cannot be used: the audience must be"),
        ("secret = \"env:X\"", "`credential.secret` is not known; known are kind, tenant, client_id, audience, region"),
    ] {
        let error = connections(&CREDENTIAL.replace(" }", &format!(", {key} }}")), &lambda).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
}
