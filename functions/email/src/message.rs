//! The one builder of MIME messages, whatever transport takes them.

use crate::{
    file::File,
    images::Inline,
    recipients::People,
    request::{Importance, Sensitivity},
    subject,
};
use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Attachment, Body, Mailbox, MaybeString, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use runtime::error::{ActionError, ErrorType};
use std::time::SystemTime;

/// The most bytes that a mail may have before they are encoded. In base64 they are 36 MB, within the 40 MB of SES ("Service quotas" of its
/// documentation) and what Exchange Online takes unless it is told otherwise. What a provider takes less is for its transport to say.
pub const MOST_BYTES: usize = 25 * 1024 * 1024;

/// What a message is made of.
#[derive(Debug)]
pub struct Letter<'a> {
    /// Who sends and gets it.
    pub people: &'a People,
    /// Its subject, checked.
    pub subject: &'a str,
    /// Its `Message-ID`, with the angle brackets.
    pub message_id: &'a str,
    /// What the boundaries between its parts are made of.
    pub mark: &'a str,
    /// When it is sent.
    pub date: SystemTime,
    /// How urgent it is.
    pub importance: Importance,
    /// How confidential it is.
    pub sensitivity: Sensitivity,
    /// Its text alternative.
    pub text: String,
    /// Its HTML.
    pub html: String,
    /// The images of the HTML.
    pub images: Vec<Inline>,
    /// The files beside it.
    pub attachments: Vec<File>,
}

/// A message on its way.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The message, which names nobody of `Bcc`.
    pub message: &'a Message,
    /// Its `Message-ID`, with the angle brackets.
    pub message_id: &'a str,
    /// Who sends and gets it.
    pub people: &'a People,
}

/// The message of a letter. It is ASCII in lines of at most 998 characters that end in CRLF, and it names nobody of `Bcc`.
///
/// # Errors
/// For more than [`MOST_BYTES`].
pub fn message(letter: Letter<'_>) -> Result<Message, ActionError> {
    check_size(&letter)?;
    let people = letter.people;
    let envelope =
        Envelope::new(Some(people.from.clone()), people.recipients()).map_err(|_| ActionError::internal())?;
    let mut builder = Message::builder()
        .envelope(envelope)
        .date(letter.date)
        .message_id(Some(letter.message_id.to_owned()))
        .from(Mailbox::new(None, people.from.clone()));
    for (name, addresses) in [("To", &people.to), ("Cc", &people.cc), ("Reply-To", &people.reply_to)] {
        if !addresses.is_empty() {
            builder = builder.raw_header(address_header(name, addresses));
        }
    }
    builder = builder.raw_header(subject::header(letter.subject));
    for (name, value) in headers(letter.importance, letter.sensitivity) {
        builder = builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()));
    }
    builder.multipart(parts(letter)?).map_err(|_| ActionError::internal())
}

fn check_size(letter: &Letter<'_>) -> Result<(), ActionError> {
    let files = letter.images.iter().map(|image| &image.file).chain(&letter.attachments);
    let bytes = letter.html.len() + letter.text.len() + files.map(|file| file.content.len()).sum::<usize>();
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    Err(ActionError::new(
        ErrorType::LimitExceeded,
        format!(
            "the mail has {bytes} bytes with its attachments, more than the {MOST_BYTES} that it may have: attach less, or send several mails"
        ),
    ))
}

/// A line for each address: lettre puts all of them on one, and servers refuse lines of more than 998 characters.
fn address_header(name: &'static str, addresses: &[Address]) -> HeaderValue {
    let texts: Vec<&str> = addresses.iter().map(AsRef::as_ref).collect();
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), texts.join(", "), texts.join(",\r\n "))
}

/// The headers beside those of people, subject and time. The first keeps away answers from machines (RFC 3834), the second those
/// of Exchange.
fn headers(importance: Importance, sensitivity: Sensitivity) -> Vec<(&'static str, &'static str)> {
    let mut headers = vec![("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")];
    match importance {
        Importance::Low => headers.extend([("Importance", "low"), ("X-Priority", "5")]),
        Importance::Normal => {}
        Importance::High => headers.extend([("Importance", "high"), ("X-Priority", "1")]),
    }
    match sensitivity {
        Sensitivity::Normal => {}
        Sensitivity::Personal => headers.push(("Sensitivity", "Personal")),
        Sensitivity::Private => headers.push(("Sensitivity", "Private")),
        Sensitivity::Confidential => headers.push(("Sensitivity", "Company-Confidential")),
    }
    headers
}

/// `mixed(related(alternative(text, html), image…), file…)`, without the layers that would hold one part only.
fn parts(letter: Letter<'_>) -> Result<MultiPart, ActionError> {
    let mark = letter.mark;
    let mut parts = multipart("alternative", mark)?
        .singlepart(text_part(ContentType::TEXT_PLAIN, letter.text)?)
        .singlepart(text_part(ContentType::TEXT_HTML, letter.html)?);
    if !letter.images.is_empty() {
        parts = multipart("related", mark)?.multipart(parts);
        for Inline { content_id, file } in letter.images {
            parts = parts.singlepart(file_part(Attachment::new_inline_with_name(content_id, file.name.clone()), file)?);
        }
    }
    if !letter.attachments.is_empty() {
        parts = multipart("mixed", mark)?.multipart(parts);
        for file in letter.attachments {
            parts = parts.singlepart(file_part(Attachment::new(file.name.clone()), file)?);
        }
    }
    Ok(parts)
}

/// A layer of parts. Its boundary begins with what base64 cannot hold, so that no part holds the boundary, and it is not random, so
/// that the same request gives the same message.
fn multipart(kind: &str, mark: &str) -> Result<MultiPart, ActionError> {
    // RFC 2387, 3.1: the type of the part that the others belong to.
    let root = if kind == "related" { "; type=\"multipart/alternative\"" } else { "" };
    Ok(MultiPart::builder()
        .header(content_type(&format!("multipart/{kind}; boundary=\"=_{kind}_{mark}\"{root}"))?)
        .build())
}

fn text_part(content_type: ContentType, text: String) -> Result<SinglePart, ActionError> {
    Ok(SinglePart::builder().header(content_type).body(base64(text)?))
}

fn file_part(attachment: Attachment, file: File) -> Result<SinglePart, ActionError> {
    let name = file.media_type.name();
    let is_utf8_text = name.starts_with("text/") && std::str::from_utf8(&file.content).is_ok();
    let charset = if is_utf8_text { "; charset=utf-8" } else { "" };
    Ok(attachment.body(base64(file.content)?, content_type(&format!("{name}{charset}"))?))
}

fn content_type(value: &str) -> Result<ContentType, ActionError> {
    ContentType::parse(value).map_err(|_| ActionError::internal())
}

/// Everything is base64, text too: with another encoding lettre keeps the line breaks of a file, and servers refuse or change
/// bare line feeds.
fn base64(content: impl Into<MaybeString>) -> Result<Body, ActionError> {
    Body::new_with_encoding(content, ContentTransferEncoding::Base64).map_err(|_| ActionError::internal())
}
