//! The hosts that may be sent a token, by the login endpoint that issues it.
//!
//! Source: `wellKnownKustoEndpoints.json` of the Kusto SDK for Python (MIT), commit 1527466f. A suffix keeps its leading dot; a host
//! name is compared whole; both are lower case.

/// One cloud: its login endpoint, the hosts that belong to it, and the domains of its storage.
#[derive(Debug)]
pub(crate) struct Cloud {
    /// Where tokens are issued, as an origin without a path.
    pub(crate) login: &'static str,
    /// Endings of host names.
    pub(crate) suffixes: &'static [&'static str],
    /// Whole host names.
    pub(crate) hosts: &'static [&'static str],
    /// The domains in which the hosts of Azure Storage are, below `blob.` and `queue.`.
    ///
    /// Source: `StorageEndpointSuffix` of the environments of Azure PowerShell; that of the clouds that it does not know is where their
    /// hosts of Azure Resource Graph are too. `storage.azure.net` has the accounts with an endpoint in a DNS zone ("Storage account
    /// overview", Microsoft Learn).
    pub(crate) storage: &'static [&'static str],
}

impl Cloud {
    /// The suffix or the host name by which `host`, lower case, belongs to this cloud.
    pub(crate) fn rule(&self, host: &str) -> Option<&'static str> {
        let by_suffix = self.suffixes.iter().find(|suffix| host.ends_with(**suffix) && host.len() > suffix.len());
        by_suffix.or_else(|| self.hosts.iter().find(|name| **name == host)).copied()
    }
}

/// The cloud whose login endpoint is `login`, with or without a slash at its end.
pub(crate) fn cloud_of_login(login: &str) -> Option<&'static Cloud> {
    let login = login.strip_suffix('/').unwrap_or(login);
    CLOUDS.iter().find(|cloud| cloud.login.eq_ignore_ascii_case(login))
}

/// Every cloud; the first is the public one.
pub(crate) const CLOUDS: &[Cloud] = &[
    Cloud {
        login: "https://login.microsoftonline.com",
        suffixes: &[
            ".dxp.aad.azure.com",
            ".dxp-dev.aad.azure.com",
            ".kusto.azuresynapse.net",
            ".kusto.windows.net",
            ".kustodev.azuresynapse-dogfood.net",
            ".kustodev.windows.net",
            ".kustomfa.windows.net",
            ".playfabapi.com",
            ".playfab.com",
            ".azureplayfab.com",
            ".kusto.data.microsoft.com",
            ".kusto.fabric.microsoft.com",
            ".api.securityplatform.microsoft.com",
            ".securitycenter.windows.com",
            ".arg-int.core.windows.net",
            ".arg-df.core.windows.net",
            ".arg.core.windows.net",
        ],
        hosts: &[
            "ade.applicationinsights.io",
            "ade.loganalytics.io",
            "adx.aimon.applicationinsights.azure.com",
            "adx.applicationinsights.azure.com",
            "adx.int.applicationinsights.azure.com",
            "adx.int.loganalytics.azure.com",
            "adx.int.monitor.azure.com",
            "adx.loganalytics.azure.com",
            "adx.monitor.azure.com",
            "kusto.aria.microsoft.com",
            "eu.kusto.aria.microsoft.com",
            "api.securityplatform.microsoft.com",
        ],
        storage: &["core.windows.net", "storage.azure.net"],
    },
    Cloud {
        login: "https://login.microsoftonline.us",
        suffixes: &[".kusto.usgovcloudapi.net", ".kustomfa.usgovcloudapi.net", ".arg.core.usgovcloudapi.net"],
        hosts: &["adx.applicationinsights.azure.us", "adx.loganalytics.azure.us", "adx.monitor.azure.us"],
        storage: &["core.usgovcloudapi.net"],
    },
    Cloud {
        login: "https://login.partner.microsoftonline.cn",
        suffixes: &[
            ".kusto.azuresynapse.azure.cn",
            ".kusto.chinacloudapi.cn",
            ".kustomfa.chinacloudapi.cn",
            ".playfab.cn",
            ".arg.core.chinacloudapi.cn",
        ],
        hosts: &["adx.applicationinsights.azure.cn", "adx.loganalytics.azure.cn", "adx.monitor.azure.cn"],
        storage: &["core.chinacloudapi.cn"],
    },
    Cloud {
        login: "https://login.microsoftonline.eaglex.ic.gov",
        suffixes: &[".kusto.core.eaglex.ic.gov", ".kustomfa.core.eaglex.ic.gov", ".arg.core.eaglex.ic.gov"],
        hosts: &[
            "adx.applicationinsights.azure.eaglex.ic.gov",
            "adx.loganalytics.azure.eaglex.ic.gov",
            "adx.monitor.azure.eaglex.ic.gov",
        ],
        storage: &["core.eaglex.ic.gov"],
    },
    Cloud {
        login: "https://login.microsoftonline.microsoft.scloud",
        suffixes: &[".kusto.core.microsoft.scloud", ".kustomfa.core.microsoft.scloud", ".arg.core.microsoft.scloud"],
        hosts: &[
            "adx.applicationinsights.azure.microsoft.scloud",
            "adx.loganalytics.azure.microsoft.scloud",
            "adx.monitor.azure.microsoft.scloud",
        ],
        storage: &["core.microsoft.scloud"],
    },
    Cloud {
        login: "https://login.sovcloud-identity.fr",
        suffixes: &[".kusto.sovcloud-api.fr", ".kustomfa.sovcloud-api.fr"],
        hosts: &["adx.applicationinsights.azure.fr", "adx.loganalytics.azure.fr", "adx.monitor.azure.fr"],
        storage: &["core.sovcloud-api.fr"],
    },
    Cloud {
        login: "https://login.sovcloud-identity.de",
        suffixes: &[".kusto.sovcloud-api.de", ".kustomfa.sovcloud-api.de"],
        hosts: &["adx.applicationinsights.azure.de", "adx.loganalytics.azure.de", "adx.monitor.azure.de"],
        storage: &["core.sovcloud-api.de"],
    },
    Cloud {
        login: "https://login.sovcloud-identity.sg",
        suffixes: &[".kusto.sovcloud-api.sg", ".kustomfa.sovcloud-api.sg"],
        hosts: &["adx.applicationinsights.azure.sg", "adx.loganalytics.azure.sg", "adx.monitor.azure.sg"],
        storage: &["core.sovcloud-api.sg"],
    },
];
