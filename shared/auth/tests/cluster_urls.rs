//! Which URLs of clusters are accepted, and as what.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use auth::cluster_url::ClusterUrl;
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The URLs of `cluster-urls.json`, which the real binaries are tested with as well.
#[derive(Deserialize)]
struct Table {
    /// Each as it is written, and the origin that requests then go to.
    genuine: Vec<(String, String)>,
    /// By what is tried: each, and what is wrong with it.
    hostile: BTreeMap<String, Vec<(String, String)>>,
}

fn table() -> Table {
    serde_json::from_str(include_str!("cluster-urls.json")).unwrap()
}

#[test]
fn genuine_ones_are_accepted_as_their_origin() {
    let genuine = table().genuine;
    assert!(genuine.len() >= 60);
    for (text, origin) in genuine {
        let cluster = ClusterUrl::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(cluster.to_string(), origin);
        assert_eq!(cluster.is_loopback(), origin.starts_with("http:"));
        assert_eq!(cluster.endpoint("/v2/rest/query").as_str(), format!("{origin}/v2/rest/query"));
    }
}

#[test]
fn hostile_ones_are_refused_for_what_is_wrong_with_them() {
    let hostile: Vec<_> = table().hostile.into_values().flatten().collect();
    assert!(hostile.len() >= 60);
    let parsed = |text: &str| ClusterUrl::parse(text).map_or_else(|wrong| format!("{wrong:?}"), |url| url.to_string());
    let otherwise = hostile.iter().filter(|(text, wrong)| parsed(text) != *wrong);
    let otherwise: Vec<_> = otherwise.map(|(text, wrong)| (text, wrong, parsed(text))).collect();
    assert_eq!(otherwise, []);
}

#[test]
fn the_same_cluster_is_equal_however_it_is_written() {
    assert_eq!(
        ClusterUrl::parse("https://Help.kusto.windows.net:443/"),
        ClusterUrl::parse("https://help.kusto.windows.net")
    );
    assert_ne!(ClusterUrl::parse("http://localhost:1"), ClusterUrl::parse("http://localhost:2"));
}

proptest! {
    #[test]
    fn whatever_is_accepted_is_on_a_list_or_on_this_machine(text in "(https?://)?([a-z0-9.@:/\\\\#?%_-]|[[:any:]]){0,30}(\\.kusto\\.windows\\.net|localhost|127\\.0\\.0\\.1)?[:/@#?.]?[a-z0-9]{0,4}") {
        if let Ok(cluster) = ClusterUrl::parse(&text) {
            let origin = cluster.to_string();
            let near = ["http://localhost", "http://127.", "http://[::1]"].iter().any(|start| origin.starts_with(start));
            prop_assert!(near || cluster.host().ends_with(".kusto.windows.net") && origin.starts_with("https://"), "{origin}");
            prop_assert_eq!(ClusterUrl::parse(&origin), Ok(cluster));
        }
    }
}
