//! A cluster, an Entra and a function between them, behind a proxy and TLS.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tests::{
    lambda::Function,
    network::{Network, Quality, Reply, Seen},
};

pub(super) const METADATA: &str = r#"{"AzureAD":{"LoginEndpoint":"https://login.microsoftonline.com","KustoServiceResourceId":"https://kusto.kusto.windows.net"}}"#;
const ONE: &str = r#"[{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0"},{"FrameType":"DataTable","TableId":0,"TableKind":"PrimaryResult","TableName":"PrimaryResult","Columns":[{"ColumnName":"print_0","ColumnType":"long"}],"Rows":[[1]]},{"FrameType":"DataSetCompletion","HasErrors":false,"Cancelled":false}]"#;

/// A token for the application `reports`.
fn token() -> Reply {
    let claims = json!({
        "appid": "11111111-2222", "oid": "33333333-4444", "tid": "55555555-6666", "app_displayname": "reports",
        "aud": "https://help.kusto.windows.net", "exp": 9_999_999_999_u64,
    });
    let claims = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
    Reply::json(
        json!({"token_type": "Bearer", "expires_in": 3599, "access_token": format!("eyJhbGciOiJSUzI1NiJ9.{claims}.t0ken-canary")})
            .to_string(),
    )
}

/// The answer of a management command: columns, all strings, and rows.
pub(super) fn rows<const N: usize>(columns: [&str; N], rows: &[[&str; N]]) -> Reply {
    let columns = columns.map(|name| json!({"ColumnName": name, "DataType": "String", "ColumnType": "string"}));
    let rows: Vec<_> = rows.iter().map(|row| json!(row.as_slice())).collect();
    let table = json!({"TableName": "Table_0", "Columns": columns.as_slice(), "Rows": rows});
    Reply::json(json!({ "Tables": [table] }).to_string())
}

pub(super) fn policy(policy: &str) -> Reply {
    rows(["PolicyName", "EntityName", "Policy"], &[["StreamingIngestionPolicy", "x", policy]])
}

pub(super) fn not_found(what: &str) -> Reply {
    let message = format!("Entity ID '{what}' was not found.");
    Reply::new(400, "", json!({"error": {"code": "BadRequest_EntityNotFound", "@message": message}}).to_string())
}

pub(super) fn entra(code: &str) -> Reply {
    let refusal = format!(
        r#"{{"error":"invalid_client","error_description":"AADSTS{code}: s3cret-canary","error_codes":[{code}]}}"#
    );
    Reply::new(401, "", refusal)
}

/// What a request is about: its statement, or else its path.
pub(super) fn about(seen: &Seen) -> String {
    let statement =
        serde_json::from_str::<Value>(&seen.body).ok().and_then(|body| Some(body["csl"].as_str()?.to_owned()));
    statement.unwrap_or_else(|| format!("{}{}", seen.host, seen.target))
}

/// The cluster and the login endpoint as they should be.
pub(super) fn well(about: &str) -> Reply {
    match about {
        "help.kusto.windows.net/v1/rest/auth/metadata" => Reply::json(METADATA),
        "login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token" => token(),
        "print 1" => Reply::json(ONE),
        ".show databases" => rows(["DatabaseName", "PrettyName"], &[["Samples", ""], ["SecurityLogs", "Security"]]),
        ".show principal roles" => rows(
            ["Scope", "DisplayName", "AADObjectID", "Role"],
            &[["Database Samples", "reports", "3", "Viewer"], ["Database Other", "reports", "3", "Admin"]],
        ),
        ".show tables" => rows(["TableName"], &[["Logs"], ["Logins"]]),
        ".show table ['Logs'] schema as json" => rows(
            ["TableName", "Schema"],
            &[[
                "Logs",
                r#"{"Name":"Logs","OrderedColumns":[{"Name":"At","Type":"System.DateTime","CslType":"datetime"}]}"#,
            ]],
        ),
        ".show table ['Logs'] policy streamingingestion" => policy(r#"{"IsEnabled":true}"#),
        ".show table ['Logs'] ingestion mappings" => rows(["Name", "Kind"], &[["ingest", "Json"]]),
        other => not_found(other),
    }
}

/// A function, and what it talks to.
pub(super) struct Setup {
    pub(super) function: Function,
    pub(super) network: Network,
}

/// Settings of a client secret.
pub(super) const CLIENT_SECRET: [(&str, &str); 5] = [
    ("KUSTO_CLUSTER", "https://help.kusto.windows.net"),
    ("KUSTO_DATABASE", "Samples"),
    ("AZURE_TENANT_ID", "contoso.onmicrosoft.com"),
    ("AZURE_CLIENT_ID", "11111111-2222"),
    ("AZURE_CLIENT_SECRET", "s3cret-canary"),
];

impl Setup {
    /// What `changed` does not answer is as it should be.
    pub(super) fn new(
        settings: &[(&str, &str)],
        changed: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        Self::with_certificate(Quality::Good, settings, changed)
    }

    /// The same, with a certificate of the cluster of this quality.
    pub(super) fn with_certificate(
        quality: Quality,
        settings: &[(&str, &str)],
        changed: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let network = Network::with_certificate("help.kusto.windows.net", quality, move |seen| {
            let about = about(seen);
            changed(&about).unwrap_or_else(|| well(&about))
        });
        let function = Function::start("check-connection", &network.settings(settings));
        Self { function, network }
    }

    /// The reply to a request for everything, which shows no secret.
    pub(super) fn reply(&self) -> Value {
        let reply = self.function.invoke(&json!({"table": "Logs", "mapping": "ingest"})).reply();
        assert!(!reply.to_string().contains("canary"), "{reply}");
        reply
    }
}
