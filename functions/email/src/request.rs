//! What `email` is asked: the fields of the connector's "Send an email (V2)" in either spelling, and our own beside them.

use crate::{condition::Condition, recipients::Addresses, reply::Reply};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A mail to send.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Request {
    /// Who gets it.
    #[serde(rename = "to", alias = "To")]
    pub to: Addresses,
    /// The subject, with the placeholders `{date}`, `{title}` and `{rowCount}`; the title where there is none.
    #[serde(rename = "subject", alias = "Subject")]
    pub subject: Option<String>,
    /// HTML: the whole mail where there is nothing else to show, its beginning where there is.
    #[serde(rename = "body", alias = "Body")]
    pub body: Option<String>,
    /// Who sends it; `MAIL_FROM` where it is not given. The connector's action for shared mailboxes calls it the mailbox address.
    #[serde(rename = "from", alias = "From", alias = "MailboxAddress", alias = "mailboxAddress")]
    pub from: Option<String>,
    /// Who gets a copy.
    #[serde(rename = "cc", alias = "Cc")]
    pub cc: Addresses,
    /// Who gets a copy that nobody else knows of.
    #[serde(rename = "bcc", alias = "Bcc")]
    pub bcc: Addresses,
    /// Files to attach.
    #[serde(rename = "attachments", alias = "Attachments")]
    pub attachments: Vec<Attachment>,
    /// How confidential it is.
    #[serde(rename = "sensitivity", alias = "Sensitivity")]
    pub sensitivity: Sensitivity,
    /// Who gets the answers.
    #[serde(rename = "replyTo", alias = "ReplyTo")]
    pub reply_to: Addresses,
    /// How urgent it is.
    #[serde(rename = "importance", alias = "Importance")]
    pub importance: Importance,
    /// The heading of the mail.
    pub title: Option<String>,
    /// What it shows, in order.
    pub sections: Vec<Section>,
    /// The button; the deep link of the first result that has one where it is not given.
    pub link: Option<Link>,
    /// What to do where results have no rows.
    #[serde(rename = "onEmpty")]
    pub on_empty: OnEmpty,
    /// Send only if this holds.
    #[serde(rename = "sendWhen")]
    #[schemars(with = "Option<String>")]
    pub send_when: Option<Condition>,
    /// Send nothing and answer with the message.
    #[serde(rename = "dryRun")]
    pub dry_run: bool,
    /// The same key sends one mail.
    #[serde(rename = "idempotencyKey")]
    pub idempotency_key: Option<String>,
}

/// A file in a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Its name.
    #[serde(rename = "name", alias = "Name")]
    pub name: String,
    /// Its bytes in base64.
    #[serde(rename = "contentBytes", alias = "ContentBytes")]
    pub content_bytes: Option<String>,
    /// Where they are in the store, in their place.
    pub url: Option<String>,
    /// Its media type; by the extension of its name where it is not given.
    #[serde(rename = "contentType", alias = "ContentType")]
    pub content_type: Option<String>,
    /// What `cid:` in the body calls it, if it is an image to show there.
    #[serde(rename = "contentId", alias = "ContentId")]
    pub content_id: Option<String>,
}

/// One section of the mail.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "SectionFields")]
#[schemars(with = "SectionFields")]
pub struct Section {
    /// Its heading.
    pub title: Option<String>,
    /// What it shows.
    pub content: Content,
}

/// What a section shows.
#[derive(Debug)]
pub enum Content {
    /// The reply of a query or chart action.
    Result(Box<Reply>),
    /// HTML as it is.
    Html(String),
    /// Plain text.
    Text(String),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SectionFields {
    title: Option<String>,
    #[schemars(with = "Option<Map<String, Value>>")]
    result: Option<Box<Reply>>,
    html: Option<String>,
    text: Option<String>,
}

impl TryFrom<SectionFields> for Section {
    type Error = &'static str;

    fn try_from(fields: SectionFields) -> Result<Self, Self::Error> {
        let content = match (fields.result, fields.html, fields.text) {
            (Some(reply), None, None) => Content::Result(reply),
            (None, Some(html), None) => Content::Html(html),
            (None, None, Some(text)) => Content::Text(text),
            _ => return Err("a section has exactly one of `result`, `html` and `text`"),
        };
        Ok(Self { title: fields.title, content })
    }
}

/// Where the button leads: an address alone, or with the words on the button.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a link is a URL, or an object with `url` and `text`")]
pub enum Link {
    /// `"https://…"`.
    Url(String),
    /// `{"url": "https://…", "text": "Open"}`.
    Labelled {
        /// Where it leads.
        url: String,
        /// What is on the button.
        text: String,
    },
}

/// What to do where results have no rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnEmpty {
    /// Send the mail; an empty result shows as it is.
    #[default]
    Send,
    /// Send no mail if no result has a row.
    Skip,
    /// Send the mail with a sentence in place of each empty result.
    Note,
}

