//! A file that goes with a result.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Its name: letters, digits, `.`, `_` and `-`.
    pub name: String,
    /// Its media type.
    pub content_type: Cow<'static, str>,
    /// What `cid:` refers to, for a picture in the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
    /// base64 of its bytes.
    pub content: String,
}

impl Attachment {
    /// A file of these bytes.
    pub fn new(name: String, content_type: &'static str, content: &[u8]) -> Self {
        Self { name, content_type: content_type.into(), content_id: None, content: BASE64_STANDARD.encode(content) }
    }
}
