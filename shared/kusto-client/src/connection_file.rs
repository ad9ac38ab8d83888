//! The connection file: `[[connection]]` tables in TOML, or one connection from settings of its own.

use crate::{
    connection::{Connection, Connections, Permissions},
    limits::Limits,
    pace::Rate,
    toml_reader::{FileError, NOT_PLAIN, Table, expected, is_plain, read_tables, required_name},
    workspace,
};
use auth::{
    aws_role::{AwsRole, Region},
    cluster_kind::ClusterKind,
    cluster_url::ClusterUrl,
    credential::{Audience, AwsFederated, ClientId, ClientSecret, Credential, CredentialError, TenantId},
    secret::Lookup,
    stored_secret::SecretSource,
};
use kql::command::command_verb;
use std::fmt;

/// The keys of a connection.
const KEYS: &[&str] = &[
    "name",
    "cluster",
    "databases",
    "credential",
    "commands",
    "plugins",
    "callers",
    "limits",
    "allow_external_data",
    "allow_cross_cluster",
];

/// The kinds of credential; the last one is for loopback.
const KINDS: &[&str] = &["aws-federated", "client-secret", "managed-identity", "caller-token", "azure-cli", "none"];

/// The keys of the limits of a data lake; the first three are those of every connection.
const LAKE_LIMITS: [&str; 5] = ["rows", "bytes", "seconds", "queries_per_minute", "queries_at_once"];

impl Connections {
    /// The one connection `default` that separate settings make: to one database of one cluster, with the defaults of the file.
    ///
    /// # Errors
    /// Where the credential does not fit the cluster: see [`Authorization::new`](auth::authorization::Authorization::new).
    pub fn single(cluster: ClusterUrl, database: &str, credential: Credential) -> Result<Self, CredentialError> {
        let permissions = Permissions::of_databases(vec![database.to_owned()]);
        let limits = Limits::of(cluster.kind());
        let connection = Connection::new("default".to_owned(), cluster, credential, permissions, limits)?;
        Ok(Self::one(connection))
    }

    /// The connections of a connection file; `lookup` gives the secrets it refers to.
    ///
    /// # Errors
    /// All its mistakes, each with line and key.
    pub fn from_toml(text: &str, lookup: Lookup<'_>) -> Result<Self, FileError> {
        let mut names = Vec::new();
        let connections =
            read_tables("connection file", "connection", text, |table| read_connection(table, &mut names, lookup));
        connections.map(Self::several)
    }
}

fn read_connection(table: &Table<'_, '_>, names: &mut Vec<String>, lookup: Lookup<'_>) -> Option<Connection> {
    table.only(KEYS);
    let name = required_name(table, names);
    let cluster = read_with(table, "cluster", ClusterUrl::parse);
    let kind = cluster.as_ref().map_or(ClusterKind::Kusto, ClusterUrl::kind);
    let permissions = read_permissions(table, kind);
    let (limits, rate) = read_limits(table, kind);
    let credential = table.required_table("credential").and_then(|credential| read_credential(&credential, lookup));
    let connection = Connection::new(name?.to_owned(), cluster?, credential?, permissions, limits);
    let connection = connection.map_err(|error| table.mistake("credential", format!("does not fit: {error}"))).ok()?;
    Some(connection.at_rate(rate))
}

fn read_permissions(table: &Table<'_, '_>, kind: ClusterKind) -> Permissions {
    let mut permissions = Permissions::of_databases(table.required_texts("databases").unwrap_or_default());
    check_names(table, "databases", &permissions.databases);
    let is_of_the_lake = |name: &String| name == "*" || workspace::is_one(name);
    if kind == ClusterKind::DataLake && !permissions.databases.iter().all(is_of_the_lake) {
        table.mistake(
            "databases",
            format!("has a name that no database of the data lake has: it is {}", workspace::FORM),
        );
    }
    if let Some(commands) = table.texts("commands") {
        // What a command is refused by is what its connection can list: `execute database script` is a verb of three words.
        let is_verb = |verb: &String| command_verb(&format!(".{verb}")).is_ok_and(|read| read == *verb);
        if !commands.iter().all(is_verb) {
            table.mistake("commands", "must hold verbs without the dot, such as \"show\"; there is no \"*\" for all");
        }
        permissions.commands = commands;
    }
    if let Some(plugins) = table.texts("plugins") {
        let is_plugin = |name: &String| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !plugins.iter().all(is_plugin) {
            table.mistake("plugins", "must hold names of plugins, such as \"pivot\"; there is no \"*\" for all");
        }
        permissions.plugins = plugins;
    }
    if let Some(callers) = table.texts("callers") {
        check_names(table, "callers", &callers);
        permissions.callers = callers;
    }
    permissions.external_data = table.flag("allow_external_data").unwrap_or_default();
    permissions.cross_cluster = table.flag("allow_cross_cluster").unwrap_or_default();
    permissions
}

