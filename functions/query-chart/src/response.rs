//! What is answered: the connector's fields, and ours beside them.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use runtime::{metadata::Metadata, reply::Reply};
use serde::Serialize;

/// A result to look at.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// base64: the PNG of a chart, the HTML of a table. Only over HTTP; a direct reply has it in `attachments`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// HTML to put into a mail. Over HTTP it is self-contained; in a direct reply it refers to `attachments` by `cid:`.
    pub body_html: String,
    /// The same for those who read text.
    pub body_text: String,
    /// base64: the PNG of a chart, the CSV of a table. Only over HTTP; a direct reply has it in `attachments`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment_content: Option<String>,
    /// The file name of what is attached first.
    pub attachment_name: String,
    /// Opens the query in the web UI.
    pub kusto_deep_link: String,
    /// Files that belong to the result.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What the picture does not show, or shows otherwise than asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What is said of the answer.
    #[serde(flatten)]
    pub metadata: Metadata,
}

/// A file.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Its name: letters, digits, `.`, `_` and `-`.
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// What `cid:` refers to, for a picture in the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
    /// base64 of its bytes.
    pub content: String,
}

impl Attachment {
    /// A file of these bytes.
    pub fn new(name: String, content_type: &'static str, content: &[u8]) -> Self {
        Self { name, content_type, content_id: None, content: BASE64_STANDARD.encode(content) }
    }
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self::json(&response)
    }
}
