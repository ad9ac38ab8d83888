//! Texts compressed and in base64.

use crate::engine::functions::Function;
use crate::storage::value::Value::{self, String as Text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::{DeflateEncoder, GzDecoder, GzEncoder, ZlibDecoder, ZlibEncoder};
use std::io::Read;

const TEXT: &str = "(text:string) -> string";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row("gzip_compress_to_base64_string", TEXT, "The text compressed as gzip, in base64.", |values| {
        compressed(values, gzip)
    }),
    Function::row(
        "gzip_decompress_from_base64_string",
        TEXT,
        "The text that is compressed as gzip, in base64.",
        |values| decompressed(values, |bytes| all(GzDecoder::new(bytes))),
    ),
    Function::row("zlib_compress_to_base64_string", TEXT, "The text compressed as zlib, in base64.", |values| {
        compressed(values, |bytes, level| all(ZlibEncoder::new(bytes, level)))
    }),
    Function::row(
        "zlib_decompress_from_base64_string",
        TEXT,
        "The text that is compressed as zlib, in base64.",
        |values| decompressed(values, |bytes| all(ZlibDecoder::new(bytes))),
    ),
];

/// The most bytes that a text is decompressed to.
const MAX_BYTES: u64 = 16 << 20;

/// All bytes; none where they cannot be read, or are too many.
fn all(reader: impl Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = reader.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    (read.is_ok() && bytes.len() as u64 <= MAX_BYTES).then_some(bytes)
}

/// The bytes as gzip. Like the service it does not say how hard it tried (RFC 1952, XFL).
fn gzip(bytes: &[u8], level: Compression) -> Option<Vec<u8>> {
    const XFL: usize = 8;
    let mut bytes = all(GzEncoder::new(bytes, level))?;
    *bytes.get_mut(XFL)? = 0;
    Some(bytes)
}

fn compressed<'a>(values: &[Value<'a>], compress: impl Fn(&[u8], Compression) -> Option<Vec<u8>>) -> Value<'a> {
    let [Text(text)] = values else { return "".into() };
    let bytes = text.as_bytes();
    // What compression would make longer is stored as it is, as the service does.
    let shorter =
        all(DeflateEncoder::new(bytes, Compression::default())).is_some_and(|deflated| deflated.len() < bytes.len());
    let level = if shorter { Compression::default() } else { Compression::none() };
    compress(bytes, level).map_or_else(|| "".into(), |bytes| STANDARD.encode(bytes).into())
}

fn decompressed<'a>(values: &[Value<'a>], decompress: fn(&[u8]) -> Option<Vec<u8>>) -> Value<'a> {
    let [Text(text)] = values else { return "".into() };
    let bytes = STANDARD.decode(text.as_bytes()).ok().and_then(|bytes| decompress(&bytes));
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default().into()
}
