//! What an HTTP call asks for: its path, its method, and the request in its body.

use crate::{
    accept,
    action::Action,
    error::{ActionError, ErrorType, HttpMistake, Methods},
    reply::JSON,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use flate2::read::MultiGzDecoder;
use lambda_http::{aws_lambda_events::apigw::ApiGatewayV2httpRequest as HttpEvent, http::HeaderName};
use std::{io::Read, time::Duration};

/// What an HTTP call asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) content: Content,
    /// The path of the connector that it came by.
    pub(crate) path: Option<&'static str>,
    /// The media type that the caller wants, of those that the action offers.
    pub(crate) media_type: &'static str,
    /// Whether the caller prefers to be answered later.
    pub(crate) later: bool,
}

/// What an HTTP call brings.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A request, as JSON.
    Request(String),
    /// Records and no request, as webhooks send them.
    Records(Vec<u8>),
}

/// The last part of the path of a call whose body is records.
const RECORDS: &str = "/records";

/// Where an HTTP call came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The URL of the API, where it came through API Gateway, which has the routes of all functions.
    pub(crate) api: Option<String>,
    /// The alias or version of the function that it came to, where it came to one.
    pub(crate) qualifier: Option<String>,
    /// How long what stands in front waits for an answer.
    pub(crate) patience: Duration,
}

/// How long API Gateway waits, less what it takes itself. (Docs: quotas of HTTP APIs, maximum integration timeout, 30 s.)
const PATIENCE: Duration = Duration::from_secs(29);

impl Place {
    /// Where `event` came in, which Lambda delivers to the function by `arn`: the gateway says so, and no header.
    pub(crate) fn of(event: &HttpEvent, arn: &str) -> Self {
        let context = &event.request_context;
        let domain = context.domain_name.as_deref().unwrap_or_default();
        let qualifier = qualifier(arn);
        if domain.is_empty() || domain == "localhost" || domain.contains(".lambda-url.") {
            // A Function URL, or `cargo lambda watch` in its place, waits as long as the function may run.
            return Self { api: None, qualifier, patience: Duration::MAX };
        }
        let stage = context.stage.as_deref().filter(|stage| *stage != "$default");
        let stage = stage.map(|stage| format!("/{stage}")).unwrap_or_default();
        Self { api: Some(format!("https://{domain}{stage}")), qualifier, patience: PATIENCE }
    }
}

/// What follows the name in the ARN of a function, `arn:aws:lambda:eu-central-1:123456789012:function:query:live`.
fn qualifier(arn: &str) -> Option<String> {
    arn.split(':').nth(7).filter(|qualifier| !qualifier.is_empty()).map(str::to_owned)
}

/// What `event` asks of `action`.
pub(crate) fn asked(event: HttpEvent, action: &Action) -> Result<Asked, ActionError> {
    if action.is_fetched {
        let content = Content::Request(fetched(&event, action)?);
        return Ok(Asked { content, path: None, media_type: JSON, later: false });
    }
    let path = matched(&event, action)?;
    only_method(&event, Methods::Post)?;
    let accept = event.headers.get("accept").and_then(|accept| accept.to_str().ok());
    let media_type = accept::media_type(accept, action.media_types)?;
    let later = prefers_later(&event);
    let content = match is_records(&event, action) {
        true => Content::Records(content(event, action)?),
        false => Content::Request(body(event, action)?),
    };
    Ok(Asked { content, path, media_type, later })
}

/// Whether a `Prefer` header asks for `respond-async` (RFC 7240, section 4.1).
fn prefers_later(event: &HttpEvent) -> bool {
    let values = event.headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let preferences = values.flat_map(|value| value.split(',')).map(|one| one.split(';').next().unwrap_or_default());
    preferences.map(str::trim).any(|one| one.eq_ignore_ascii_case("respond-async"))
}

/// The request in the path of an HTTP call: its last part is the `id`.
fn fetched(event: &HttpEvent, action: &Action) -> Result<String, ActionError> {
    let path = path(event);
    let below = path.strip_prefix('/').unwrap_or_default();
    let id = below.strip_prefix(action.name).and_then(|rest| rest.strip_prefix('/')).unwrap_or(below);
    only_method(event, Methods::GetDelete)?;
    let cancel = event.request_context.http.method == "DELETE";
    Ok(serde_json::json!({"id": id, "cancel": cancel}).to_string())
}

/// The path of the connector that the call came by; none for the action's own path, and for the root of its Function URL.
///
/// Paths are compared byte by byte: what is doubled, encoded, in capitals or has a slash at its end is another path.
fn matched(event: &HttpEvent, action: &Action) -> Result<Option<&'static str>, ActionError> {
    let path = path(event);
    let path = path.strip_suffix(RECORDS).filter(|_| action.takes_records).unwrap_or(path);
    let is_own = matches!(path, "" | "/") || path.strip_prefix('/') == Some(action.name);
    match action.paths.iter().find(|known| **known == path) {
        Some(known) => Ok(Some(known)),
        None if is_own => Ok(None),
        None => {
            let own = format!("/{}", action.name);
            let all: Vec<&str> = std::iter::once(own.as_str()).chain(action.paths.iter().copied()).collect();
            let message = format!("there is nothing at this path: {} is at {}", action.name, all.join(", "));
            Err(ActionError::new(ErrorType::NotFound, message))
        }
    }
}

