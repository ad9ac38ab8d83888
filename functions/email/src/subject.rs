//! The subject line: its placeholders, and how it goes into a header.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use lettre::message::header::{HeaderName, HeaderValue};
use runtime::error::ActionError;

/// The most characters of a subject.
const LONGEST: usize = 255;

/// Bytes of text in an encoded word: as base64, with `=?utf-8?b?` and `?=`, its line stays within the 76 characters of RFC 2047, the
/// first one with `Subject: ` too.
const ENCODED_WORD: usize = 39;

/// What the placeholders stand for. None of it comes from a cell.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// `{date}`: the day in UTC, `2026-01-31`.
    pub date: &'a str,
    /// `{title}`: the title of the request.
    pub title: Option<&'a str>,
    /// `{rowCount}`: the rows of all results; none where a result does not tell.
    pub rows: Option<u64>,
}

/// Bytes of the longest placeholder, `rowCount`; a brace that is not closed within them is text.
const LONGEST_PLACEHOLDER: usize = 8;

/// The subject that `template` is with these values.
///
/// # Errors
/// For a subject that is empty, too long or has control characters, and for a placeholder without a value.
pub fn subject(template: &str, values: Values<'_>) -> Result<String, ActionError> {
    let value = |placeholder: &str| match placeholder {
        "date" => Some(Ok(values.date.to_owned())),
        "title" => Some(values.title.map(str::to_owned).ok_or("title")),
        "rowCount" => Some(values.rows.map(|rows| rows.to_string()).ok_or("a rowCount in each result")),
        _ => None,
    };
    let (mut subject, mut rest) = (String::new(), template.trim());
    while let Some(open) = rest.find('{') {
        let (before, inside) = (&rest[..open], &rest[open + 1..]);
        let close = inside.bytes().take(LONGEST_PLACEHOLDER + 1).position(|byte| byte == b'}');
        let filled = close.and_then(|close| Some((value(&inside[..close])?, &inside[close + 1..])));
        subject.push_str(before);
        rest = match filled {
            Some((value, after)) => {
                subject.push_str(&value.map_err(|missing| without(template, missing))?);
                after
            }
            // Other braces are text.
            None => {
                subject.push('{');
                inside
            }
        };
    }
    subject.push_str(rest);
    checked(subject)
}

fn without(template: &str, missing: &str) -> ActionError {
    ActionError::bad_request(format!(
        "the subject {template:?} has a placeholder that needs {missing}: give it, or leave the placeholder out"
    ))
}

fn checked(subject: String) -> Result<String, ActionError> {
    if subject.is_empty() {
        return Err(ActionError::bad_request("the mail has no subject: give Subject, or a title"));
    }
    let length = subject.chars().count();
    if length > LONGEST {
        return Err(ActionError::bad_request(format!(
            "the subject has {length} characters, at most {LONGEST} are allowed"
        )));
    }
    match subject.chars().find(|c| is_refused(*c)) {
        Some(c) => Err(ActionError::bad_request(format!(
            "the subject has the character U+{:04X}, which could begin another header: leave it out",
            u32::from(c)
        ))),
        None => Ok(subject),
    }
}

/// Control characters, with NEL, and the separators that some programs take for the end of a line.
fn is_refused(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// The header. What arrives is the text itself, also where it looks like an encoded word.
pub fn header(subject: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Subject");
    if subject.is_ascii() && !subject.contains("=?") {
        return HeaderValue::new(name, subject.to_owned());
    }
    let words: Vec<String> =
        chunks(subject).map(|chunk| format!("=?utf-8?b?{}?=", BASE64_STANDARD.encode(chunk))).collect();
    HeaderValue::dangerous_new_pre_encoded(name, subject.to_owned(), words.join("\r\n "))
}

/// `text` in pieces of at most [`ENCODED_WORD`] bytes, whole characters each.
fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.floor_char_boundary(ENCODED_WORD);
        let (chunk, after) = rest.split_at(end);
        rest = after;
        (!chunk.is_empty()).then_some(chunk)
    })
}

