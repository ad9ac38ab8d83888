//! The link that opens a statement in the web UI.

use crate::connection::Database;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

/// The longest link: what Internet Explorer took, and mail gateways that rewrite links still do.
const LONGEST: usize = 2083;

/// `https://cluster/database?query=…`, which a cluster answers with a redirect to the web UI. A statement that makes it too long is
/// left out. The web UI runs a query at once, and a management command only when it is told to.
///
/// A cluster on this machine has no web UI, and neither has what is no cluster: no link.
///
/// Source: "UI deep links" of the Kusto REST API: the statement may be the base64 of its gzip.
pub fn deep_link(database: &Database<'_>, statement: &str) -> String {
    if database.connection().is_loopback() || !database.connection().kind().is_whole() {
        return String::new();
    }
    let link = |parameters: &[(&str, &str)]| {
        let endpoint = database.connection().cluster().endpoint("/").below(&[database.name()], parameters);
        endpoint.map(|endpoint| endpoint.as_str().to_owned()).unwrap_or_default()
    };
    match compressed(statement).map(|statement| link(&[("query", &statement)])) {
        Ok(whole) if whole.len() <= LONGEST => whole,
        _ => link(&[]),
    }
}

fn compressed(statement: &str) -> std::io::Result<String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(statement.as_bytes())?;
    Ok(BASE64_STANDARD.encode(encoder.finish()?))
}
