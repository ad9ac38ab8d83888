//! The link that opens a query in the web UI.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use flate2::{Compression, write::GzEncoder};
use kusto_client::connection::Database;
use std::io::Write;

/// The longest link: what Internet Explorer took, and mail gateways that rewrite links still do.
const LONGEST: usize = 2083;

/// `https://cluster/database?query=…`, which a cluster answers with a redirect to the web UI. A query that makes it too long is left
/// out.
///
/// A cluster on this machine has no web UI: no link.
///
/// Source: "UI deep links" of the Kusto REST API: the query may be the base64 of its gzip.
pub(crate) fn deep_link(database: &Database<'_>, query: &str) -> String {
    if database.connection().is_loopback() {
        return String::new();
    }
    let link = |parameters: &[(&str, &str)]| {
        let endpoint = database.connection().cluster().endpoint("/").below(&[database.name()], parameters);
        endpoint.map(|endpoint| endpoint.as_str().to_owned()).unwrap_or_default()
    };
    match compressed(query).map(|query| link(&[("query", &query)])) {
        Ok(with_query) if with_query.len() <= LONGEST => with_query,
        _ => link(&[]),
    }
}

fn compressed(query: &str) -> std::io::Result<String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(query.as_bytes())?;
    Ok(BASE64_STANDARD.encode(encoder.finish()?))
}
