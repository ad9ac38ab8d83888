//! Which URLs of clusters are accepted, and as what.

use auth::cluster_url::{ClusterUrl, ClusterUrlError as Wrong};
use proptest::prelude::*;

/// Each as it is written, and the origin that requests then go to.
const GENUINE: &[(&str, &str)] = &[
    ("https://help.kusto.windows.net", "https://help.kusto.windows.net"),
    ("https://help.kusto.windows.net/", "https://help.kusto.windows.net"),
    ("https://help.kusto.windows.net:443", "https://help.kusto.windows.net"),
    ("https://help.kusto.windows.net:443/", "https://help.kusto.windows.net"),
    ("HTTPS://HELP.KUSTO.WINDOWS.NET", "https://help.kusto.windows.net"),
    ("Https://Help.Kusto.Windows.Net:443/", "https://help.kusto.windows.net"),
    ("https://soc.westeurope.kusto.windows.net", "https://soc.westeurope.kusto.windows.net"),
    ("https://soc.eastus2euap.kusto.windows.net", "https://soc.eastus2euap.kusto.windows.net"),
    ("https://a.b.kusto.windows.net", "https://a.b.kusto.windows.net"),
    ("https://4711.kusto.windows.net", "https://4711.kusto.windows.net"),
    ("https://a-b-c.kusto.windows.net", "https://a-b-c.kusto.windows.net"),
    ("https://ingest-help.kusto.windows.net", "https://ingest-help.kusto.windows.net"),
    ("https://help.kustomfa.windows.net", "https://help.kustomfa.windows.net"),
    ("https://help.kustodev.windows.net", "https://help.kustodev.windows.net"),
    ("https://pool.space.kusto.azuresynapse.net", "https://pool.space.kusto.azuresynapse.net"),
    ("https://POOL.SPACE.KUSTO.AZURESYNAPSE.NET", "https://pool.space.kusto.azuresynapse.net"),
    ("https://pool.kustodev.azuresynapse-dogfood.net", "https://pool.kustodev.azuresynapse-dogfood.net"),
    ("https://x.z7.kusto.fabric.microsoft.com", "https://x.z7.kusto.fabric.microsoft.com"),
    ("https://trd-abc.z0.kusto.fabric.microsoft.com", "https://trd-abc.z0.kusto.fabric.microsoft.com"),
    ("https://kvc123.northeurope.kusto.data.microsoft.com", "https://kvc123.northeurope.kusto.data.microsoft.com"),
    ("https://x.dxp.aad.azure.com", "https://x.dxp.aad.azure.com"),
    ("https://x.dxp-dev.aad.azure.com", "https://x.dxp-dev.aad.azure.com"),
    ("https://cluster.playfab.com", "https://cluster.playfab.com"),
    ("https://cluster.playfabapi.com", "https://cluster.playfabapi.com"),
    ("https://cluster.azureplayfab.com", "https://cluster.azureplayfab.com"),
    ("https://x.securitycenter.windows.com", "https://x.securitycenter.windows.com"),
    ("https://x.arg.core.windows.net", "https://x.arg.core.windows.net"),
    ("https://x.arg-int.core.windows.net", "https://x.arg-int.core.windows.net"),
    ("https://x.arg-df.core.windows.net", "https://x.arg-df.core.windows.net"),
    ("https://api.securityplatform.microsoft.com", "https://api.securityplatform.microsoft.com"),
    ("https://westeurope.api.securityplatform.microsoft.com", "https://westeurope.api.securityplatform.microsoft.com"),
    ("https://kusto.aria.microsoft.com", "https://kusto.aria.microsoft.com"),
    ("https://eu.kusto.aria.microsoft.com", "https://eu.kusto.aria.microsoft.com"),
    ("https://ade.loganalytics.io", "https://ade.loganalytics.io"),
    ("https://ade.applicationinsights.io", "https://ade.applicationinsights.io"),
    ("https://adx.monitor.azure.com", "https://adx.monitor.azure.com"),
    ("https://adx.loganalytics.azure.com", "https://adx.loganalytics.azure.com"),
    ("https://adx.applicationinsights.azure.com", "https://adx.applicationinsights.azure.com"),
    ("https://adx.aimon.applicationinsights.azure.com", "https://adx.aimon.applicationinsights.azure.com"),
    ("https://soc.kusto.usgovcloudapi.net", "https://soc.kusto.usgovcloudapi.net"),
    ("https://soc.usgovvirginia.kusto.usgovcloudapi.net", "https://soc.usgovvirginia.kusto.usgovcloudapi.net"),
    ("https://soc.kustomfa.usgovcloudapi.net", "https://soc.kustomfa.usgovcloudapi.net"),
    ("https://adx.monitor.azure.us", "https://adx.monitor.azure.us"),
    ("https://soc.kusto.chinacloudapi.cn", "https://soc.kusto.chinacloudapi.cn"),
    ("https://soc.kusto.azuresynapse.azure.cn", "https://soc.kusto.azuresynapse.azure.cn"),
    ("https://cluster.playfab.cn", "https://cluster.playfab.cn"),
    ("https://adx.monitor.azure.cn", "https://adx.monitor.azure.cn"),
    ("https://soc.kusto.core.eaglex.ic.gov", "https://soc.kusto.core.eaglex.ic.gov"),
    ("https://adx.monitor.azure.eaglex.ic.gov", "https://adx.monitor.azure.eaglex.ic.gov"),
    ("https://soc.kusto.core.microsoft.scloud", "https://soc.kusto.core.microsoft.scloud"),
    ("https://adx.loganalytics.azure.microsoft.scloud", "https://adx.loganalytics.azure.microsoft.scloud"),
    ("https://soc.kusto.sovcloud-api.fr", "https://soc.kusto.sovcloud-api.fr"),
    ("https://soc.kusto.sovcloud-api.de", "https://soc.kusto.sovcloud-api.de"),
    ("https://adx.monitor.azure.de", "https://adx.monitor.azure.de"),
    ("https://adx.monitor.azure.sg", "https://adx.monitor.azure.sg"),
    ("http://localhost", "http://localhost"),
    ("http://localhost:80/", "http://localhost"),
    ("http://LOCALHOST:8080/", "http://localhost:8080"),
    ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ("http://127.1.2.3:65535/", "http://127.1.2.3:65535"),
    ("http://[::1]:8080", "http://[::1]:8080"),
];

