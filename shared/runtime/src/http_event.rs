//! An HTTP call: who sends it, by the word of what stands in front, and the request in its body.

use crate::{
    action::Action,
    caller_token,
    error::{ActionError, ErrorType},
    invocation::Caller,
    settings::HttpAuthorizer,
};
use auth::caller_token::CallerToken;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use flate2::read::MultiGzDecoder;
use lambda_http::{aws_lambda_events::apigw::ApiGatewayV2httpRequest as HttpEvent, http::HeaderName};
use std::io::Read;

/// The last part of the path of a call whose body is records and no request, as webhooks send them.
const RECORDS: &str = "records";

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

/// Whether the body of the call is records and no request, by its path.
pub(crate) fn is_records(event: &HttpEvent, action: &Action) -> bool {
    action.takes_records && last_part(event) == RECORDS
}

fn last_part(event: &HttpEvent) -> &str {
    let path = event.raw_path.as_deref().unwrap_or_default().trim_end_matches('/');
    path.rsplit('/').next().unwrap_or_default()
}

/// The request in the path of an HTTP call: its last part is the `id`.
pub(crate) fn path(event: &HttpEvent) -> Result<String, ActionError> {
    let method = &event.request_context.http.method;
    if method != "GET" {
        return Err(ActionError::bad_request(format!("{method} is not supported: fetch a result with GET")));
    }
    Ok(serde_json::json!({"id": last_part(event)}).to_string())
}

/// The request in the body of an HTTP call.
pub(crate) fn body(event: HttpEvent, action: &Action) -> Result<String, ActionError> {
    let body = String::from_utf8(content(event, action)?).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        ActionError::bad_request(format!("the body is not UTF-8 text: byte {place} cannot be"))
    })?;
    if body.trim().is_empty() {
        return Err(ActionError::bad_request("the body is empty: send the request as a JSON object"));
    }
    Ok(body)
}

/// The bytes of the body of an HTTP call, decompressed.
pub(crate) fn content(event: HttpEvent, action: &Action) -> Result<Vec<u8>, ActionError> {
    let method = &event.request_context.http.method;
    if method != "POST" {
        return Err(ActionError::bad_request(format!("{method} is not supported: send the request with POST")));
    }
    only_json(&event, is_records(&event, action))?;
    let is_compressed = is_compressed(&event, action)?;
    let body = event.body.unwrap_or_default();
    let bytes = if event.is_base64_encoded { decoded(&body)? } else { body.into_bytes() };
    if is_compressed { decompressed(&bytes, action) } else { Ok(bytes) }
}

fn header(event: &HttpEvent, name: &'static str) -> Option<String> {
    let value = event.headers.get(HeaderName::from_static(name));
    value.map(|value| value.to_str().unwrap_or_default().trim().to_ascii_lowercase())
}

/// A web page cannot make a browser send these media types to another site unasked, so that none can use a function on this machine.
fn only_json(event: &HttpEvent, lines: bool) -> Result<(), ActionError> {
    let content_type = header(event, "content-type").unwrap_or_default();
    let (media_type, parameters) = content_type.split_once(';').unwrap_or((&content_type, ""));
    let charset = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="));
    let is_json = match media_type.trim() {
        "application/json" => true,
        // JSON lines have several names and no registered one.
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines" => lines,
        _ => false,
    };
    if !is_json || !matches!(charset.map(|charset| charset.trim_matches('"')), None | Some("utf-8")) {
        return Err(ActionError::bad_request(
            "the body must be JSON in UTF-8: send it with content-type: application/json",
        ));
    }
    Ok(())
}

fn is_compressed(event: &HttpEvent, action: &Action) -> Result<bool, ActionError> {
    match header(event, "content-encoding").as_deref() {
        None | Some("" | "identity") => Ok(false),
        Some("gzip") if action.takes_records => Ok(true),
        Some(_) if action.takes_records => {
            Err(ActionError::bad_request("the body has an encoding that is not known: send it as it is, or with gzip"))
        }
        Some(_) => Err(ActionError::bad_request("the body is encoded: send it as it is, without content-encoding")),
    }
}

fn decoded(base64: &str) -> Result<Vec<u8>, ActionError> {
    let no_base64 = |_| ActionError::bad_request("the body is not the base64 that it is said to be");
    BASE64_STANDARD.decode(base64).map_err(no_base64)
}

