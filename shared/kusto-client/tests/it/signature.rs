//! Signature Version 4 read from its specification, to check what a request to AWS carries.

use crate::fake::Seen;
use ring::{digest, hmac};

/// Whether `seen` is signed with the key `secret` for `region` and `service`, all its headers of AWS and its body included.
pub(crate) fn is_signed(seen: &Seen, secret: &str, region: &str, service: &str) -> bool {
    let authorization = seen.header("authorization").expect("a signature");
    let field = |name: &str| {
        let start = authorization.find(name).expect("a field of the signature") + name.len();
        authorization[start..].split(',').next().expect("a value").to_owned()
    };
    let date = seen.header("x-amz-date").expect("a date");
    let scope = format!("{}/{region}/{service}/aws4_request", &date[..8]);
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 "), "{authorization}");
    assert!(field("Credential=").ends_with(&scope), "{authorization}");
    let signed = field("SignedHeaders=");
    for name in ["host", "content-type", "x-amz-date", "x-amz-security-token"] {
        assert!(signed.split(';').any(|header| header == name), "{name} is not signed: {signed}");
    }
    let headers: String =
        signed.split(';').map(|name| format!("{name}:{}\n", seen.header(name).expect("a signed header"))).collect();
    let request = format!("POST\n{}\n\n{headers}\n{signed}\n{}", seen.target, sha256(&seen.body));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", sha256(request.as_bytes()));
    let start = format!("AWS4{secret}").into_bytes();
    let key = [&date[..8], region, service, "aws4_request"].iter().fold(start, |key, part| mac(&key, part));
    hex(&mac(&key, &text)) == field("Signature=")
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