#[cfg(test)]
mod tests {
    use super::{Values, chunks, header, subject};
    use lettre::message::header::Headers;

    const VALUES: Values<'_> = Values { date: "2026-01-31", title: Some("Failed sign-ins"), rows: Some(1204) };

    #[test]
    fn placeholders_are_filled_once() {
        for (template, expected) in [
            ("{title}: {rowCount} rows on {date}", "Failed sign-ins: 1204 rows on 2026-01-31"),
            (" plain ", "plain"),
            ("{other} {Title} { date } {} }{ {{date}}", "{other} {Title} { date } {} }{ {2026-01-31}"),
            ("{date", "{date"),
            ("😀 résumé", "😀 résumé"),
        ] {
            assert_eq!(subject(template, VALUES).unwrap(), expected);
        }
        let nested = Values { title: Some("{date}"), ..VALUES };
        assert_eq!(subject("{title}", nested).unwrap(), "{date}");
    }

    #[test]
    fn what_is_no_subject_is_refused() {
        let long = "x".repeat(256);
        for (template, sentence) in [
            ("", "BadRequest: the mail has no subject: give Subject, or a title"),
            (
                "a\r\nBcc: x@example.com",
                "BadRequest: the subject has the character U+000D, which could begin another header: leave it out",
            ),
            (
                "a\nb",
                "BadRequest: the subject has the character U+000A, which could begin another header: leave it out",
            ),
            (
                "a\0b",
                "BadRequest: the subject has the character U+0000, which could begin another header: leave it out",
            ),
            (
                "a\u{85}Bcc: x@example.com",
                "BadRequest: the subject has the character U+0085, which could begin another header: leave it out",
            ),
            (
                "a\u{2028}b",
                "BadRequest: the subject has the character U+2028, which could begin another header: leave it out",
            ),
            (
                "a\u{2029}b",
                "BadRequest: the subject has the character U+2029, which could begin another header: leave it out",
            ),
            (
                "a\tb",
                "BadRequest: the subject has the character U+0009, which could begin another header: leave it out",
            ),
            (long.as_str(), "BadRequest: the subject has 256 characters, at most 255 are allowed"),
        ] {
            assert_eq!(subject(template, VALUES).unwrap_err().to_string(), sentence);
        }
        let title = Values { title: Some("a\r\nBcc: x@example.com"), ..VALUES };
        assert!(subject("{title}", title).unwrap_err().to_string().contains("U+000D"));
        let nothing = Values { title: None, rows: None, ..VALUES };
        for template in ["{title}", "{rowCount}"] {
            assert!(subject(template, nothing).unwrap_err().to_string().contains("has a placeholder that needs"));
        }
    }

    #[test]
    fn the_header_brings_the_text_as_it_is() {
        let long = format!("{} 😀😀😀😀😀😀😀😀😀😀😀😀😀", "word ".repeat(30));
        let unbroken = "x".repeat(255);
        for text in ["plain", "=?utf-8?Q?a=0D=0ABcc:_x@evil.example?=", "😀 résumé", "two  blanks", &long, &unbroken]
        {
            let mut headers = Headers::new();
            headers.insert_raw(header(text));
            let source = format!("{headers}\r\n");
            let message = mail_parser::MessageParser::default().parse(source.as_bytes()).unwrap();
            assert_eq!(message.subject(), Some(text), "{source}");
            assert!(source.is_ascii() && source.lines().all(|line| line.len() <= 998), "{source}");
            assert_eq!(message.headers().len(), 1);
        }
    }

    #[test]
    fn encoded_words_hold_whole_characters() {
        let text = "a😀".repeat(40);
        assert!(chunks(&text).all(|chunk| chunk.len() <= 39));
        assert_eq!(chunks(&text).collect::<String>(), text);
    }
}