/// What `gzip` holds, of which no more is made than the action takes.
fn decompressed(gzip: &[u8], action: &Action) -> Result<Vec<u8>, ActionError> {
    let limit = action.request_limit;
    let mut bytes = Vec::new();
    let read = MultiGzDecoder::new(gzip).take(limit as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|_| ActionError::bad_request("the body is not the gzip that it is said to be"))?;
    match bytes.len() > limit {
        true => Err(ActionError::new(
            ErrorType::LimitExceeded,
            format!("the body has more than {limit} bytes when it is decompressed; send less in one request"),
        )),
        false => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::{HttpEvent, body, caller, caller_token, content};
    use crate::{action::Action, error::ActionError, invocation::Caller, settings::HttpAuthorizer};
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use flate2::{Compression, write::GzEncoder};
    use serde_json::{Value, json};
    use std::io::Write;

    fn event(change: impl FnOnce(&mut Value)) -> HttpEvent {
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

    #[track_caller]
    fn reads(change: impl FnOnce(&mut Value), expected: Result<&str, &str>) {
        let read = body(event(change), &Action::new("query"));
        match (read, expected) {
            (Ok(text), Ok(expected)) => assert_eq!(text, expected),
            (Err(ActionError { message, .. }), Err(expected)) => assert_eq!(message, expected),
            (outcome, _) => panic!("{outcome:?}"),
        }
    }

    #[test]
    fn only_a_post_of_plain_json_is_a_request() {
        const NOT_JSON: &str = "the body must be JSON in UTF-8: send it with content-type: application/json";
        let content_type =
            |value: &'static str| move |event: &mut Value| event["headers"] = json!({"Content-Type": value});
        let base64 = |value: &'static str| {
            move |event: &mut Value| {
                event["body"] = json!(value);
                event["isBase64Encoded"] = json!(true);
            }
        };
        reads(|_| {}, Ok("{}"));
        for fine in ["application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\"", "application/json; v=1"] {
            reads(content_type(fine), Ok("{}"));
        }
        for wrong in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/json; charset=utf-16",
            "",
        ] {
            reads(content_type(wrong), Err(NOT_JSON));
        }
        reads(|event| event["headers"] = json!({}), Err(NOT_JSON));
        let gzip = json!({"content-type": "application/json", "content-encoding": "gzip"});
        reads(|event| event["headers"] = gzip, Err("the body is encoded: send it as it is, without content-encoding"));
        reads(base64("e30="), Ok("{}"));
        reads(base64("e30"), Err("the body is not the base64 that it is said to be"));
        reads(base64("{}"), Err("the body is not the base64 that it is said to be"));
        reads(base64("e/8="), Err("the body is not UTF-8 text: byte 1 cannot be"));
        reads(
            |event| event["requestContext"]["http"]["method"] = json!("GET"),
            Err("GET is not supported: send the request with POST"),
        );
        for empty in [json!(" \n"), json!(""), json!(null)] {
            reads(|event| event["body"] = empty, Err("the body is empty: send the request as a JSON object"));
        }
    }

    /// What an action that takes records makes of a body with these headers.
    fn records(path: &str, headers: Value, body: &[u8]) -> Result<Vec<u8>, String> {
        let event = event(|event| {
            event["rawPath"] = json!(path);
            event["headers"] = headers;
            event["body"] = json!(BASE64_STANDARD.encode(body));
            event["isBase64Encoded"] = json!(true);
        });
        let action = Action::with_content("ingest", "records").taking_records();
        content(event, &action).map_err(|error| error.to_string())
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn records_may_be_lines_and_compressed() {
        let lines = json!({"content-type": "application/x-ndjson"});
        let compressed = json!({"content-type": "application/json", "content-encoding": "GZIP"});
        assert_eq!(records("/prod/records/", lines.clone(), b"{}\n\xff").unwrap(), b"{}\n\xff");
        assert!(records("/prod/ingest", lines, b"{}").unwrap_err().contains("must be JSON"));
        assert_eq!(records("/records", compressed.clone(), &gzip(b"[{}]")).unwrap(), b"[{}]");
        assert_eq!(records("/ingest", compressed.clone(), &[gzip(b"{"), gzip(b"}")].concat()).unwrap(), b"{}");
        for broken in [&b"[{}]"[..], &gzip(b"[{}]")[..12], b""] {
            let error = records("/records", compressed.clone(), broken).unwrap_err();
            assert_eq!(error, "BadRequest: the body is not the gzip that it is said to be");
        }
        let deflate = json!({"content-type": "application/json", "content-encoding": "deflate"});
        assert!(records("/records", deflate, b"x").unwrap_err().contains("has an encoding that is not known"));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let compressed = json!({"content-type": "application/json", "content-encoding": "gzip"});
        let fits = vec![b' '; 6 << 20];
        assert_eq!(records("/records", compressed.clone(), &gzip(&fits)).unwrap().len(), 6 << 20);
        let bomb = gzip(&vec![b' '; 30 << 20]);
        assert!(bomb.len() < 200_000);
        let error = records("/records", compressed, &bomb).unwrap_err();
        assert_eq!(
            error,
            "LimitExceeded: the body has more than 6291456 bytes when it is decompressed; send less in one request"
        );
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