/// The connector's importance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Importance {
    /// Can wait.
    #[serde(alias = "low")]
    Low,
    /// As any mail.
    #[default]
    #[serde(alias = "normal")]
    Normal,
    /// Urgent.
    #[serde(alias = "high")]
    High,
}

/// The sensitivity of Outlook and RFC 4021, 2.1.55.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Sensitivity {
    /// As any mail.
    #[default]
    #[serde(alias = "normal")]
    Normal,
    /// For the person, not the role.
    #[serde(alias = "personal")]
    Personal,
    /// Not to be passed on.
    #[serde(alias = "private")]
    Private,
    /// For those of the organisation.
    #[serde(alias = "confidential", alias = "company-confidential", alias = "Company-Confidential")]
    Confidential,
}

#[cfg(test)]
mod tests {
    use super::{Content, Importance, OnEmpty, Request, Sensitivity};

    fn request(json: &str) -> Result<Request, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn either_spelling_is_read() {
        for json in [
            r#"{"To": "a@x.example", "Subject": "s", "Body": "b", "From": "f@x.example", "Cc": "c@x.example", "Bcc": "d@x.example",
                "Attachments": [{"Name": "n.txt", "ContentBytes": "eA=="}], "Sensitivity": "Private", "ReplyTo": "r@x.example", "Importance": "High"}"#,
            r#"{"to": "a@x.example", "subject": "s", "body": "b", "from": "f@x.example", "cc": "c@x.example", "bcc": "d@x.example",
                "attachments": [{"name": "n.txt", "contentBytes": "eA=="}], "sensitivity": "private", "replyTo": "r@x.example", "importance": "high"}"#,
        ] {
            let request = request(json).unwrap();
            assert_eq!((request.subject.as_deref(), request.body.as_deref()), (Some("s"), Some("b")));
            assert_eq!((request.sensitivity, request.importance), (Sensitivity::Private, Importance::High));
            assert_eq!(request.attachments[0].content_bytes.as_deref(), Some("eA=="));
            assert_eq!(request.on_empty, OnEmpty::Send);
        }
    }

    #[test]
    fn a_shared_mailbox_is_the_sender() {
        assert_eq!(request(r#"{"MailboxAddress": "team@x.example"}"#).unwrap().from.as_deref(), Some("team@x.example"));
    }

    #[test]
    fn a_section_is_one_thing() {
        let sections =
            r#"{"sections": [{"title": "t", "result": {"value": [], "columns": []}}, {"html": "<p>"}, {"text": "x"}]}"#;
        let request = request(sections).unwrap();
        assert!(matches!(
            request.sections.iter().map(|section| &section.content).collect::<Vec<_>>()[..],
            [Content::Result(_), Content::Html(_), Content::Text(_)]
        ));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (json, start) in [
            (r#"{"tos": ""}"#, "unknown field `tos`, expected one of `To`, `to`, `Subject`"),
            (r#"{"to": 1}"#, "addresses are one text separated by `;`, or an array of texts"),
            (r#"{"to": "a", "To": "b"}"#, "duplicate field `to`"),
            (r#"{"sections": [{}]}"#, "a section has exactly one of `result`, `html` and `text`"),
            (r#"{"sections": [{"html": "", "text": ""}]}"#, "a section has exactly one of `result`, `html` and `text`"),
            (
                r#"{"sections": [{"chart": {}}]}"#,
                "unknown field `chart`, expected one of `title`, `result`, `html`, `text`",
            ),
            (r#"{"link": 1}"#, "a link is a URL, or an object with `url` and `text`"),
            (r#"{"onEmpty": "drop"}"#, "unknown variant `drop`, expected one of `send`, `skip`, `note`"),
            (r#"{"importance": "urgent"}"#, "unknown variant `urgent`, expected one of `Low`, `low`, `Normal`"),
            (r#"{"sendWhen": "rows"}"#, "sendWhen must compare rows with a whole number"),
        ] {
            let error = request(json).unwrap_err();
            assert!(error.starts_with(start), "{json}: {error}");
        }
    }
}
