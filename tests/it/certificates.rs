//! A certificate that is not good is refused by every client before a byte of a request is sent, and the reason is said in words.

use crate::connections::{
    Kind, aws_federated, query, secret_at_hand, secret_of_secrets_manager, secret_of_systems_manager,
};
use serde_json::json;
use tests::{
    cloud::{self, CLUSTER, LOGIN, SECRETS_MANAGER, STS, SYSTEMS_MANAGER},
    network::{Network, Quality},
};

#[test]
fn one_that_is_not_good_is_refused_with_the_reason() {
    let clients: [(&str, Kind); 5] = [
        (CLUSTER, secret_at_hand()),
        (LOGIN, secret_at_hand()),
        (STS, aws_federated()),
        (SECRETS_MANAGER, secret_of_secrets_manager()),
        (SYSTEMS_MANAGER, secret_of_systems_manager()),
    ];
    for (quality, reason, remedy) in [
        (Quality::WrongName, "its certificate is for another host name", "another host answers under this name"),
        (Quality::Expired, "its certificate has expired", "must be renewed"),
        (Quality::SelfSigned, "no authority that is trusted here vouches for its certificate", "EXTRA_CA_FILE"),
    ] {
        for (host, kind) in &clients {
            let network = Network::with_certificate(host, quality, cloud::well);
            let error = query(kind, &network).invoke(&json!({"query": "print 1"})).error();
            assert!(error.starts_with("Unavailable: ") && error.contains(reason), "{host} {quality:?}: {error}");
            assert!(error.contains(remedy), "{error}");
            assert_eq!(network.count(host, ""), 0, "{host} {quality:?}");
            assert_eq!(network.count(CLUSTER, "/query"), 0, "{host} {quality:?}");
            let connections = network.asked().iter().filter(|asked| **asked == format!("{host}:443")).count();
            assert_eq!(connections, 1, "{host} {quality:?}: asking again would change nothing");
        }
    }
}

#[test]
fn a_good_one_of_an_authority_that_is_not_configured_is_refused() {
    let (network, other) = (Network::new(cloud::well), Network::new(cloud::well));
    let mut settings = network.settings(&[
        ("KUSTO_CLUSTER", "https://help.kusto.windows.net"),
        ("KUSTO_DATABASE", "Samples"),
        ("AZURE_TENANT_ID", "contoso"),
        ("AZURE_CLIENT_ID", "1"),
        ("AZURE_CLIENT_SECRET", cloud::SECRET),
    ]);
    let root = other.settings(&[])[1];
    settings.retain(|(name, _)| *name != root.0);
    for roots in [vec![], vec![root]] {
        let function = tests::lambda::Function::start("query", &[settings.clone(), roots].concat());
        let error = function.invoke(&json!({"query": "print 1"})).error();
        assert!(error.contains("no authority that is trusted here vouches for its certificate"), "{error}");
    }
    assert_eq!(network.requests().len(), 0);
}
