//! What an action answers, and how it travels.

use crate::{
    error::{ActionError, ErrorType, HttpMistake, whole_seconds},
    invocation::Channel,
    settings::REPLY_LIMIT,
    stored::no_room,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use kusto_protocol::text::escapes;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, value::RawValue};
use std::collections::BTreeMap;
use store::spool::Spool;

/// The version of the contract that every reply carries, raised only when a field changes its meaning.
pub const CONTRACT_VERSION: u32 = 1;

/// What an action answers.
#[derive(Debug)]
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
    /// A document that is too large for the channel, on its way to the store.
    Spooled {
        /// Its media type.
        content_type: &'static str,
        /// The document; one of JSON is the beginning of an object, behind which the rest is to be written.
        content: Spool,
        /// What else is said of it.
        rest: Map<String, Value>,
    },
    /// A document with a status of its own, for HTTP callers only: a stored one, with the status that it had, or that of another protocol.
    Stored {
        /// Its status.
        status: u16,
        /// Its media type.
        content_type: String,
        /// The document.
        content: Vec<u8>,
        /// Further headers: where else to look, and when.
        headers: Vec<(&'static str, String)>,
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
        let rest = object(rest);
        if content_type == JSON {
            let mut json = content;
            json.extend(rest_of_object(&rest));
            return Self::Json(String::from_utf8(json).unwrap_or_default());
        }
        Self::Content { content_type, content, rest }
    }

    /// The reply that is a document and nothing else, for who wants only that.
    pub fn document(content_type: &'static str, content: Vec<u8>) -> Self {
        Self::Content { content_type, content, rest: Map::new() }
    }

    /// As [`Reply::rows`], with any number of them.
    pub fn spooled<T: Serialize>(content_type: &'static str, content: Spool, rest: &T) -> Self {
        match content.into_memory() {
            Ok(content) => Self::rows(content_type, content, rest),
            Err(content) => Self::Spooled { content_type, content, rest: object(rest) },
        }
    }
}

/// The media type of rows that are a reply.
pub(crate) const JSON: &str = "application/json";

/// The fields of `rest`. A reply type of ours has string keys only, so this cannot fail.
fn object<T: Serialize>(rest: &T) -> Map<String, Value> {
    match serde_json::to_value(rest) {
        Ok(Value::Object(rest)) => rest,
        _ => Map::new(),
    }
}

/// A document on its way to the store, to its end: behind rows of JSON stands what else is said of them.
///
/// # Errors
/// Where there is no room for it.
pub(crate) fn whole(content_type: &str, mut content: Spool, rest: &Map<String, Value>) -> Result<Spool, ActionError> {
    if content_type == JSON {
        content.write(&rest_of_object(rest)).map_err(|error| no_room(&error))?;
    }
    Ok(content)
}

/// The fields as they stand behind others: `,"columns":…}`.
fn rest_of_object(rest: &Map<String, Value>) -> Vec<u8> {
    let mut json = serde_json::to_vec(rest).unwrap_or_default();
    if let Some(brace) = json.first_mut() {
        *brace = b',';
    }
    json
}

/// A reply or an error as Lambda hands it to the caller.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Direct(Box<RawValue>),
    /// A direct reply with a document in it, which is escaped as it is written.
    Document(Map<String, Value>),
    Http(HttpReply),
}

impl Serialize for Outgoing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Direct(json) => json.serialize(serializer),
            Self::Document(fields) => fields.serialize(serializer),
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
    /// The reply of an action that succeeded, which `channel` can carry.
    pub(crate) fn reply(reply: Reply, channel: Channel) -> Result<Self, ActionError> {
        Ok(match channel {
            Channel::Http => Self::Http(http_reply(reply)?),
            Channel::Direct { .. } => direct_reply(reply)?,
        })
    }

    /// What is answered where nobody reads it.
    pub(crate) fn nothing() -> Self {
        Self::Direct(RawValue::NULL.to_owned())
    }

    /// The error that an HTTP caller gets. (A direct caller gets a function error.)
    pub(crate) fn http_error(error: &ActionError) -> Self {
        let mut headers = headers("application/json");
        if let Some(retry_after) = error.retry_after {
            headers.insert("retry-after", whole_seconds(retry_after).to_string());
        }
        if let Some(HttpMistake::Method(allowed)) = error.http {
            headers.insert("allow", allowed.names().to_owned());
        }
        Self::Http(HttpReply {
            status_code: error.status(),
            headers,
            body: error.body(),
            is_base64_encoded: false,
            cookies: [],
        })
    }
}

/// A body for an HTTP caller, and whether it is base64.
fn http_body(content: Vec<u8>) -> (String, bool) {
    match String::from_utf8(content) {
        Ok(text) => (text, false),
        Err(binary) => (BASE64_STANDARD.encode(binary.as_bytes()), true),
    }
}

fn http_reply(reply: Reply) -> Result<HttpReply, ActionError> {
    let (status_code, content_type, (body, is_base64_encoded), further) = match reply {
        Reply::Json(body) => (200, "application/json".to_owned(), (body, false), Vec::new()),
        Reply::Content { content_type, content, .. } => (200, content_type.to_owned(), http_body(content), Vec::new()),
        Reply::Stored { status, content_type, content, headers } => (status, content_type, http_body(content), headers),
        Reply::Spooled { .. } => return Err(ActionError::internal()),
    };
    let mut headers = headers(&content_type);
    headers.extend(further);
    Ok(HttpReply { status_code, headers, body, is_base64_encoded, cookies: [] })
}

