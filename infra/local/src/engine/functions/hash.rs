//! Hashes.

use crate::engine::functions::Function;
use crate::storage::value::Value::{self, Long, Null};
use sha2::Digest as _;
use std::fmt::Write as _;

const MODULO: &str = "(value:plain, [modulo:integer]) -> long";
const DIGEST: &str = "(value:plain) -> string";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row("hash", MODULO, "The xxHash64 of a value, or its remainder.", hash),
    Function::row("hash_xxhash64", MODULO, "The same as hash().", hash),
    Function::row("hash_sha256", DIGEST, "The SHA-256 of a value, in hexadecimal digits.", |values| {
        digest(values, |bytes| hexadecimal(&sha2::Sha256::digest(bytes)))
    }),
    Function::row("hash_sha1", DIGEST, "The SHA-1 of a value, in hexadecimal digits.", |values| {
        digest(values, |bytes| hexadecimal(&sha1::Sha1::digest(bytes)))
    }),
    Function::row("hash_md5", DIGEST, "The MD5 of a value, in hexadecimal digits.", |values| {
        digest(values, |bytes| hexadecimal(&md5::Md5::digest(bytes)))
    }),
];

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn digest<'a>(values: &[Value<'a>], function: impl Fn(&[u8]) -> String) -> Value<'a> {
    values.first().map_or(Null, |value| Value::from(function(value.to_text().as_bytes())))
}

/// The hash of a value: of the UTF-8 of a string, of the little-endian bytes of a number.
fn hash_of(value: &Value<'_>) -> i64 {
    let bytes: Vec<u8> = match value {
        Value::Bool(value) => vec![u8::from(*value)],
        Value::Int(value) => value.to_le_bytes().to_vec(),
        Value::Long(value) => value.to_le_bytes().to_vec(),
        Value::Real(value) => value.to_le_bytes().to_vec(),
        Value::DateTime(value) => value.ticks().to_le_bytes().to_vec(),
        Value::Timespan(value) => value.0.to_le_bytes().to_vec(),
        Value::Guid(value) => value.to_bytes_le().to_vec(),
        other => other.to_text().as_bytes().to_vec(),
    };
    twox_hash::XxHash64::oneshot(0, &bytes).cast_signed()
}

fn hash<'a>(values: &[Value<'a>]) -> Value<'a> {
    match values {
        [value] => Long(hash_of(value)),
        [_, Long(0)] => Null,
        [value, Long(modulo)] => Long(hash_of(value).wrapping_rem_euclid(*modulo)),
        _ => Null,
    }
}