const HOSTILE: &[(&str, Wrong)] = &[
    // Another host than the one that is read.
    ("https://evil.example#.kusto.windows.net", Wrong::Path),
    ("https://evil.example?.kusto.windows.net", Wrong::Path),
    ("https://evil.example/.kusto.windows.net", Wrong::Path),
    ("https://evil.example\\.kusto.windows.net", Wrong::Malformed),
    ("https://evil.example\\@x.kusto.windows.net", Wrong::Malformed),
    ("https://x.kusto.windows.net@evil.example", Wrong::UserInfo),
    ("https://x.kusto.windows.net:443@evil.example", Wrong::UserInfo),
    ("https://evil.example@x.kusto.windows.net", Wrong::UserInfo),
    ("https://user:secret@x.kusto.windows.net", Wrong::UserInfo),
    ("https://@x.kusto.windows.net", Wrong::UserInfo),
    ("https://:@x.kusto.windows.net", Wrong::UserInfo),
    ("https://x.kusto.windows.net.evil.example", Wrong::Untrusted),
    ("https://xkusto.windows.net", Wrong::Untrusted),
    ("https://evil-kusto.windows.net", Wrong::Untrusted),
    ("https://.kusto.windows.net", Wrong::Host),
    ("https://kusto.windows.net", Wrong::Untrusted),
    ("https://x..kusto.windows.net", Wrong::Host),
    ("https://x.kusto.windows.net.", Wrong::Host),
    ("https://x.kusto.windows.net..", Wrong::Host),
    ("https://evil.example%23.kusto.windows.net", Wrong::Malformed),
    ("https://evil.example%2f.kusto.windows.net", Wrong::Malformed),
    ("https://evil.example%00.kusto.windows.net", Wrong::Malformed),
    ("https://x.kusto.windows.net%2eevil.example", Wrong::Malformed),
    ("https://x%2ekusto.windows.net", Wrong::Malformed),
    ("https://evil.example;Data Source=https://x.kusto.windows.net", Wrong::Malformed),
    ("https://x.kusto.windows.net;Fed=true", Wrong::Host),
    ("https:evil.example/https://x.kusto.windows.net", Wrong::Path),
    ("https:x.kusto.windows.net", Wrong::Malformed),
    ("https:/x.kusto.windows.net", Wrong::Malformed),
    ("https:///x.kusto.windows.net", Wrong::Malformed),
    ("//x.kusto.windows.net", Wrong::Malformed),
    ("x.kusto.windows.net", Wrong::Malformed),
    ("", Wrong::Malformed),
    // Characters that parsers drop, fold or decode.
    ("https://x.kusto.windоws.net", Wrong::Malformed),
    ("https://x。kusto。windows。net", Wrong::Malformed),
    ("https://x．kusto．windows．net", Wrong::Malformed),
    ("https://ｘ.kusto.windows.net", Wrong::Malformed),
    ("https://x\u{ad}.kusto.windows.net", Wrong::Malformed),
    ("https://x\u{200b}.kusto.windows.net", Wrong::Malformed),
    ("https://x.ku\tsto.windows.net", Wrong::Malformed),
    ("https://x.ku\nsto.windows.net", Wrong::Malformed),
    ("https://x.kusto.windows.net\r\nHost: evil", Wrong::Malformed),
    (" https://x.kusto.windows.net ", Wrong::Malformed),
    ("\u{feff}https://x.kusto.windows.net", Wrong::Malformed),
    ("https://x.kusto.windows.net\0", Wrong::Malformed),
    // Names that are none.
    ("https://x_y.kusto.windows.net", Wrong::Host),
    ("https://-x.kusto.windows.net", Wrong::Host),
    ("https://x-.kusto.windows.net", Wrong::Host),
    ("https://x!.kusto.windows.net", Wrong::Host),
    ("https://*.kusto.windows.net", Wrong::Host),
    ("https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.kusto.windows.net", Wrong::Host),
    // Ports, paths, queries, schemes.
    ("https://x.kusto.windows.net:8443", Wrong::Port),
    ("https://x.kusto.windows.net:80", Wrong::Port),
    ("https://x.kusto.windows.net:0", Wrong::Port),
    ("https://x.kusto.windows.net:", Wrong::Malformed),
    ("https://x.kusto.windows.net:0443", Wrong::Malformed),
    ("https://x.kusto.windows.net:99999", Wrong::Malformed),
    ("https://x.kusto.windows.net/Samples", Wrong::Path),
    ("https://x.kusto.windows.net//", Wrong::Path),
    ("https://x.kusto.windows.net/..", Wrong::Malformed),
    ("https://x.kusto.windows.net/./", Wrong::Malformed),
    ("https://x.kusto.windows.net?", Wrong::Path),
    ("https://x.kusto.windows.net#", Wrong::Path),
    ("https://api.securityplatform.microsoft.com/lake/kql", Wrong::Path),
    ("http://x.kusto.windows.net", Wrong::PlainHttp),
    ("http://x.kusto.windows.net:443", Wrong::PlainHttp),
    ("ftp://x.kusto.windows.net", Wrong::Scheme),
    ("file:///x.kusto.windows.net", Wrong::Scheme),
    ("ws://x.kusto.windows.net", Wrong::Scheme),
    ("javascript:alert(1)", Wrong::Scheme),
    ("data:text/html,x.kusto.windows.net", Wrong::Scheme),
    // This machine and its neighbours.
    ("https://localhost", Wrong::Untrusted),
    ("https://localhost.", Wrong::Host),
    ("https://127.0.0.1", Wrong::Host),
    ("https://[::1]", Wrong::Host),
    ("https://2130706433", Wrong::Host),
    ("https://0x7f.1", Wrong::Host),
    ("https://169.254.169.254", Wrong::Host),
    ("https://[::ffff:169.254.169.254]", Wrong::Host),
    ("http://169.254.169.254", Wrong::PlainHttp),
    ("http://0.0.0.0:8080", Wrong::PlainHttp),
    ("http://[::]:8080", Wrong::PlainHttp),
    ("http://[::ffff:127.0.0.1]:8080", Wrong::PlainHttp),
    ("http://localhost.evil.example", Wrong::PlainHttp),
    ("http://127.0.0.1.nip.io", Wrong::PlainHttp),
    ("http://localhost.", Wrong::PlainHttp),
    ("http://localhostess", Wrong::PlainHttp),
    ("http://127.1:8080", Wrong::Malformed),
    ("http://2130706433:8080", Wrong::Malformed),
    ("http://0x7f000001:8080", Wrong::Malformed),
    ("http://0177.0.0.1:8080", Wrong::Malformed),
    ("http://[0:0:0:0:0:0:0:1]:8080", Wrong::Malformed),
    ("http://user@localhost:8080", Wrong::UserInfo),
    ("http://localhost:8080/lake/kql", Wrong::Path),
    // Near a list of hosts.
    ("https://cluster.ade.loganalytics.io", Wrong::Untrusted),
    ("https://cluster.kusto.aria.microsoft.com", Wrong::Untrusted),
    ("https://cluster.adx.monitor.azure.com", Wrong::Untrusted),
    ("https://kusto.azurewebsites.net", Wrong::Untrusted),
    ("https://some.blob.core.windows.net", Wrong::Untrusted),
    ("https://login.microsoftonline.com", Wrong::Untrusted),
    ("https://playfab.com", Wrong::Untrusted),
    ("https://evilplayfab.com", Wrong::Untrusted),
    ("https://evil.example", Wrong::Untrusted),
];

#[test]
fn genuine_ones_are_accepted_as_their_origin() {
    assert!(GENUINE.len() >= 60);
    for (text, origin) in GENUINE {
        let cluster = ClusterUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(cluster.to_string(), *origin);
        assert_eq!(cluster.is_loopback(), origin.starts_with("http:"));
        assert_eq!(cluster.endpoint("/v2/rest/query").as_str(), format!("{origin}/v2/rest/query"));
    }
}

#[test]
fn hostile_ones_are_refused_for_what_is_wrong_with_them() {
    assert!(HOSTILE.len() >= 60);
    let parsed = |text: &str| ClusterUrl::parse(text).map(|cluster| cluster.to_string());
    let otherwise = HOSTILE.iter().filter(|(text, wrong)| parsed(text) != Err(*wrong));
    let otherwise: Vec<_> = otherwise.map(|(text, _)| (text, parsed(text))).collect();
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
