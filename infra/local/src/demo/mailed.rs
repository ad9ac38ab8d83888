//! A mail as its reader has it: the HTML with its pictures, and the attached files.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders as _};

/// Why a mail cannot be shown.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MailedError {
    /// The bytes are no message.
    #[error("the mail is not a MIME message")]
    NotMime,
    /// The message has no HTML.
    #[error("the mail has no HTML body")]
    WithoutHtml,
    /// The HTML shows a picture that is not in the message.
    #[error("the mail shows cid:{0}, but no part of it has that content id")]
    UnknownContentId(String),
    /// No file of this kind is attached.
    #[error("no {0} file is attached to the mail")]
    NotAttached(&'static str),
}

/// A parsed mail.
#[derive(Debug)]
pub(crate) struct Mailed<'a>(Message<'a>);

impl<'a> Mailed<'a> {
    /// Parses a message from its bytes, as a transport got them.
    pub(crate) fn parse(message: &'a [u8]) -> Result<Self, MailedError> {
        MessageParser::default().parse(message).map(Self).ok_or(MailedError::NotMime)
    }

    /// The HTML body, exactly as mailed.
    pub(crate) fn html(&self) -> Result<String, MailedError> {
        // `body_html` makes HTML from text where there is none.
        let part = self.0.html_bodies().find(|part| part.is_text_html()).ok_or(MailedError::WithoutHtml)?;
        part.text_contents().map(str::to_owned).ok_or(MailedError::WithoutHtml)
    }

    /// The HTML body as a page of its own: each `cid:` picture is replaced by its bytes as a data URI.
    pub(crate) fn page(&self) -> Result<String, MailedError> {
        let html = self.html()?;
        let mut pieces = html.split("\"cid:");
        let mut page = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (id, rest) = piece.split_once('"').ok_or(MailedError::WithoutHtml)?;
            let part = self.part_with_id(id).ok_or_else(|| MailedError::UnknownContentId(id.to_owned()))?;
            page.push_str(&format!("\"{}\"{rest}", data_uri(part)));
        }
        Ok(page)
    }

    /// The first attached file whose name ends in `extension`.
    pub(crate) fn attached(&self, extension: &'static str) -> Result<&[u8], MailedError> {
        let named = |part: &&MessagePart| part.attachment_name().is_some_and(|name| name.ends_with(extension));
        let part = self.0.attachments().find(named).ok_or(MailedError::NotAttached(extension))?;
        Ok(part.contents())
    }

    fn part_with_id(&self, id: &str) -> Option<&MessagePart<'a>> {
        self.0.parts.iter().find(|part| part.content_id().is_some_and(|given| given.trim_matches(['<', '>']) == id))
    }
}

fn data_uri(part: &MessagePart) -> String {
    let media_type = part.content_type().map_or("application/octet-stream".to_owned(), |media_type| {
        format!("{}/{}", media_type.ctype(), media_type.subtype().unwrap_or_default())
    });
    format!("data:{media_type};base64,{}", BASE64_STANDARD.encode(part.contents()))
}

#[cfg(test)]
mod tests {
    use super::{Mailed, MailedError};

    const MAIL: &str = "\
Subject: Load\r\n\
MIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=m\r\n\
\r\n\
--m\r\n\
Content-Type: multipart/related; boundary=r\r\n\
\r\n\
--r\r\n\
Content-Type: text/html; charset=utf-8\r\n\
\r\n\
<p>Load</p><img src=\"cid:chart1@report\" alt=\"a chart\"><p>end</p>\r\n\
--r\r\n\
Content-Type: image/png\r\n\
Content-Transfer-Encoding: base64\r\n\
Content-ID: <chart1@report>\r\n\
Content-Disposition: inline\r\n\
\r\n\
iVBORw0KGgo=\r\n\
--r--\r\n\
--m\r\n\
Content-Type: text/csv\r\n\
Content-Transfer-Encoding: base64\r\n\
Content-Disposition: attachment; filename=\"rows.csv\"\r\n\
\r\n\
QQ0KMQ0K\r\n\
--m--\r\n";

    #[test]
    fn a_page_shows_the_pictures_of_the_mail() {
        assert_eq!(
            Mailed::parse(MAIL.as_bytes()).unwrap().page().unwrap().trim_end(),
            "<p>Load</p><img src=\"data:image/png;base64,iVBORw0KGgo=\" alt=\"a chart\"><p>end</p>"
        );
    }

    #[test]
    fn attached_files_are_found_by_extension() {
        let mail = Mailed::parse(MAIL.as_bytes()).unwrap();
        assert_eq!(mail.attached(".csv").unwrap(), b"A\r\n1\r\n");
        assert_eq!(mail.attached(".svg"), Err(MailedError::NotAttached(".svg")));
    }

    #[test]
    fn a_picture_that_is_not_there_is_named() {
        let mail = MAIL.replace("<chart1@report>", "<chart2@report>");
        assert_eq!(
            Mailed::parse(mail.as_bytes()).unwrap().page(),
            Err(MailedError::UnknownContentId("chart1@report".to_owned()))
        );
        let text = "Subject: x\r\nContent-Type: text/plain\r\n\r\nno HTML\r\n";
        assert_eq!(Mailed::parse(text.as_bytes()).unwrap().page(), Err(MailedError::WithoutHtml));
    }
}