/// Whether the body of the call is records and no request, by its path.
fn is_records(event: &HttpEvent, action: &Action) -> bool {
    action.takes_records && path(event).ends_with(RECORDS)
}

/// The path below the stage; that of the route where the gateway has matched one without variables.
fn path(event: &HttpEvent) -> &str {
    let context = &event.request_context;
    let route = context.route_key.as_deref().and_then(|key| key.split_once(' '));
    if let Some((_, path)) = route.filter(|(_, path)| !path.contains('{')) {
        return path;
    }
    let path = event.raw_path.as_deref().unwrap_or_default();
    let stage = context.stage.as_deref().filter(|stage| *stage != "$default");
    let below = stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
    below.filter(|below| below.is_empty() || below.starts_with('/')).unwrap_or(path)
}

fn only_method(event: &HttpEvent, allowed: Methods) -> Result<(), ActionError> {
    let method = event.request_context.http.method.as_str();
    if allowed.names().split(", ").any(|one| one == method) {
        return Ok(());
    }
    let remedy = match allowed {
        Methods::Post => "send the request with POST",
        Methods::GetDelete => "fetch a result with GET, cancel it with DELETE",
    };
    Err(ActionError::bad_request(format!("this method is not supported: {remedy}"))
        .over_http(HttpMistake::Method(allowed)))
}

/// The request in the body of an HTTP call.
fn body(event: HttpEvent, action: &Action) -> Result<String, ActionError> {
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
fn content(event: HttpEvent, action: &Action) -> Result<Vec<u8>, ActionError> {
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
        return Err(wrong_type("the body must be JSON in UTF-8: send it with content-type: application/json"));
    }
    Ok(())
}

fn is_compressed(event: &HttpEvent, action: &Action) -> Result<bool, ActionError> {
    match header(event, "content-encoding").as_deref() {
        None | Some("" | "identity") => Ok(false),
        Some("gzip") if action.takes_records => Ok(true),
        Some(_) if action.takes_records => {
            Err(wrong_type("the body has an encoding that is not known: send it as it is, or with gzip"))
        }
        Some(_) => Err(wrong_type("the body is encoded: send it as it is, without content-encoding")),
    }
}

