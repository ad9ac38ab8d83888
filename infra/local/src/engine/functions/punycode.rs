//! Punycode (RFC 3492): texts and domains in ASCII.

use crate::engine::functions::Function;
use crate::engine::functions::strings::map;

const TEXT: &str = "(text:string) -> string";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row("punycode_from_string", TEXT, "The text in Punycode.", |values| {
        map(values, |text| encode(text).unwrap_or_default())
    }),
    Function::row("punycode_to_string", TEXT, "The text that is in Punycode; empty where it is none.", |values| {
        map(values, |text| decode(text).unwrap_or_default())
    }),
    Function::row(
        "punycode_domain_to_string",
        TEXT,
        "The domain with its labels in Punycode where they need it.",
        |values| map(values, |domain| labels(domain, encoded)),
    ),
    Function::row("punycode_domain_from_string", TEXT, "The domain whose labels are in Punycode.", |values| {
        map(values, |domain| labels(domain, decoded))
    }),
];

/// The longest text that is tried, in bytes: the work grows with the square of the length, and names are short.
const MAX_BYTES: usize = 4096;

fn encode(text: &str) -> Option<String> {
    if text.len() > MAX_BYTES { None } else { punycode::encode(text).ok() }
}

fn decode(text: &str) -> Option<String> {
    if text.len() > MAX_BYTES { None } else { punycode::decode(text).ok() }
}

/// How a label in Punycode begins.
const PREFIX: &str = "xn--";

/// The dots between labels, as RFC 3490 lists them.
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// The domain with each label changed; empty where one cannot be.
fn labels(domain: &str, change: fn(&str) -> Option<String>) -> String {
    let labels: Option<Vec<String>> = domain.split(DOTS).map(change).collect();
    labels.map_or_else(String::new, |labels| labels.join("."))
}

fn encoded(label: &str) -> Option<String> {
    if label.is_ascii() { Some(label.to_owned()) } else { Some(format!("{PREFIX}{}", encode(label)?)) }
}

fn decoded(label: &str) -> Option<String> {
    label.strip_prefix(PREFIX).map_or_else(|| Some(label.to_owned()), decode)
}
