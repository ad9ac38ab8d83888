//! What an action answers, and how it travels.

use crate::{
    error::{ActionError, ErrorType, whole_seconds},
    invocation::Channel,
    settings::REPLY_LIMIT,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, value::RawValue};
use std::collections::BTreeMap;

/// The version of the contract that every reply carries, raised only when a field changes its meaning.
pub const CONTRACT_VERSION: u32 = 1;

/// What an action answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A JSON object, complete.
    Json(String),
    /// A document of another type. Over HTTP it is the body; a direct caller gets it as `content` among `rest`.
    Content {
        /// Its media type.
        content_type: &'static str,
        /// The document.
        content: Vec<u8>,
        /// What else is said of it.
        rest: Map<String, Value>,
    },
}

impl Reply {
    /// The reply that `response` is as JSON.
    pub fn json<T: Serialize>(response: &T) -> Self {
        // A response type of ours has string keys only, so this cannot fail.
        Self::Json(serde_json::to_string(response).unwrap_or_default())
    }

    /// The reply with rows as `content`, and what else is said of them. Content that is JSON is the beginning of an object,
    /// `{"value":[…]`, behind which the rest of its fields is written.
    pub fn rows<T: Serialize>(content_type: &'static str, content: Vec<u8>, rest: &T) -> Self {
        // As above: this cannot fail.
        let rest = serde_json::to_value(rest).unwrap_or_default();
        if content_type == "application/json" {
            let mut json = content;
            let rest = rest.to_string();
            json.push(b',');
            json.extend_from_slice(&rest.as_bytes()[1..]);
            return Self::Json(String::from_utf8(json).unwrap_or_default());
        }
        let rest = match rest {
            Value::Object(rest) => rest,
            _ => Map::new(),
        };
        Self::Content { content_type, content, rest }
    }
}

/// A reply or an error as Lambda hands it to the caller.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Direct(Box<RawValue>),
    Http(HttpReply),
}

impl Serialize for Outgoing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Direct(json) => json.serialize(serializer),
            Self::Http(reply) => reply.serialize(serializer),
        }
    }
}

/// A payload of format 2.0 for API Gateway and Function URLs. The body is escaped as it is written, so that it is held once.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HttpReply {
    status_code: u16,
    headers: BTreeMap<&'static str, String>,
    body: String,
    is_base64_encoded: bool,
    /// Always empty; `cargo lambda watch` (1.9.2) takes no reply without it.
    cookies: [&'static str; 0],
}

impl Outgoing {
    /// The reply of an action that succeeded, within what `channel` can carry.
    pub(crate) fn reply(reply: Reply, channel: Channel) -> Result<Self, ActionError> {
        let outgoing = match channel {
            Channel::Http => Self::Http(http_reply(reply)),
            Channel::Direct { .. } => Self::Direct(direct_reply(reply)?),
        };
        let (size, limit) = (outgoing.size(), channel.reply_limit());
        if size > limit { Err(too_large(channel, Some(size))) } else { Ok(outgoing) }
    }

    /// The error that an HTTP caller gets. (A direct caller gets a function error.)
    pub(crate) fn http_error(error: &ActionError) -> Self {
        let mut headers = headers("application/json");
        if let Some(retry_after) = error.retry_after {
            headers.insert("retry-after", whole_seconds(retry_after).to_string());
        }
        let status_code = error.error_type.status();
        Self::Http(HttpReply { status_code, headers, body: error.body(), is_base64_encoded: false, cookies: [] })
    }

    /// Bytes on the way to the caller, after escaping.
    fn size(&self) -> usize {
        match self {
            Self::Direct(json) => json.get().len(),
            Self::Http(reply) => escaped_size(&reply.body),
        }
    }
}

fn http_reply(reply: Reply) -> HttpReply {
    let (content_type, body, is_base64_encoded) = match reply {
        Reply::Json(body) => ("application/json", body, false),
        Reply::Content { content_type, content, .. } => match String::from_utf8(content) {
            Ok(text) => (content_type, text, false),
            Err(binary) => (content_type, BASE64_STANDARD.encode(binary.as_bytes()), true),
        },
    };
    HttpReply { status_code: 200, headers: headers(content_type), body, is_base64_encoded, cookies: [] }
}

/// The headers of every reply: what is somebody's data is for nobody's cache, and is of no other type than it is said to be.
fn headers(content_type: &str) -> BTreeMap<&'static str, String> {
    BTreeMap::from(
        [("content-type", content_type), ("cache-control", "no-store"), ("x-content-type-options", "nosniff")]
            .map(|(name, value)| (name, value.to_owned())),
    )
}

