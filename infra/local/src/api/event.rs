//! A request as the event that API Gateway makes of it, payload format 2.0.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hyper::http::request::Parts;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The event of a request. There is no authorizer here, and none is spoken of, whatever the request says.
pub(super) fn of(head: &Parts, body: &[u8]) -> Value {
    let (path, method) = (head.uri.path(), head.method.as_str());
    let (body, is_base64_encoded) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (BASE64_STANDARD.encode(body), true),
    };
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": head.uri.query().unwrap_or_default(),
        "headers": headers(head),
        "requestContext": {
            "domainName": "127.0.0.1",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "requestId": Uuid::new_v4().to_string(),
            "routeKey": "$default",
            "stage": "$default",
        },
        "body": body,
        "isBase64Encoded": is_base64_encoded,
    })
}

/// The headers in small letters; those that are there several times, in one.
fn headers(head: &Parts) -> Map<String, Value> {
    let all = head.headers.keys().map(|name| {
        let values = head.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        (name.as_str().to_owned(), Value::String(values.collect::<Vec<_>>().join(",")))
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::of;
    use hyper::Request;
    use serde_json::json;

    #[test]
    fn it_says_what_was_sent_and_vouches_for_nobody() {
        let request =
            Request::post("http://127.0.0.1/a//b%2fc?d=e").header("Accept", "text/csv").header("accept", "*/*");
        let (head, ()) = request.header("x-amzn-oidc-identity", "forged").body(()).unwrap().into_parts();
        let event = of(&head, b"{}");
        assert_eq!((&event["rawPath"], &event["rawQueryString"]), (&json!("/a//b%2fc"), &json!("d=e")));
        assert_eq!(event["headers"]["accept"], "text/csv,*/*");
        assert!(event["requestContext"].get("authorizer").is_none());
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{}"), &json!(false)));
        assert_eq!(of(&head, b"\xff")["isBase64Encoded"], true);
    }
}