/// Names of a list that may be `*` for all of them, and then nothing else: beside it the others look like a restriction and are none.
fn check_names(table: &Table<'_, '_>, key: &str, names: &[String]) {
    if !names.iter().all(|name| is_plain(name)) {
        table.mistake(key, NOT_PLAIN);
    }
    if names.len() > 1 && names.iter().any(|name| name == "*") {
        table.mistake(key, "holds \"*\", which is all, beside others; keep either");
    }
    if names.iter().enumerate().any(|(index, name)| names[..index].contains(name)) {
        table.mistake(key, "holds a name twice");
    }
}

fn read_limits(table: &Table<'_, '_>, kind: ClusterKind) -> (Limits, Rate) {
    let (mut limits, mut rate) = (Limits::of(kind), Rate::default());
    let Some(table) = table.table("limits") else { return (limits, rate) };
    table.only(if kind == ClusterKind::DataLake { &LAKE_LIMITS } else { &LAKE_LIMITS[..3] });
    let number = |most: u64| format!("must be a whole number from 1 to {most}");
    let most = Limits::MOST;
    read_limit(&table, "rows", &mut limits.rows, most.rows, &number(most.rows), |_| None);
    let size = format!("must be a size such as \"32 MiB\", at most {} MiB", most.bytes >> 20);
    read_limit(&table, "bytes", &mut limits.bytes, most.bytes, &size, read_bytes);
    read_limit(&table, "seconds", &mut limits.seconds, most.seconds, &number(most.seconds), |_| None);
    if kind == ClusterKind::DataLake {
        read_rate(&table, &mut rate);
    }
    (limits, rate)
}

fn read_rate(table: &Table<'_, '_>, rate: &mut Rate) {
    let most = Rate::MOST;
    for (key, limit, most) in [
        ("queries_per_minute", &mut rate.per_minute, most.per_minute),
        ("queries_at_once", &mut rate.at_once, most.at_once),
    ] {
        let must_be = format!("must be a whole number from 1 to {most}");
        let value = table.number(key, &must_be, |_| None).map(|value| usize::try_from(value).unwrap_or(usize::MAX));
        match value {
            Some(value) if (1..=most).contains(&value) => *limit = value,
            Some(_) => table.mistake(key, must_be),
            None => {}
        }
    }
}

fn read_limit(
    table: &Table<'_, '_>,
    key: &str,
    limit: &mut u64,
    most: u64,
    must_be: &str,
    read: impl FnOnce(&str) -> Option<u64>,
) {
    match table.number(key, must_be, read) {
        Some(value) if (1..=most).contains(&value) => *limit = value,
        Some(_) => table.mistake(key, must_be),
        None => {}
    }
}

