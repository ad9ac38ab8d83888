//! Base64, URLs and paths.

use crate::engine::functions::Function;
use crate::engine::functions::array::{array_of, elements};
use crate::engine::functions::strings::map;
use crate::storage::convert::{scalar, to_long};
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::value::Value::{self, Null, String as Text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row("base64_encode_tostring", "(text:string) -> string", "The UTF-8 of a text in base64.", |values| {
        map(values, |text| STANDARD.encode(text))
    }),
    Function::row(
        "base64_encodestring",
        "(text:string) -> string",
        "The same as base64_encode_tostring().",
        |values| map(values, |text| STANDARD.encode(text)),
    ),
    Function::row(
        "base64_decode_tostring",
        "(text:string) -> string",
        "The text whose UTF-8 is in base64; empty where it is none.",
        decode_text,
    ),
    Function::row(
        "base64_decodestring",
        "(text:string) -> string",
        "The same as base64_decode_tostring().",
        decode_text,
    ),
    Function::row("base64_decode_toarray", "(text:string) -> dynamic", "The bytes that are in base64.", decode_array),
    Function::row("base64_encode_fromarray", "(bytes:dynamic) -> string", "Bytes in base64.", encode_array),
    Function::row("base64_encode_fromguid", "(guid:guid) -> string", "The bytes of a guid in base64.", encode_guid),
    Function::row("base64_decode_toguid", "(text:string) -> guid", "The guid whose bytes are in base64.", decode_guid),
    Function::row(
        "url_encode",
        "(text:string) -> string",
        "The text as a part of a URL, with + for a space.",
        |values| map(values, |text| encoded(text).replace("%20", "+")),
    ),
    Function::row("url_encode_component", "(text:string) -> string", "The text as a part of a URL.", |values| {
        map(values, encoded)
    }),
    Function::row("url_decode", "(text:string) -> string", "The text that a part of a URL stands for.", |values| {
        map(values, |text| decoded(&text.replace('+', " ")))
    }),
    Function::row("parse_url", "(url:string) -> dynamic", "The parts of a URL.", parse_url),
    Function::row("parseurl", "(url:string) -> dynamic", "The same as parse_url().", parse_url),
    Function::row(
        "parse_urlquery",
        "(query:string) -> dynamic",
        "The parameters of the query of a URL.",
        parse_urlquery,
    ),
    Function::row("parseurlquery", "(query:string) -> dynamic", "The same as parse_urlquery().", parse_urlquery),
    Function::row("parse_path", "(path:string) -> dynamic", "The parts of the path of a file.", parse_path),
];

/// What stays as it is in a part of a URL.
const KEPT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'!').remove(b'*').remove(b'(').remove(b')');

fn encoded(text: &str) -> String {
    let mut lower = String::new();
    for part in utf8_percent_encode(text, KEPT) {
        if part.starts_with('%') { lower.push_str(&part.to_lowercase()) } else { lower.push_str(part) }
    }
    lower
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

fn decode_text<'a>(values: &[Value<'a>]) -> Value<'a> {
    map(values, |text| bytes(text).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default())
}

fn decode_array<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [Text(text)] = values else { return Null };
    bytes(text).map_or(Null, |bytes| array_of(bytes.into_iter().map(|byte| Dynamic::Long(i64::from(byte))).collect()))
}

fn encode_array<'a>(values: &[Value<'a>]) -> Value<'a> {
    let byte = |element: &Dynamic| to_long(&scalar(element)).and_then(|number| u8::try_from(number).ok());
    let bytes = values.first().and_then(elements).and_then(|array| array.iter().map(byte).collect::<Option<Vec<u8>>>());
    bytes.map_or(Null, |bytes| Value::from(STANDARD.encode(bytes)))
}

fn encode_guid<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [Value::Guid(guid)] => Value::from(STANDARD.encode(guid.to_bytes_le())),
        _ => Null,
    }
}

fn decode_guid<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [Text(text)] = values else { return Null };
    let bytes: Option<[u8; 16]> = bytes(text).and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(Null, |bytes| Value::Guid(uuid::Uuid::from_bytes_le(bytes)))
}

/// A bag of texts.
fn bag<const N: usize>(pairs: [(&str, Dynamic); N]) -> Value<'static> {
    Value::Dynamic(Dynamic::bag(pairs.into_iter().map(|(name, value)| (name.into(), value)).collect()))
}

fn text(value: &str) -> Dynamic {
    Dynamic::String(value.into())
}

fn parameters(query: &str) -> Dynamic {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decoded(name).into(), text(&decoded(value)))
    };
    Dynamic::bag(query.split('&').filter(|part| !part.is_empty()).map(pair).collect::<Bag>())
}

fn parse_urlquery<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [Text(query)] = values else { return Null };
    bag([("Query Parameters", parameters(query.trim_start_matches('?')))])
}

fn parse_url<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [Text(url)] = values else { return Null };
    let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = rest.split_once("://").unwrap_or(("", rest));
    let (authority, path) = match rest.find('/') {
        Some(at) if !scheme.is_empty() => rest.split_at(at),
        None if !scheme.is_empty() => (rest, ""),
        _ => ("", rest),
    };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let (host, port) = match host.rsplit_once(':') {
        Some((before, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (before, port),
        _ => (host, ""),
    };
    bag([
        ("Scheme", text(scheme)),
        ("Host", text(host)),
        ("Port", text(port)),
        ("Path", text(path)),
        ("Username", text(name)),
        ("Password", text(password)),
        ("Query Parameters", parameters(query)),
        ("Fragment", text(fragment)),
    ])
}

fn parse_path<'a>(values: &[Value<'a>]) -> Value<'a> {
    let [Text(path)] = values else { return Null };
    let (scheme, rest) = path.split_once("://").unwrap_or(("", path));
    let separator = |character: char| character == '/' || character == '\\';
    let name_start = rest.rfind(separator).map_or(0, |at| at + 1);
    let (directory, name) = (rest.get(..name_start.saturating_sub(1)).unwrap_or_default(), &rest[name_start..]);
    let (name, stream) = name.split_once(':').unwrap_or((name, ""));
    let root = match directory.find(separator) {
        Some(at) if directory[..at].ends_with(':') => &directory[..at],
        _ => "",
    };
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    bag([
        ("Scheme", text(scheme)),
        ("RootPath", text(root)),
        ("DirectoryPath", text(directory)),
        ("DirectoryName", text(directory.rsplit(separator).next().unwrap_or_default())),
        ("Filename", text(name)),
        ("Extension", text(extension)),
        ("AlternateDataStreamName", text(stream)),
    ])
}
