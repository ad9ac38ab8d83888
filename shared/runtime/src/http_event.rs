//! An HTTP call: who sends it, by the word of what stands in front.

use crate::{
    caller_token,
    error::{ActionError, ErrorType},
    invocation::Caller,
    settings::HttpAuthorizer,
};
use auth::caller_token::CallerToken;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest as HttpEvent;

/// The claims that name a caller: the subject, the object id, and the application id in tokens of version 1 and 2.
const CLAIMS: [&str; 4] = ["sub", "oid", "appid", "azp"];

/// What is answered to a service whose events are of another form.
pub(crate) fn other_service() -> ActionError {
    ActionError::bad_request(
        "the event has a requestContext but is no HTTP event of payload format 2.0: put an API Gateway HTTP API or a Function URL \
         in front, with payload format version 2.0; REST APIs and load balancers send another one",
    )
}

/// Who sent this call, by the word of the authorizer that the settings say stands in front. Neither a header nor the body counts.
pub(crate) fn caller(event: &HttpEvent, authorizer: Option<HttpAuthorizer>) -> Result<Caller, ActionError> {
    let refused = |message: &str| Err(ActionError::new(ErrorType::Unauthorized, message));
    let Some(authorizer) = authorizer else {
        return refused(
            "HTTP calls are refused: set HTTP_AUTHORIZER to what stands in front of this function, jwt or iam",
        );
    };
    let context = event.request_context.authorizer.as_ref();
    let names = match authorizer {
        HttpAuthorizer::None => return Ok(Caller::Gateway(Vec::new())),
        HttpAuthorizer::Jwt => {
            let Some(jwt) = context.and_then(|context| context.jwt.as_ref()) else {
                return refused("the call has no token that the JWT authorizer vouches for");
            };
            CLAIMS.iter().filter_map(|claim| jwt.claims.get(*claim).cloned()).collect()
        }
        HttpAuthorizer::Iam => match context.and_then(|context| context.iam.as_ref()?.user_arn.as_deref()) {
            Some(arn) => names_of_arn(arn),
            None => return refused("the call has no IAM identity; sign it with Signature Version 4"),
        },
    };
    let names: Vec<String> = names.into_iter().filter(|name| !name.trim().is_empty()).collect();
    if names.is_empty() {
        return refused(
            "the authorizer vouches for the call but names nobody: a token needs one of sub, oid, appid, azp",
        );
    }
    Ok(Caller::Gateway(names))
}

/// An ARN, and that of its role where it is one of a session: whoever takes a role chooses the session's name, a new one each time.
fn names_of_arn(arn: &str) -> Vec<String> {
    let role = arn.rsplit_once('/').map(|(role, _)| role).filter(|role| role.contains(":assumed-role/"));
    [Some(arn), role].into_iter().flatten().map(str::to_owned).collect()
}

/// The caller's own token for a cluster. `Authorization` is no such token: it is for this function, and goes nowhere else.
pub(crate) fn caller_token(event: &HttpEvent) -> Result<Option<CallerToken>, ActionError> {
    let mut values = event.headers.get_all(caller_token::HEADER).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => caller_token::read(caller_token::HEADER, value.as_bytes()).map(Some),
        (Some(_), Some(_)) => {
            Err(ActionError::bad_request(format!("{} is there twice; leave one of them out", caller_token::HEADER)))
        }
    }
}

