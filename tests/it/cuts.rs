//! Half an answer is no answer, wherever it breaks off.

use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use std::io::Write;
use tests::{cloud::ONE_ROW, cluster::Cluster, lambda::Function};

#[test]
fn an_answer_that_is_cut_at_any_byte_is_an_error() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(ONE_ROW.as_bytes()).unwrap();
    let compressed = encoder.finish().unwrap();
    for (encoding, body) in [("identity", ONE_ROW.as_bytes().to_vec()), ("gzip", compressed)] {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nConnection: close\r\n\r\n");
        let whole = body.len();
        // Each call is one connection, and each gets a byte more than the one before.
        let cluster = Cluster::writing(move |turn, stream| {
            stream.write_all(head.as_bytes())?;
            stream.write_all(&body[..turn.min(whole)])
        });
        let function = Function::start("query", &[("KUSTO_CLUSTER", cluster.url()), ("KUSTO_DATABASE", "db")]);
        for at in 0..whole {
            let error = function.invoke(&json!({"query": "T"})).error();
            let start = "Unavailable: the cluster's answer cannot be used";
            assert!(error.starts_with(start), "{encoding} cut at {at} of {whole}: {error}");
        }
        assert_eq!(function.invoke(&json!({"query": "T"})).reply()["rowCount"], 1);
        assert_eq!(cluster.connections(), whole + 1, "{encoding}");
    }
}
