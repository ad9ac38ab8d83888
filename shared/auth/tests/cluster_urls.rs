//! Which URLs of clusters are accepted, and as what.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use auth::cluster_url::ClusterUrl;
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The URLs of `cluster-urls.json`, which the real binaries are tested with as well.
#[derive(Deserialize)]
struct Table {
    /// Each as it is written, and the URL below which requests then go.
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
        let host = origin.split('/').take(3).collect::<Vec<_>>().join("/");
        assert_eq!(cluster.host_endpoint("/v1").as_str(), format!("{host}/v1"));
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

#[test]
fn a_resource_id_is_equal_in_any_letter_case() {
    let workspace = "https://ade.loganalytics.io/subscriptions/0f0f0f0f-1111-2222-3333-444444444444/resourceGroups/Rg/providers/Microsoft.OperationalInsights/workspaces/Soc";
    let parsed = ClusterUrl::parse(workspace).unwrap();
    assert_eq!(parsed, ClusterUrl::parse(&workspace.to_ascii_lowercase()).unwrap());
    // Azure Resource Manager keeps the case that somebody chose.
    assert_eq!(parsed.to_string(), workspace);
    assert_ne!(parsed, ClusterUrl::parse(&workspace.replace("Soc", "Sec")).unwrap());
    assert_ne!(parsed, ClusterUrl::parse("https://ade.loganalytics.io").unwrap());
}

#[test]
fn a_scope_is_of_the_cluster_or_what_it_shares() {
    for (cluster, scope) in [
        ("https://help.kusto.windows.net", "https://help.kusto.windows.net/.default"),
        ("https://api.securityplatform.microsoft.com/lake/kql", "4500ebfb-89b6-4b14-a480-7f749797bfcd/.default"),
        ("https://ade.loganalytics.io", "https://kusto.kusto.windows.net/.default"),
    ] {
        assert_eq!(ClusterUrl::parse(cluster).unwrap().scope(), scope);
    }
}

proptest! {
    #[test]
    fn whatever_has_a_path_is_the_lake_or_a_resource_of_azure_monitor(
        host in "https://(eu\\.)?(api\\.securityplatform\\.microsoft\\.com|ade\\.loganalytics\\.io|help\\.kusto\\.windows\\.net)",
        path in "(/lake/kql|/subscriptions/0f0f0f0f-1111-2222-3333-444444444444/resourcegroups/rg/providers/microsoft\\.operationalinsights/workspaces/w|[[:any:]]{0,3}){0,2}[/.@:?#%\\\\]?[a-z/.]{0,3}",
    ) {
        if let Ok(cluster) = ClusterUrl::parse(&format!("{host}{path}")) {
            let url = cluster.to_string();
            prop_assert!(url.starts_with(&host), "{url}");
            let rest = &url[host.len()..];
            let is_lake = rest == "/lake/kql" && cluster.host().ends_with("api.securityplatform.microsoft.com");
            let is_workspace = rest.starts_with("/subscriptions/") && cluster.host() == "ade.loganalytics.io" && !rest.split('/').any(|segment| matches!(segment, "." | ".."));
            prop_assert!(rest.is_empty() || is_lake || is_workspace, "{url}");
            prop_assert_eq!(ClusterUrl::parse(&url), Ok(cluster));
        }
    }

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

#[test]
fn only_a_cluster_has_a_data_management_endpoint() {
    for (cluster, expected) in [
        ("https://help.kusto.windows.net", Some("https://ingest-help.kusto.windows.net")),
        ("https://x.z0.kusto.fabric.microsoft.com", Some("https://ingest-x.z0.kusto.fabric.microsoft.com")),
        ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
        ("https://ade.loganalytics.io", None),
        ("https://api.securityplatform.microsoft.com/lake/kql", None),
        ("http://127.0.0.1:8080/lake/kql", None),
    ] {
        let found = ClusterUrl::parse(cluster).unwrap().data_management();
        assert_eq!(found.as_ref().map(ClusterUrl::as_str), expected, "{cluster}");
    }
}
