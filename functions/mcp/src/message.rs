//! A message as it may be, before the protocol reads it: one JSON object, of the size and shape that every request may have.

use crate::{ACTION, http::reply};
use rmcp::model::{ErrorData, JsonRpcError};
use runtime::reply::Reply;
use serde::de::IgnoredAny;

const BATCH: &str = "batches are no part of the protocol any more: send each message in a call of its own";

const NO_MESSAGE: &str = "this is no message of JSON-RPC 2.0: it needs \"jsonrpc\": \"2.0\", a method, and an id where it is no notification";

/// Checks that `body` is one JSON object of the size and shape that every request may have.
///
/// # Errors
/// The protocol's own error, which has no id since the message has none that counts.
pub(crate) fn check(body: &str) -> Result<(), Reply> {
    if serde_json::from_str::<IgnoredAny>(body).is_err() {
        return Err(refusal(400, ErrorData::parse_error("the message is not JSON", None)));
    }
    if body.trim_start().starts_with('[') {
        return Err(invalid(400, BATCH));
    }
    ACTION.read::<IgnoredAny>(body).map(|_| ()).map_err(|error| invalid(error.status(), &error.message))
}

/// The reply to an object that is no message.
pub(crate) fn none() -> Reply {
    invalid(400, NO_MESSAGE)
}

fn invalid(status: u16, sentence: &str) -> Reply {
    refusal(status, ErrorData::invalid_request(sentence.to_owned(), None))
}

fn refusal(status: u16, error: ErrorData) -> Reply {
    reply(status, serde_json::to_vec(&JsonRpcError::new(None, error)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::check;
    use runtime::reply::Reply;
    use serde_json::Value;

    /// The status, the code and the sentence; or that it is a message.
    fn checked(body: &str) -> Result<(), (u16, i64, String)> {
        check(body).map_err(|reply| {
            let Reply::Stored { status, content, .. } = reply else { panic!("{reply:?}") };
            let error: Value = serde_json::from_slice(&content).unwrap();
            assert!(error["jsonrpc"] == "2.0" && error.get("id").is_none(), "{error}");
            (status, error["error"]["code"].as_i64().unwrap(), error["error"]["message"].as_str().unwrap().to_owned())
        })
    }

    #[test]
    fn a_message_is_one_object() {
        for body in [
            r#"{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}"#,
            r#"{"jsonrpc": "2.0", "method": "notifications/initialized"}"#,
            "{}",
        ] {
            assert_eq!(checked(body), Ok(()), "{body}");
        }
        let deep =
            format!(r#"{{"jsonrpc": "2.0", "id": 1, "method": "x", "params": {}1{}}}"#, "[".repeat(40), "]".repeat(40));
        let large = format!(r#"{{"jsonrpc": "2.0", "id": 1, "method": "{}"}}"#, "x".repeat(256 * 1024));
        for (body, status, code, start) in [
            ("{\"jsonrpc\"", 400, -32700, "the message is not JSON"),
            ("null", 400, -32600, "the request must be a JSON object"),
            ("[]", 400, -32600, "batches are no part of the protocol any more"),
            (
                r#"{"jsonrpc": "2.0", "id": 1, "id": 2, "method": "x"}"#,
                400,
                -32600,
                "the request is wrong: `id` is there twice",
            ),
            (&deep, 400, -32600, "the request is wrong: it nests deeper than 32 levels"),
            (&large, 413, -32600, "the request has 2621"),
        ] {
            let (got, got_code, sentence) = checked(body).unwrap_err();
            assert_eq!((got, got_code), (status, code), "{sentence}");
            assert!(sentence.starts_with(start), "{sentence}");
        }
    }
}