/// The headers of every reply: what is somebody's data is for nobody's cache, and is of no other type than it is said to be.
fn headers(content_type: &str) -> BTreeMap<&'static str, String> {
    BTreeMap::from(
        [("content-type", content_type), ("cache-control", "no-store"), ("x-content-type-options", "nosniff")]
            .map(|(name, value)| (name, value.to_owned())),
    )
}

fn direct_reply(reply: Reply) -> Result<Outgoing, ActionError> {
    match reply {
        Reply::Json(json) => RawValue::from_string(json).map(Outgoing::Direct).map_err(|_| ActionError::internal()),
        Reply::Content { content_type, content, rest } => {
            Ok(Outgoing::Document(fields_with(rest, content_type, http_body(content).0)))
        }
        Reply::Stored { .. } | Reply::Spooled { .. } => Err(ActionError::internal()),
    }
}

/// A direct reply with a document in it.
fn fields_with(mut rest: Map<String, Value>, content_type: &str, content: String) -> Map<String, Value> {
    rest.insert("content".to_owned(), Value::String(content));
    rest.insert("contentType".to_owned(), Value::String(content_type.to_owned()));
    rest
}

impl Reply {
    /// Whether `channel` can carry it.
    pub fn fits(&self, channel: Channel) -> bool {
        self.size(channel) <= channel.reply_limit()
    }

    /// The bytes that Lambda hands to the caller over `channel`, after escaping and base64.
    pub(crate) fn size(&self, channel: Channel) -> usize {
        match (channel, self) {
            (Channel::Direct { .. }, Self::Json(json)) => json.len(),
            (Channel::Direct { .. }, Self::Content { content_type, content, rest }) => {
                let without = serde_json::to_vec(&fields_with(rest.clone(), content_type, String::new()));
                without.unwrap_or_default().len() - QUOTES + content_size(content)
            }
            (Channel::Http, Self::Json(body)) => http_size("application/json", &[], body.as_bytes()),
            (Channel::Http, Self::Content { content_type, content, .. }) => http_size(content_type, &[], content),
            (_, Self::Stored { content_type, content, headers, .. }) => http_size(content_type, headers, content),
            (_, Self::Spooled { content, .. }) => usize::try_from(content.len()).unwrap_or(usize::MAX),
        }
    }
}

const QUOTES: usize = 2;

/// The size of an HTTP reply: what stands around its body has a size that only the headers change.
fn http_size(content_type: &str, headers: &[(&'static str, String)], content: &[u8]) -> usize {
    let (content_type, headers) = (content_type.to_owned(), headers.to_vec());
    let around = http_reply(Reply::Stored { status: 200, content_type, content: Vec::new(), headers });
    let around = around.ok().and_then(|reply| serde_json::to_vec(&reply).ok()).unwrap_or_default();
    around.len() - QUOTES + content_size(content)
}

/// The size of a document as a JSON string: escaped where it is text, else in base64.
fn content_size(content: &[u8]) -> usize {
    match std::str::from_utf8(content) {
        Ok(text) => {
            (QUOTES + text.len()).saturating_add(usize::try_from(escapes(text.as_bytes())).unwrap_or(usize::MAX))
        }
        Err(_) => QUOTES + content.len().div_ceil(3) * 4,
    }
}

/// `LimitExceeded`: the reply has more than `channel` can carry, and there is no store that it could go to; `size` is how much it has,
/// where that is known.
pub fn too_large(channel: Channel, size: Option<usize>) -> ActionError {
    let limit = channel.reply_limit();
    let has = size.map_or("more bytes".to_owned(), |size| format!("{size} bytes, more"));
    let remedy = match channel {
        Channel::Direct { .. } if limit < REPLY_LIMIT => ", truncate its rows with onLimit, or raise INLINE_LIMIT",
        _ => ", or truncate its rows with onLimit",
    };
    ActionError::new(
        ErrorType::LimitExceeded,
        format!(
            "the reply has {has} than the {limit} that this call can carry: set STORE_URL, so that it goes to the store and a reference \
             in its place, let the query return less{remedy}"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::{Outgoing, Reply};
    use crate::invocation::Channel;
    use serde_json::{Map, json};

    #[test]
    fn the_size_is_what_goes_out() {
        let contents = ["", "plain", "a \"b\" \\ \n\u{1}é漢🎈"].map(|text| text.as_bytes().to_vec());
        for content in contents.into_iter().chain([vec![0xff], vec![0xff; 1000], vec![0xff; 1001]]) {
            for channel in [Channel::Http, Channel::Direct { inline_limit: 100 }] {
                let rest = Map::from_iter([("rowCount".to_owned(), json!(1))]);
                let document = Reply::Content { content_type: "text/csv", content: content.clone(), rest };
                let text = Reply::Json(json!({"value": String::from_utf8_lossy(&content)}).to_string());
                for reply in [document, text] {
                    let size = reply.size(channel);
                    let sent = serde_json::to_vec(&Outgoing::reply(reply, channel).unwrap()).unwrap();
                    // `true` has one byte less than `false`.
                    let is_base64 =
                        channel == Channel::Http && sent.ends_with(b"\"isBase64Encoded\":true,\"cookies\":[]}");
                    assert_eq!(size, sent.len() + usize::from(is_base64), "{channel:?} {content:?}");
                }
            }
        }
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