/// `32 MiB`, `512 KiB`, `1000 B`.
fn read_bytes(text: &str) -> Option<u64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let unit = match unit.trim() {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

fn read_credential(table: &Table<'_, '_>, lookup: Lookup<'_>) -> Option<Credential> {
    match table.required_text("kind")? {
        "none" => {
            table.only(&["kind"]);
            Some(Credential::None)
        }
        "client-secret" => read_client_secret(table, lookup),
        "aws-federated" => read_aws_federated(table, lookup),
        "managed-identity" => {
            table.only(&["kind", "client_id"]);
            read_optional(table, "client_id", ClientId::parse).map(Credential::ManagedIdentity)
        }
        "caller-token" => {
            table.only(&["kind"]);
            Some(Credential::CallerToken)
        }
        "azure-cli" => read_azure_cli(table, lookup),
        kind => {
            table.mistake("kind", format!("is not known; {}", expected(kind, KINDS)));
            None
        }
    }
}

/// For development: a function on Lambda has no CLI, and must not run what is called so.
fn read_azure_cli(table: &Table<'_, '_>, lookup: Lookup<'_>) -> Option<Credential> {
    table.only(&["kind", "tenant"]);
    // Lambda sets it (docs: defined runtime environment variables); what runs a function elsewhere sets no more than the runtime API.
    if lookup("AWS_LAMBDA_INITIALIZATION_TYPE").is_some() {
        table.mistake("kind", "is azure-cli, which is for development and never for Lambda; use aws-federated");
        return None;
    }
    read_optional(table, "tenant", TenantId::parse).map(Credential::AzureCli)
}

fn read_client_secret(table: &Table<'_, '_>, lookup: Lookup<'_>) -> Option<Credential> {
    table.only(&["kind", "tenant", "client_id", "secret"]);
    let tenant = read_with(table, "tenant", TenantId::parse);
    let client_id = read_with(table, "client_id", ClientId::parse);
    let secret = read_with(table, "secret", |reference| SecretSource::parse(reference, lookup));
    Some(Credential::ClientSecret(ClientSecret { tenant: tenant?, client_id: client_id?, secret: secret? }))
}

fn read_aws_federated(table: &Table<'_, '_>, lookup: Lookup<'_>) -> Option<Credential> {
    table.only(&["kind", "tenant", "client_id", "audience", "region"]);
    let tenant = read_with(table, "tenant", TenantId::parse);
    let client_id = read_with(table, "client_id", ClientId::parse);
    let audience = read_optional(table, "audience", Audience::parse);
    let region = read_optional(table, "region", Region::parse);
    let role = region.and_then(|region| read_role(table, region, lookup));
    let audience = audience?.unwrap_or_default();
    Some(Credential::AwsFederated(AwsFederated { tenant: tenant?, client_id: client_id?, audience, role: role? }))
}

fn read_role(table: &Table<'_, '_>, region: Option<Region>, lookup: Lookup<'_>) -> Option<AwsRole> {
    let role = AwsRole::from_environment(region, lookup);
    role.map_err(|error| table.mistake("kind", format!("cannot be used: {error}"))).ok()
}

/// What `parse` makes of the text `key` where there is one; none at all where it is wrong.
fn read_optional<T, E: fmt::Display>(
    table: &Table<'_, '_>,
    key: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<Option<T>> {
    if table.has(key) { read_with(table, key, parse).map(Some) } else { Some(None) }
}

/// What `parse` makes of the required text `key`.
fn read_with<T, E: fmt::Display>(
    table: &Table<'_, '_>,
    key: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    let parsed = parse(table.required_text(key)?);
    parsed.map_err(|error| table.mistake(key, format!("cannot be used: {error}"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use auth::secret::Secret;
    use proptest::proptest;

    fn read(text: &str) -> Result<Connections, String> {
        let lookup = |name: &str| (name == "SECRET").then(|| "s3cret-canary".to_owned());
        Connections::from_toml(text, &lookup).map_err(|error| {
            assert!(!error.to_string().contains("canary"), "{error}");
            error.mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        })
    }

    const WHOLE: &str = r#"
[[connection]]
name = "soc"
cluster = "https://Help.kusto.windows.net/"
databases = ["Samples", "Other"]
credential = { kind = "client-secret", tenant = "contoso.onmicrosoft.com", client_id = "11111111-2222", secret = "env:SECRET" }
commands = ["show", "set-or-append", "execute database script"]
plugins = []
callers = ["spn"]
limits = { rows = 500_000, bytes = "64 MiB", seconds = 3600 }
allow_external_data = true
allow_cross_cluster = true

[[connection]]
name = "local"
cluster = "http://127.0.0.1:8080"
databases = ["*"]
credential = { kind = "none" }
"#;

    #[test]
    fn a_whole_file_is_read() {
        let connections = format!("{:#?}", read(WHOLE).unwrap());
        insta::assert_snapshot!("whole_file", connections);
    }

    #[test]
    fn the_documented_file_is_one_and_its_defaults_are_the_defaults() {
        let page = include_str!("../../../docs/connections.md").replace('…', "1");
        let (_, documented) = page.split_once("```toml\n").unwrap();
        let (documented, _) = documented.split_once("```").unwrap();
        let (required, _) = documented.split_once("# What follows").unwrap();
        let surroundings = |name: &str| Some(if name == "AWS_REGION" { "eu-central-1" } else { "x" }.to_owned());
        let connection = |text: &str| {
            let connections = Connections::from_toml(text, &surroundings).unwrap();
            format!("{:?} {:?}", connections.all()[0].permissions(), connections.all()[0].limits())
        };
        assert_eq!(connection(documented), connection(required));
        for key in KEYS {
            assert!(documented.contains(&format!("{key} = ")), "{key}");
        }
        for kind in KINDS {
            assert!(page.contains(&format!("| `{kind}` |")), "{kind}");
        }
    }

    #[test]
    fn the_example_of_a_security_team_is_one() {
        let surroundings = |name: &str| Some(if name == "AWS_REGION" { "eu-central-1" } else { "x" }.to_owned());
        let example = include_str!("../../../docs/sentinel-connections.toml");
        let connections = Connections::from_toml(example, &surroundings).unwrap();
        let kinds: Vec<_> = connections.all().iter().map(|connection| connection.kind().to_string()).collect();
        assert_eq!(kinds, ["data lake", "Log Analytics workspace", "Application Insights component"]);
        let lake = &connections.all()[0];
        assert_eq!((lake.limits(), lake.pace().unwrap().rate()), (Limits::of(ClusterKind::DataLake), Rate::default()));
    }

    #[test]
    fn every_mistake_is_reported_with_line_and_key() {
        let mistakes = read(include_str!("../tests/wrong-connections.toml")).unwrap_err();
        insta::assert_snapshot!("mistakes", mistakes);
    }

    proptest! {
        #[test]
        fn a_damaged_file_is_read_or_refused_with_lines_that_it_has(
            start in 0..WHOLE.len(),
            length in 0..80_usize,
            instead in r#"[\[\]{}"=,.#a0\n\u{e9}]{0,4}"#,
        ) {
            let end = (start + length).min(WHOLE.len());
            let damaged = format!("{}{instead}{}", &WHOLE[..start], &WHOLE[end..]);
            let lookup = |_: &str| Some("s3cret-canary".to_owned());
            if let Err(error) = Connections::from_toml(&damaged, &lookup) {
                assert!(!error.to_string().contains("canary"), "{error}");
                let lines = damaged.lines().count().max(1) + 1;
                assert!(!error.mistakes.is_empty() && error.mistakes.iter().all(|mistake| (1..=lines).contains(&mistake.line)));
            }
        }
    }

    #[test]
    fn what_is_no_file_of_connections_is_said() {
        for (text, expected) in [
            ("", "line 1: `connection` is missing; a file holds one [[connection]] table or more"),
            ("connection = []", "line 1: `connection` is missing; a file holds one [[connection]] table or more"),
            ("\nconnection = 1", "line 2: `connection` must be written [[connection]]"),
            ("[connection]\nname = 'x'", "line 1: `connection` must be written [[connection]]"),
            ("connection = [1]", "line 1: `connection` must be a table"),
        ] {
            assert_eq!(read(text).unwrap_err(), expected, "{text}");
        }
        let syntax = read("[[connection]]\nname = \"s3cret-canary\ncluster = s3cret-canary\n").unwrap_err();
        assert!(syntax.starts_with("line 2: is not TOML: "), "{syntax}");
        let twice = read("[[connection]]\nname = 'x'\nname = 's3cret-canary'\n").unwrap_err();
        assert!(twice.starts_with("line 3: is not TOML: duplicate key"), "{twice}");
    }

    #[test]
    fn limits_are_within_the_engines_own() {
        let with = |limits: &str| {
            read(&WHOLE.replace("limits = { rows = 500_000, bytes = \"64 MiB\", seconds = 3600 }", limits))
        };
        let bytes = |limits: &str| with(limits).map(|connections| connections.all()[0].limits().bytes).ok();
        assert_eq!(with("").unwrap().all()[0].limits(), Limits::default());
        assert_eq!(bytes("limits = { bytes = 1000 }"), Some(1000));
        assert_eq!(bytes("limits = { bytes = \"1000 B\" }"), Some(1000));
        assert_eq!(bytes("limits = { bytes = \"512 KiB\" }"), Some(512 << 10));
        for wrong in ["65 MiB", "1.5 MiB", "1MiB", "", "-1 B", "99999999999999999999 MiB", "18446744073709551615 KiB"] {
            assert_eq!(bytes(&format!("limits = {{ bytes = \"{wrong}\" }}")), None, "{wrong}");
        }
        assert_eq!(bytes("limits = { bytes = -1 }"), None);
    }

    #[test]
    fn a_data_lake_has_limits_and_names_of_its_own() {
        let lake = |more: &str| {
            read(&format!(
                "[[connection]]\nname = 'l'\ncluster = 'https://api.securityplatform.microsoft.com/lake/kql'\n\
                 credential = {{ kind = 'caller-token' }}\n{more}"
            ))
        };
        let connections = lake("databases = ['default', 'soc-12345678-abcd-abcd-1234-1234567890ab']").unwrap();
        let connection = &connections.all()[0];
        assert_eq!(connection.limits(), Limits { rows: 500_000, bytes: 64 << 20, seconds: 240 });
        assert_eq!(connection.pace().unwrap().rate(), Rate { per_minute: 30, at_once: 10 });
        assert_eq!(connection.any_database(), "default");
        let limits = "databases = ['*']\nlimits = { rows = 1000, queries_per_minute = 45, queries_at_once = 3 }";
        let connections = lake(limits).unwrap();
        let connection = &connections.all()[0];
        assert_eq!((connection.limits().rows, connection.limits().seconds), (1000, 240));
        assert_eq!(connection.pace().unwrap().rate(), Rate { per_minute: 45, at_once: 3 });
        let named = |name: &str| connection.database(Some(name)).map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(named("default"), Ok(()));
        assert!(named("soc").unwrap_err().starts_with("\"soc\" is no database of the data lake: it is `default`, or"));
        for (more, expected) in [
            ("databases = ['soc']", "line 5: `databases` has a name that no database of the data lake has"),
            (
                "databases = ['*']\nlimits = { queries_at_once = 0 }",
                "line 6: `limits.queries_at_once` must be a whole number from 1 to 1000",
            ),
            (
                "databases = ['*']\nlimits = { queries_per_minute = 'x' }",
                "line 6: `limits.queries_per_minute` must be a whole number from 1 to 10000",
            ),
        ] {
            let error = lake(more).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
        let other = read(&WHOLE.replace("rows = 500_000", "queries_per_minute = 5")).unwrap_err();
        assert!(other.starts_with("line 10: `limits.queries_per_minute` is not known"), "{other}");
    }

    #[test]
    fn permissions_are_lists_of_names() {
        const NO_VERB: &str =
            "line 7: `commands` must hold verbs without the dot, such as \"show\"; there is no \"*\" for all";
        for (key, value, expected) in [
            ("callers", "[]", ""),
            ("callers", r#"["arn:aws:sts::1:assumed-role/reports", "ada"]"#, ""),
            ("callers", r#"["*"]"#, ""),
            ("callers", r#"["*", "ada"]"#, "line 9: `callers` holds \"*\", which is all, beside others; keep either"),
            ("callers", r#"["ada", "ada"]"#, "line 9: `callers` holds a name twice"),
            (
                "callers",
                r#"["ada "]"#,
                "line 9: `callers` must not begin or end with a blank, or hold control characters",
            ),
            ("callers", r#"[1]"#, "line 9: `callers` must be a list of texts that are not empty"),
            ("commands", "[]", ""),
            ("commands", r#"["execute  database"]"#, NO_VERB),
            ("commands", r#"["show", "create-or-alter", "execute database script"]"#, ""),
            ("commands", r#"["show tables"]"#, NO_VERB),
            ("commands", r#"["show // T"]"#, NO_VERB),
            ("commands", r#"["show\n.drop"]"#, NO_VERB),
            ("commands", r#"[".show"]"#, NO_VERB),
            ("plugins", r#"["pivot", "python"]"#, ""),
            (
                "plugins",
                r#"["python()"]"#,
                "line 8: `plugins` must hold names of plugins, such as \"pivot\"; there is no \"*\" for all",
            ),
            ("databases", r#"["My data", "Größe"]"#, ""),
            (
                "databases",
                "[\"a\\u0007b\"]",
                "line 5: `databases` must not begin or end with a blank, or hold control characters",
            ),
        ] {
            let with = |line: &str| {
                if line.starts_with(&format!("{key} = ")) { format!("{key} = {value}") } else { line.to_owned() }
            };
            let (first, rest) = WHOLE.split_once("allow_external_data").unwrap();
            let text = first.lines().map(with).collect::<Vec<_>>().join("\n") + "\nallow_external_data" + rest;
            assert_eq!(read(&text).err().unwrap_or_default(), expected, "{key} = {value}");
        }
    }

    #[test]
    fn settings_make_one_connection() {
        let secret = || {
            let (tenant, client_id) = (TenantId::parse("x").unwrap(), ClientId::parse("1").unwrap());
            Credential::ClientSecret(ClientSecret { tenant, client_id, secret: Secret::new("s3cret-canary").into() })
        };
        let single = |cluster: &str, credential| {
            let cluster = ClusterUrl::parse(cluster).unwrap();
            Connections::single(cluster, "db", credential).map_err(|error| error.to_string())
        };
        let one = single("https://help.kusto.windows.net", secret()).unwrap();
        assert_eq!(one.select(None, None, |_| true).unwrap().database(None).unwrap().name(), "db");
        for (cluster, credential, expected) in [
            (
                "https://help.kusto.windows.net",
                Credential::None,
                "credential kind `none` is for a loopback cluster only; use `client-secret`",
            ),
            (
                "http://localhost:8080",
                secret(),
                "a token is never sent over plain http; use credential kind `none` with a loopback cluster",
            ),
        ] {
            assert_eq!(single(cluster, credential).unwrap_err(), expected);
        }
    }
}