fn direct_reply(reply: Reply) -> Result<Box<RawValue>, ActionError> {
    let json = match reply {
        Reply::Json(json) => json,
        Reply::Content { content_type, content, mut rest } => {
            let content = match String::from_utf8(content) {
                Ok(text) => text,
                Err(binary) => BASE64_STANDARD.encode(binary.as_bytes()),
            };
            rest.insert("content".to_owned(), Value::String(content));
            rest.insert("contentType".to_owned(), Value::String(content_type.to_owned()));
            Value::Object(rest).to_string()
        }
    };
    RawValue::from_string(json).map_err(|_| ActionError::internal())
}

/// The length of `text` as a JSON string, as serde_json writes it: two quotes, a backslash before `"`, `\` and the control
/// characters that have a short form, six bytes for the others.
fn escaped_size(text: &str) -> usize {
    2 + text
        .bytes()
        .map(|byte| match byte {
            b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
            0..0x20 => 6,
            _ => 1,
        })
        .sum::<usize>()
}

/// `LimitExceeded`: the reply has more than `channel` can carry; `size` is how much it has, where that is known.
pub fn too_large(channel: Channel, size: Option<usize>) -> ActionError {
    let limit = channel.reply_limit();
    let has = size.map_or("more bytes".to_owned(), |size| format!("{size} bytes, more"));
    let remedy = match channel {
        Channel::Direct { .. } if limit < REPLY_LIMIT => {
            "let the query return less, truncate its rows with onLimit, or raise INLINE_LIMIT"
        }
        _ => "let the query return less, or truncate its rows with onLimit",
    };
    ActionError::new(
        ErrorType::LimitExceeded,
        format!("the reply has {has} than the {limit} that this call can carry: {remedy}"),
    )
}

#[cfg(test)]
mod tests {
    use super::{Outgoing, Reply, escaped_size};
    use crate::invocation::Channel;
    use serde_json::{Map, json};

    #[test]
    fn the_size_is_what_serde_json_writes() {
        for text in ["", "plain", "a \"b\" \\ \n\r\t\u{8}\u{c}", "\u{1}\u{1f}", "é漢🎈\u{7f}"] {
            assert_eq!(escaped_size(text), serde_json::to_string(text).unwrap().len(), "{text:?}");
        }
    }

    #[test]
    fn a_reply_of_exactly_the_limit_passes_and_one_byte_more_does_not() {
        let reply = |length: usize| Reply::Json(format!("\"{}\"", "x".repeat(length - 2)));
        let channel = Channel::Direct { inline_limit: 100 };
        assert!(Outgoing::reply(reply(99), channel).is_ok());
        assert!(Outgoing::reply(reply(100), channel).is_ok());
        let error = Outgoing::reply(reply(101), channel).unwrap_err();
        assert_eq!(
            error.to_string(),
            "LimitExceeded: the reply has 101 bytes, more than the 100 that this call can carry: \
             let the query return less, truncate its rows with onLimit, or raise INLINE_LIMIT"
        );
    }

    #[test]
    fn rows_come_first_and_what_is_said_of_them_behind() {
        let rest = json!({"rowCount": 1});
        let Reply::Json(json) = Reply::rows("application/json", b"{\"value\":[{\"n\":1}]".to_vec(), &rest) else {
            panic!("JSON rows are no JSON reply")
        };
        assert_eq!(json, r#"{"value":[{"n":1}],"rowCount":1}"#);
        let Reply::Content { rest, .. } = Reply::rows("text/csv", b"n\r\n1\r\n".to_vec(), &rest) else {
            panic!("CSV is a JSON reply")
        };
        assert_eq!(rest["rowCount"], 1);
    }

    #[test]
    fn content_is_the_body_over_http_and_a_field_in_a_direct_reply() {
        let content = |bytes: &[u8]| Reply::Content {
            content_type: "text/csv",
            content: bytes.to_vec(),
            rest: Map::from_iter([("rowCount".to_owned(), json!(1))]),
        };
        let sent =
            |bytes: &[u8], channel| serde_json::to_value(Outgoing::reply(content(bytes), channel).unwrap()).unwrap();
        assert_eq!(
            sent(b"a,b", Channel::Http),
            json!({"statusCode": 200, "headers": {"content-type": "text/csv", "cache-control": "no-store", "x-content-type-options": "nosniff"}, "body": "a,b", "isBase64Encoded": false, "cookies": []})
        );
        assert_eq!(sent(b"\xff", Channel::Http)["body"], "/w==");
        assert_eq!(
            sent(b"a,b", Channel::Direct { inline_limit: 1000 }),
            json!({"rowCount": 1, "content": "a,b", "contentType": "text/csv"})
        );
    }
}