/// What is answered to an `Idempotency-Key` that is no text.
pub(crate) fn odd_key() -> ActionError {
    ActionError::bad_request("the header Idempotency-Key must be visible ASCII characters")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{HttpEvent, caller, caller_token};
    use crate::{invocation::Caller, settings::HttpAuthorizer};
    use serde_json::{Value, json};

    pub(crate) fn event(change: impl FnOnce(&mut Value)) -> HttpEvent {
        let mut event = json!({
            "version": "2.0", "headers": {"content-type": "application/json"}, "body": "{}", "isBase64Encoded": false,
            "requestContext": {"http": {"method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}},
        });
        change(&mut event);
        serde_json::from_value(event).unwrap()
    }

    #[track_caller]
    fn calls(authorizer: Option<HttpAuthorizer>, word: Value, expected: Result<&[&str], &str>) {
        let event = event(|event| {
            event["requestContext"]["authorizer"] = word;
            // What a caller can write vouches for nothing.
            event["headers"]["authorization"] = json!("Bearer eyJh.eyJz.x");
            event["headers"]["x-amzn-oidc-identity"] = json!("forged");
            event["body"] =
                json!(r#"{"sub": "forged", "requestContext": {"authorizer": {"jwt": {"claims": {"sub": "forged"}}}}}"#);
        });
        match (caller(&event, authorizer), expected) {
            (Ok(caller), Ok(names)) => {
                assert_eq!(caller, Caller::Gateway(names.iter().map(|name| (*name).to_owned()).collect()));
            }
            (Err(error), Err(sentence)) => {
                assert_eq!((error.error_type.status(), error.message.as_str()), (401, sentence));
            }
            (outcome, _) => panic!("{outcome:?}"),
        }
    }

    #[test]
    fn only_the_authorizer_that_is_set_says_who_calls() {
        const UNSET: &str =
            "HTTP calls are refused: set HTTP_AUTHORIZER to what stands in front of this function, jwt or iam";
        const NO_TOKEN: &str = "the call has no token that the JWT authorizer vouches for";
        const NO_ARN: &str = "the call has no IAM identity; sign it with Signature Version 4";
        const NOBODY: &str =
            "the authorizer vouches for the call but names nobody: a token needs one of sub, oid, appid, azp";
        let jwt = |claims: Value| json!({"jwt": {"claims": claims, "scopes": null}});
        let iam = |arn: &str| json!({"iam": {"userArn": arn, "accountId": "1"}});
        let (by_jwt, by_iam) = (Some(HttpAuthorizer::Jwt), Some(HttpAuthorizer::Iam));
        for word in [json!(null), jwt(json!({"sub": "s"})), iam("arn:aws:iam::1:user/ada")] {
            calls(None, word.clone(), Err(UNSET));
            calls(Some(HttpAuthorizer::None), word, Ok(&[]));
        }
        calls(by_jwt, jwt(json!({"sub": "s", "oid": "o", "aud": "a", "email": "e", "name": "n"})), Ok(&["s", "o"]));
        calls(by_jwt, jwt(json!({"azp": "v2", "appid": "v1"})), Ok(&["v1", "v2"]));
        for word in [json!(null), json!({}), iam("arn"), json!({"lambda": {"sub": "s"}}), json!({"jwt": null})] {
            calls(by_jwt, word, Err(NO_TOKEN));
        }
        for claims in [json!({}), json!(null), json!({"aud": "a"}), json!({"sub": "", "oid": " "}), json!({"SUB": "s"})]
        {
            calls(by_jwt, jwt(claims), Err(NOBODY));
        }
        calls(by_iam, iam("arn:aws:iam::1:user/ada"), Ok(&["arn:aws:iam::1:user/ada"]));
        calls(
            by_iam,
            iam("arn:aws:sts::1:assumed-role/reports/any-session"),
            Ok(&["arn:aws:sts::1:assumed-role/reports/any-session", "arn:aws:sts::1:assumed-role/reports"]),
        );
        for word in [json!(null), jwt(json!({"sub": "s"})), json!({"iam": {"accountId": "1"}}), json!({"iam": null})] {
            calls(by_iam, word, Err(NO_ARN));
        }
        calls(by_iam, iam(""), Err(NOBODY));
    }

    #[test]
    fn the_callers_own_token_has_a_header_of_its_own() {
        let token = |headers: Value| caller_token(&event(|event| event["headers"] = headers));
        assert!(token(json!({"X-Kusto-Authorization": "Bearer eyJh.eyJz.canary"})).unwrap().is_some());
        assert!(token(json!({"x-kusto-authorization": " bearer  eyJh.eyJz.canary "})).unwrap().is_some());
        assert!(token(json!({"authorization": "Bearer eyJh.eyJz.canary"})).unwrap().is_none());
        for wrong in [
            "",
            "eyJh.eyJz.canary",
            "Bearer",
            "Bearer canary",
            "Basic eyJh.eyJz.canary",
            "Bearer eyJh.eyJz.canary,Bearer eyJh.eyJz.canary",
        ] {
            let error = token(json!({"x-kusto-authorization": wrong})).unwrap_err().to_string();
            assert!(error.starts_with("BadRequest: x-kusto-authorization: ") && !error.contains("canary"), "{error}");
        }
    }
}
