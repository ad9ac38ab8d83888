//! A cluster, Entra and AWS as they answer when all is well, for a [`crate::network::Network`].

use crate::network::{Reply, Seen};
use serde_json::json;

/// A cluster of the public cloud.
pub const CLUSTER: &str = "help.kusto.windows.net";
/// Where its tokens come from.
pub const LOGIN: &str = "login.microsoftonline.com";
/// Entra's token.
pub const TOKEN: &str = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.t0ken-canary";
/// The client secret.
pub const SECRET: &str = "s3cret-canary";
/// A secret of Secrets Manager, in the region of its ARN.
pub const ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:kusto-AbCdEf";
/// Who keeps it.
pub const SECRETS_MANAGER: &str = "secretsmanager.us-east-1.amazonaws.com";
/// Who keeps parameters, in the function's region.
pub const SYSTEMS_MANAGER: &str = "ssm.eu-central-1.amazonaws.com";
/// Who vouches for the function.
pub const STS: &str = "sts.eu-central-1.amazonaws.com";
/// What it vouches with.
pub const ASSERTION: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln-canary";

/// The answer to a query: one row.
pub const ONE_ROW: &str = r#"[{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0"},{"FrameType":"DataTable","TableId":0,"TableKind":"PrimaryResult","TableName":"PrimaryResult","Columns":[{"ColumnName":"n","ColumnType":"long"},{"ColumnName":"t","ColumnType":"string"}],"Rows":[[1,"one"]]},{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}]"#;

/// The answer to records.
pub const TAKEN: &str = r#"{"Tables":[{"TableName":"Table_0","Columns":[{"ColumnName":"ConsumedRecordsCount","DataType":"Int64"}],"Rows":[[1]]}]}"#;

/// Everybody's answer.
pub fn well(seen: &Seen) -> Reply {
    match (seen.host.as_str(), seen.target.as_str()) {
        (SECRETS_MANAGER, _) => Reply::json(json!({"ARN": ARN, "Name": "kusto", "SecretString": SECRET}).to_string()),
        (SYSTEMS_MANAGER, _) => Reply::json(json!({"Parameter": {"Name": "/kusto", "Value": SECRET}}).to_string()),
        (STS, _) => Reply::new(200, "Content-Type: text/xml\r\n", assertion()),
        (_, "/v1/rest/auth/metadata") => metadata(&seen.host),
        (_, target) if target.ends_with("/oauth2/v2.0/token") => token(TOKEN, 3599),
        (_, target) if target.starts_with("/v1/rest/ingest/") => Reply::json(TAKEN),
        _ => Reply::json(ONE_ROW),
    }
}

/// A token of Entra that is good for so many seconds.
pub fn token(token: &str, seconds: u32) -> Reply {
    Reply::json(json!({"token_type": "Bearer", "expires_in": seconds, "access_token": token}).to_string())
}

/// What the cluster `host` says of its login: that of its cloud.
fn metadata(host: &str) -> Reply {
    let entra = json!({"LoginEndpoint": format!("https://{}", login_of(host)), "LoginMfaRequired": false, "KustoClientAppId": "x"});
    Reply::json(json!({"AzureAD": entra, "dSTS": null}).to_string())
}

/// The login endpoints of other clouds than the public one, by how the names of their clusters end.
const CLOUDS: &[(&str, &str)] = &[
    (".usgovcloudapi.net", "login.microsoftonline.us"),
    (".azure.us", "login.microsoftonline.us"),
    (".chinacloudapi.cn", "login.partner.microsoftonline.cn"),
    (".azure.cn", "login.partner.microsoftonline.cn"),
    (".playfab.cn", "login.partner.microsoftonline.cn"),
    (".eaglex.ic.gov", "login.microsoftonline.eaglex.ic.gov"),
    (".microsoft.scloud", "login.microsoftonline.microsoft.scloud"),
    (".sovcloud-api.fr", "login.sovcloud-identity.fr"),
    (".azure.fr", "login.sovcloud-identity.fr"),
    (".sovcloud-api.de", "login.sovcloud-identity.de"),
    (".azure.de", "login.sovcloud-identity.de"),
    (".sovcloud-api.sg", "login.sovcloud-identity.sg"),
    (".azure.sg", "login.sovcloud-identity.sg"),
];

/// The login endpoint of the cluster `host`.
pub fn login_of(host: &str) -> &'static str {
    CLOUDS.iter().find(|(ending, _)| host.ends_with(ending)).map_or(LOGIN, |(_, login)| *login)
}

fn assertion() -> String {
    format!(
        "<GetWebIdentityTokenResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetWebIdentityTokenResult>\
         <WebIdentityToken>{ASSERTION}</WebIdentityToken></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>"
    )
}
