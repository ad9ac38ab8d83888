//! From a request to a message, and to the word whether it is sent.

use crate::{
    content::{self, Surroundings},
    identity::Identity,
    mailer::Mailer,
    message::{self, Letter, Outgoing},
    recipients::{self, Fields, People},
    request::{Content, OnEmpty, Request},
    subject::{self, Values},
};
use jiff::{Timestamp, Zoned, tz::TimeZone};
use lettre::Message;
use runtime::error::ActionError;

/// A mail that could be sent.
#[derive(Debug)]
pub struct Draft {
    /// The message.
    pub message: Message,
    /// Its `Message-ID`, with the angle brackets.
    pub message_id: String,
    /// Who sends and gets it.
    pub people: People,
    /// Its subject.
    pub subject: String,
    /// Rows of all results; none where there is none, or one that does not tell.
    pub rows: Option<u64>,
    /// Why it is not to be sent, by `sendWhen` and `onEmpty`.
    pub withheld: Option<String>,
}

impl Draft {
    /// What a transport gets.
    pub fn outgoing(&self) -> Outgoing<'_> {
        Outgoing { message: &self.message, message_id: &self.message_id, people: &self.people }
    }
}

/// Makes the mail that `request` asks for. The mail is made, and so checked, also where it is not to be sent: a mistake in a
/// request is not to wait for the first day that has rows.
///
/// # Errors
/// For a request that makes no mail, with what is wrong in it.
pub fn compose(mailer: &Mailer, request: &Request, identity: &Identity, now: Timestamp) -> Result<Draft, ActionError> {
    let people = recipients::people(
        Fields {
            from: request.from.as_deref(),
            to: &request.to,
            cc: &request.cc,
            bcc: &request.bcc,
            reply_to: &request.reply_to,
        },
        mailer.sender.as_ref(),
        &mailer.allowed,
    )?;
    let rows = rows(request);
    let withheld = withheld(request, rows)?;
    let now = now.to_zoned(TimeZone::UTC);
    let date = now.date().to_string();
    let template = request.subject.as_deref().unwrap_or("{title}");
    let subject = subject::subject(template, Values { date: &date, title: request.title.as_deref(), rows })?;
    let message_id = identity.message_id(&people.from);
    let shown = content::show(
        request,
        Surroundings {
            mark: identity.mark(),
            title: request.title.as_deref().unwrap_or(&subject),
            meta: meta(&now, rows),
            footer: format!("Sent automatically by {}.", people.from),
        },
    )?;
    let message = message::message(Letter {
        people: &people,
        subject: &subject,
        message_id: &message_id,
        mark: identity.mark(),
        date: now.timestamp().into(),
        importance: request.importance,
        sensitivity: request.sensitivity,
        text: shown.text,
        html: shown.html,
        images: shown.images,
        attachments: shown.attachments,
    })?;
    let draft = Draft { message, message_id, people, subject, rows, withheld };
    mailer.transport.check(draft.outgoing())?;
    Ok(draft)
}

/// When the mail is made, and how many rows it is about.
fn meta(now: &Zoned, rows: Option<u64>) -> String {
    let time = now.strftime("%Y-%m-%d %H:%M UTC");
    match rows {
        None => time.to_string(),
        Some(1) => format!("{time} · 1 row"),
        Some(rows) => format!("{time} · {rows} rows"),
    }
}

/// The rows of all results; none where there is no result, or one that does not tell.
fn rows(request: &Request) -> Option<u64> {
    let results = request.sections.iter().filter_map(|section| match &section.content {
        Content::Result(reply) => Some(reply.rows()),
        Content::Html(_) | Content::Text(_) => None,
    });
    let rows: Vec<u64> = results.collect::<Option<_>>()?;
    (!rows.is_empty()).then(|| rows.iter().fold(0u64, |all, rows| all.saturating_add(*rows)))
}

/// Whether a result was cut, so that its rows are the least there are.
fn is_truncated(request: &Request) -> bool {
    request.sections.iter().any(|section| matches!(&section.content, Content::Result(reply) if reply.is_truncated()))
}

/// Why the mail is not to be sent; none where it is.
fn withheld(request: &Request, rows: Option<u64>) -> Result<Option<String>, ActionError> {
    let unmet = match (request.send_when, rows) {
        (None, _) => None,
        (Some(condition), Some(rows)) => {
            let holds = if is_truncated(request) { condition.may_hold_from(rows) } else { condition.holds(rows) };
            (!holds).then(|| format!("the results have {rows} rows, and sendWhen is \"{condition}\""))
        }
        (Some(_), None) => {
            return Err(ActionError::bad_request(
                "sendWhen compares the rows of results: give sections with a result that has rows or a rowCount",
            ));
        }
    };
    let is_empty = request.on_empty == OnEmpty::Skip && rows == Some(0);
    Ok(unmet.or_else(|| is_empty.then(|| "the results have no rows, and onEmpty is \"skip\"".to_owned())))
}
