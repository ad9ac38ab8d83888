//! What answers at the URL of a cluster: its host and its path say so.

use std::fmt;

/// The application of Entra that tokens for the data lake are for.
///
/// Source: "Run KQL queries on Microsoft Sentinel data lake using APIs" (Microsoft Learn).
pub(crate) const LAKE_APPLICATION: &str = "4500ebfb-89b6-4b14-a480-7f749797bfcd";
/// The scope of those tokens.
pub(crate) const LAKE_SCOPE: &str = "4500ebfb-89b6-4b14-a480-7f749797bfcd/.default";

/// The data lake's host; those of its regions have a label before it.
const LAKE_HOST: &str = "api.securityplatform.microsoft.com";
const LAKE_PATH: &str = "/lake/kql";

/// What speaks Kusto's protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClusterKind {
    /// A cluster: Azure Data Explorer, Fabric, Synapse, or another product that is one.
    Kusto,
    /// The Microsoft Sentinel data lake.
    DataLake,
    /// A Log Analytics workspace, behind its proxy.
    LogAnalytics,
    /// An Application Insights component, behind its proxy.
    ApplicationInsights,
}

impl ClusterKind {
    /// What is at `path`, without a slash at its end, of `host`; of this machine where there is no host. None where nothing is.
    pub(crate) fn at(host: Option<&str>, path: &str) -> Option<Self> {
        if path.is_empty() {
            return Some(Self::Kusto);
        }
        let kind = match path {
            LAKE_PATH => Self::DataLake,
            path => resource(path)?,
        };
        host.is_none_or(|host| kind.is_served_by(host)).then_some(kind)
    }

    fn is_served_by(self, host: &str) -> bool {
        match self {
            Self::Kusto => true,
            Self::DataLake => {
                let region = host.strip_suffix(LAKE_HOST).and_then(|before| before.strip_suffix('.'));
                host == LAKE_HOST || region.is_some_and(|region| !region.is_empty() && !region.contains('.'))
            }
            Self::LogAnalytics => host == "ade.loganalytics.io",
            Self::ApplicationInsights => host == "ade.applicationinsights.io",
        }
    }

    /// Whether it takes management commands and ingestion like a cluster, and not a few commands that only show something.
    pub fn is_whole(self) -> bool {
        self == Self::Kusto
    }
}

impl fmt::Display for ClusterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kusto => "cluster",
            Self::DataLake => "data lake",
            Self::LogAnalytics => "Log Analytics workspace",
            Self::ApplicationInsights => "Application Insights component",
        })
    }
}

/// What the resource id of Azure Resource Manager in `path` names; the words of one are of any letter case.
///
/// Source: "Query data in Azure Monitor using Azure Data Explorer" (Microsoft Learn).
fn resource(path: &str) -> Option<ClusterKind> {
    let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    let [subscriptions, subscription, groups, group, providers, provider, kind, name] = segments[..] else {
        return None;
    };
    let is = |segment: &str, word: &str| segment.eq_ignore_ascii_case(word);
    let words = is(subscriptions, "subscriptions") && is(groups, "resourcegroups") && is(providers, "providers");
    if !words || !is_guid(subscription) || !is_name(group, 90) {
        return None;
    }
    if is(provider, "microsoft.operationalinsights") && is(kind, "workspaces") {
        return is_name(name, 63).then_some(ClusterKind::LogAnalytics);
    }
    let is_component = is(provider, "microsoft.insights") && is(kind, "components");
    (is_component && is_name(name, 260)).then_some(ClusterKind::ApplicationInsights)
}

fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let hexadecimal = groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hexadecimal && groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
}

/// Whether it is a name of a resource, of those that need no encoding in a URL: letters, digits and `-_.()`, no dot at its end.
///
/// Source: "Naming rules and restrictions for Azure resources" (Microsoft Learn).
fn is_name(text: &str, longest: usize) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.()".contains(&byte);
    (1..=longest).contains(&text.len()) && text.bytes().all(is_part) && !text.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESOURCE: &str = "/subscriptions/0f0f0f0f-1111-2222-3333-444444444444/resourcegroups/rg/providers";

    #[track_caller]
    fn check(host: Option<&str>, path: &str, expected: Option<ClusterKind>) {
        assert_eq!(ClusterKind::at(host, path), expected, "{host:?} {path}");
    }

    #[test]
    fn a_path_belongs_to_its_host() {
        let lake = Some(ClusterKind::DataLake);
        let workspace = format!("{RESOURCE}/microsoft.operationalinsights/workspaces/w");
        let component = format!("{RESOURCE}/Microsoft.Insights/components/c.1_(x)");
        for (host, path, expected) in [
            ("help.kusto.windows.net", "", Some(ClusterKind::Kusto)),
            (LAKE_HOST, "", Some(ClusterKind::Kusto)),
            (LAKE_HOST, LAKE_PATH, lake),
            ("westeurope.api.securityplatform.microsoft.com", LAKE_PATH, lake),
            ("a.b.api.securityplatform.microsoft.com", LAKE_PATH, None),
            (".api.securityplatform.microsoft.com", LAKE_PATH, None),
            ("evilapi.securityplatform.microsoft.com", LAKE_PATH, None),
            ("help.kusto.windows.net", LAKE_PATH, None),
            ("ade.loganalytics.io", LAKE_PATH, None),
            (LAKE_HOST, "/lake", None),
            (LAKE_HOST, "/lake/kql/jobs", None),
            (LAKE_HOST, "/Lake/kql", None),
            (LAKE_HOST, &workspace, None),
            ("ade.loganalytics.io", &workspace, Some(ClusterKind::LogAnalytics)),
            ("ade.loganalytics.io", &component, None),
            ("ade.applicationinsights.io", &component, Some(ClusterKind::ApplicationInsights)),
            ("ade.applicationinsights.io", &workspace, None),
            ("adx.monitor.azure.com", &workspace, None),
        ] {
            check(Some(host), path, expected);
        }
        check(None, LAKE_PATH, lake);
        check(None, &workspace, Some(ClusterKind::LogAnalytics));
        check(None, "/x", None);
    }

    #[test]
    fn a_resource_id_is_whole_and_has_no_other_characters() {
        let good = format!("{RESOURCE}/microsoft.operationalinsights/workspaces/w");
        for (part, instead) in [
            ("0f0f0f0f-", "0f0f0f0g-"),
            ("0f0f0f0f-", "0f0f0f0-"),
            ("0f0f0f0f-", ""),
            ("/rg/", "//"),
            ("/rg/", "/../"),
            ("/rg/", "/r:g/"),
            ("/rg/", "/r@g/"),
            ("/rg/", "/r;g/"),
            ("/workspaces/w", "/workspaces"),
            ("/workspaces/w", "/workspaces/"),
            ("/workspaces/w", "/workspaces/."),
            ("/workspaces/w", "/workspaces/w/x"),
            ("/workspaces/w", "/workspaces/w,x"),
            ("/workspaces/", "/tables/"),
            ("microsoft.operationalinsights", "microsoft.operationalinsights.evil"),
            ("subscriptions", "subscription"),
        ] {
            check(None, &good.replacen(part, instead, 1), None);
        }
        check(None, &format!("{RESOURCE}/microsoft.operationalinsights/workspaces/{}", "w".repeat(64)), None);
        check(None, &good.to_ascii_uppercase(), Some(ClusterKind::LogAnalytics));
    }
}