fn wrong_type(message: &str) -> ActionError {
    ActionError::bad_request(message).over_http(HttpMistake::MediaType)
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
    use super::{Content, Place, asked, body, qualifier};
    use crate::{action::Action, error::ActionError, http_event::tests::event};
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use flate2::{Compression, write::GzEncoder};
    use serde_json::{Value, json};
    use std::{io::Write, time::Duration};

    const QUERY: Action = Action::new("query").at(&["/ListKustoResults/false"]);

    /// The path of the connector, or the status of the error.
    fn path(raw: &str, stage: &str, route: &str) -> Result<Option<&'static str>, u16> {
        let event = event(|event| {
            event["rawPath"] = json!(raw);
            event["requestContext"]["stage"] = json!(stage);
            event["requestContext"]["routeKey"] = json!(route);
        });
        asked(event, &QUERY).map(|asked| asked.path).map_err(|error| error.status())
    }

    #[test]
    fn a_path_is_one_of_the_actions_byte_by_byte() {
        for own in ["", "/", "/query"] {
            assert_eq!(path(own, "$default", "$default"), Ok(None), "{own}");
        }
        let connectors = Ok(Some("/ListKustoResults/false"));
        assert_eq!(path("/ListKustoResults/false", "$default", "$default"), connectors);
        assert_eq!(path("/v1/ListKustoResults/false", "v1", "$default"), connectors);
        assert_eq!(path("/v1/ListKustoResults/false", "v1", "ANY /{proxy+}"), connectors);
        assert_eq!(path("/any/mapping/ListKustoResults/false", "v1", "POST /ListKustoResults/false"), connectors);
        assert_eq!(path("/v1", "v1", "$default"), Ok(None));
        for other in [
            "//query",
            "/query/",
            "/Query",
            "/QUERY",
            "/%71uery",
            "/%2fquery",
            "/query%2f",
            "/query%00",
            "/query;x",
            "/./query",
            "/../query",
            "query",
            "/ListKustoResults",
            "/ListKustoResults/true",
            "/ListKustoResults%2ffalse",
            "/listkustoresults/false",
            "/ListKustoResults//false",
            "/email",
            "/v1query",
        ] {
            assert_eq!(path(other, "$default", "$default"), Err(404), "{other}");
        }
        assert_eq!(path("/v1query", "v1", "$default"), Err(404));
        assert_eq!(path("/query", "$default", "POST /email"), Err(404), "the gateway knows the path better");
    }

    #[test]
    fn a_result_is_the_last_part_of_the_path() {
        let result = Action::fetching("result");
        let fetch = |raw: &str, method: &str| {
            let event = event(|event| {
                event["rawPath"] = json!(raw);
                event["requestContext"]["http"]["method"] = json!(method);
            });
            asked(event, &result).map(|asked| asked.content).map_err(|error| error.status())
        };
        let asks = |id: &str, cancel: bool| Ok(Content::Request(json!({"id": id, "cancel": cancel}).to_string()));
        assert_eq!(fetch("/result/12ab", "GET"), asks("12ab", false));
        assert_eq!(fetch("/12ab", "DELETE"), asks("12ab", true));
        // None of these is an id, which the action says.
        assert_eq!(fetch("//result/12ab", "GET"), asks("/result/12ab", false));
        assert_eq!(fetch("/result/12ab/", "GET"), asks("12ab/", false));
        for method in ["POST", "HEAD", "PUT", "get"] {
            assert_eq!(fetch("/result/12ab", method), Err(405), "{method}");
        }
    }

    #[test]
    fn who_prefers_it_is_answered_later() {
        let later = |prefer: &str| {
            let headers = json!({"content-type": "application/json", "prefer": prefer});
            asked(event(|event| event["headers"] = headers), &QUERY).unwrap().later
        };
        for prefer in ["respond-async", "Respond-Async", "wait=10, respond-async", "respond-async; x=y,return=minimal"]
        {
            assert!(later(prefer), "{prefer}");
        }
        for prefer in ["", "respond-asynchronously", "wait=respond-async", "return=minimal"] {
            assert!(!later(prefer), "{prefer}");
        }
    }

    #[test]
    fn what_stands_in_front_says_where_a_call_came_in() {
        let place = |domain: Value, stage: &str| {
            let event = event(|event| {
                event["requestContext"]["domainName"] = domain;
                event["requestContext"]["stage"] = json!(stage);
                event["headers"]["host"] = json!("evil.example");
            });
            Place::of(&event, "arn:aws:lambda:eu-central-1:123456789012:function:query:live")
        };
        let qualifier = Some("live".to_owned());
        let patience = Duration::from_secs(29);
        let api = |url: &str| Place { api: Some(url.to_owned()), qualifier: qualifier.clone(), patience };
        let aws = "abc123.execute-api.eu-central-1.amazonaws.com";
        assert_eq!(place(json!(aws), "$default"), api(&format!("https://{aws}")));
        assert_eq!(place(json!(aws), "v1"), api(&format!("https://{aws}/v1")));
        assert_eq!(place(json!("kusto.example.com"), "$default"), api("https://kusto.example.com"));
        let alone = Place { api: None, qualifier: qualifier.clone(), patience: Duration::MAX };
        for domain in [json!("abc.lambda-url.eu-central-1.on.aws"), json!("localhost"), json!(null)] {
            assert_eq!(place(domain, "$default"), alone);
        }
    }

    #[test]
    fn an_arn_says_by_which_alias_a_function_was_called() {
        const FUNCTION: &str = "arn:aws-cn:lambda:cn-north-1:123456789012:function:query";
        for (rest, expected) in [(":live", Some("live")), (":7", Some("7")), (":$LATEST", Some("$LATEST"))] {
            assert_eq!(qualifier(&format!("{FUNCTION}{rest}")).as_deref(), expected);
        }
        for arn in [FUNCTION, &format!("{FUNCTION}:"), "", "function-arn", "query:live"] {
            assert_eq!(qualifier(arn), None, "{arn}");
        }
    }

    #[test]
    fn only_post_brings_a_request() {
        for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "post", "canary"] {
            let error =
                asked(event(|event| event["requestContext"]["http"]["method"] = json!(method)), &QUERY).unwrap_err();
            assert_eq!(
                (error.status(), &*error.message),
                (405, "this method is not supported: send the request with POST")
            );
        }
    }

    #[track_caller]
    fn reads(change: impl FnOnce(&mut Value), expected: Result<&str, &str>) {
        let read = body(event(change), &QUERY);
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
        match asked(event, &action).map_err(|error| error.to_string())?.content {
            Content::Records(body) => Ok(body),
            Content::Request(json) => Ok(json.into_bytes()),
        }
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
        assert_eq!(records("/records", lines.clone(), b"{}\n\xff").unwrap(), b"{}\n\xff");
        assert!(records("/ingest", lines, b"{}").unwrap_err().contains("must be JSON"));
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
        assert!(bomb.len() < 1 << 20);
        let error = records("/records", compressed, &bomb).unwrap_err();
        assert_eq!(
            error,
            "LimitExceeded: the body has more than 6291456 bytes when it is decompressed; send less in one request"
        );
    }
}
