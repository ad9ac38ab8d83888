//! What a reply costs in memory. (Decoding without a reply is measured by `make bench-memory`.)

use serde_json::{Value, json};
use tests::{
    cluster::{self, Cluster},
    events,
    lambda::Function,
};

/// The most that a reply of 6 MB may add to what a function has resident anyway: the rows once, and once more escaped on their way out.
///
/// The promise is 20 MB in all for a release build, which `make bench-memory` measures; a debug build has far more code resident.
const GROWTH: u64 = 12_500_000;

fn function(cluster: &Cluster) -> Function {
    let url = cluster.url();
    Function::start("query", &[("KUSTO_CLUSTER", url), ("KUSTO_DATABASE", "db"), ("HTTP_AUTHORIZER", "none")])
}

fn resident_after_one_row() -> u64 {
    let cluster = Cluster::answering_json(&cluster::requests(1));
    let function = function(&cluster);
    function.invoke(&events::http(r#"{"query": "T"}"#)).reply();
    function.peak_resident()
}

#[test]
fn a_reply_of_six_megabytes_is_held_twice_at_most() {
    let one_row = resident_after_one_row();
    let cluster = Cluster::answering_json(&cluster::requests(49_000));
    let function = function(&cluster);
    let reply = function.invoke(&events::http(r#"{"query": "T"}"#)).reply();
    assert_eq!(reply["statusCode"], 200, "{reply}");
    let size = reply.to_string().len();
    assert!((5_000_000..6_291_456).contains(&size), "the reply has {size} bytes, so it measures something else");
    let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["rowCount"], 49_000);
    assert_eq!(body["value"][48_999]["Count"], 48_999 % 7);
    let growth = function.peak_resident().saturating_sub(one_row);
    assert!(growth < GROWTH, "{growth} bytes more than for one row were resident");
}

#[test]
fn a_larger_result_is_refused_as_a_whole_within_the_same_memory() {
    let one_row = resident_after_one_row();
    let cluster = Cluster::answering_json(&cluster::requests(50_000 * 4));
    let function = function(&cluster);
    let query = json!({"query": "T"}).to_string();
    let reply = function.invoke(&events::http(&query)).reply();
    assert_eq!(reply["statusCode"], 413);
    assert!(reply["body"].as_str().unwrap().contains("LimitExceeded"));
    let growth = function.peak_resident().saturating_sub(one_row);
    assert!(growth < GROWTH, "{growth} bytes more than for one row were resident");
}
