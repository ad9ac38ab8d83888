//! The table that records go into: its declared schema, the commands that make it, none of which destroys anything, and a request into it.

use kql::{
    name::{is_identifier, quote},
    scalar_type::ScalarType,
    string::quote as quote_text,
};
use kusto_client::{
    connection::Database,
    ingest::{DataFormat, Ingested, Ingestion},
    request::Request,
};
use kusto_protocol::sink::Ignored;
use runtime::{
    command::allow_verb,
    error::{ActionError, ErrorType},
    kusto::Kusto,
};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor},
};
use serde_json::json;
use std::{collections::HashSet, fmt};
use tokio::time::Instant;

/// The columns of a table, in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema(pub Vec<(String, ScalarType)>);

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Columns)
    }
}

/// Keeps the order of the columns, which a map would lose.
struct Columns;

impl<'de> Visitor<'de> for Columns {
    type Value = Schema;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of column names and types, such as {\"Timestamp\": \"datetime\"}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Schema, A::Error> {
        let mut columns: Vec<(String, ScalarType)> = Vec::new();
        while let Some((name, type_name)) = map.next_entry::<String, String>()? {
            let scalar_type = ScalarType::from_name(&type_name).ok_or_else(|| {
                de::Error::custom(format!(
                    "column `{name}` has the unknown type {type_name:?}: use one of Kusto's, such as string"
                ))
            })?;
            columns.push((name, scalar_type));
        }
        Schema::new(columns).map_err(de::Error::custom)
    }
}

impl Schema {
    /// The columns, in order.
    ///
    /// # Errors
    /// Where there is none, one is there twice, or no ingestion mapping can name it.
    pub fn new(columns: Vec<(String, ScalarType)>) -> Result<Self, String> {
        let mut names = HashSet::new();
        for (name, _) in &columns {
            if path(name).is_none() {
                return Err(format!(
                    "column `{name}` has a name that no ingestion mapping can hold: leave out the backslash, or one kind of its quotes"
                ));
            }
            if !names.insert(name) {
                return Err(format!("column `{name}` is declared twice"));
            }
        }
        if columns.is_empty() { Err("a table needs a column".to_owned()) } else { Ok(Self(columns)) }
    }
}

/// Whether `name` can be a table or a mapping: what needs no tricks to be written, in a command or in a URL.
///
/// Source: "Entity names" of the Kusto documentation, without blanks at the ends.
pub fn is_entity_name(name: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    let dots = name == "." || name.contains("..");
    !name.is_empty() && name.len() <= 1024 && name.trim() == name && name.chars().all(allowed) && !dots
}

/// The verbs of the commands that make a table, in order; the last is that of the streaming policy.
pub const VERBS: [&str; 3] = ["create-merge", "create-or-alter", "alter"];

/// Makes `table` ready for ingestion through `mapping` by the commands of `verbs`, the first of [`VERBS`], where the connection allows them.
///
/// # Errors
/// Where it does not, or the service refuses.
pub async fn create(
    kusto: &Kusto,
    database: &Database<'_>,
    table: &str,
    mapping: &str,
    schema: &Schema,
    verbs: &[&str],
    deadline: Instant,
) -> Result<(), ActionError> {
    for verb in verbs {
        allow_verb(database.connection(), verb)?;
    }
    for command in commands(table, mapping, schema).into_iter().take(verbs.len()) {
        let request = Request::new(database, &command, "ingest", deadline);
        kusto.client().command(&request, &mut Ignored).await?;
    }
    Ok(())
}

/// Streams JSON lines into `table` through `mapping`.
///
/// # Errors
/// Where the service did not say that it took them: `OutcomeUnknown` where it may have.
pub async fn stream(
    kusto: &Kusto,
    database: &Database<'_>,
    table: &str,
    mapping: &str,
    lines: &[u8],
    deadline: Instant,
) -> Result<Ingested, ActionError> {
    let mut ingestion = Ingestion::new(database, table, DataFormat::Json, lines, deadline);
    ingestion.mapping = Some(mapping);
    let ingested = kusto.client().ingest(&ingestion).await?;
    match ingested.update_policy_failure {
        None => Ok(ingested),
        Some(_) => Err(ActionError {
            client_request_id: Some(ingested.client_request_id),
            activity_id: ingested.activity_id,
            ..ActionError::new(
                ErrorType::OutcomeUnknown,
                "the records were taken but the table's update policy failed: see `.show ingestion failures`",
            )
        }),
    }
}

/// The commands that make `table` with these columns ready for streaming ingestion through `mapping`.
///
/// A table that is there keeps its columns and gets those that are missing. The mapping is replaced: it is named for us.
pub fn commands(table: &str, mapping: &str, Schema(columns): &Schema) -> [String; 3] {
    let declared: Vec<String> =
        columns.iter().map(|(name, scalar_type)| format!("{}:{scalar_type}", quote(name))).collect();
    let paths: Vec<_> = columns
        .iter()
        .map(|(name, scalar_type)| json!({"column": name, "datatype": scalar_type.name(), "Properties": {"Path": path(name)}}))
        .collect();
    let paths = quote_text(&serde_json::Value::from(paths).to_string());
    let (table, mapping) = (quote(table), quote_text(mapping));
    [
        format!(".create-merge table {table} ({})", declared.join(", ")),
        format!(".create-or-alter table {table} ingestion json mapping {mapping} {paths}"),
        format!(".alter table {table} policy streamingingestion enable"),
    ]
}

/// The JSON path of a property; none where it cannot be written.
///
/// Source: "JSONPath expressions" of the Kusto documentation, which knows both quotes and nothing that escapes them.
fn path(name: &str) -> Option<String> {
    match (name.contains('\''), name.contains('"'), name.contains('\\')) {
        _ if is_identifier(name) => Some(format!("$.{name}")),
        (false, _, false) => Some(format!("$['{name}']")),
        (true, false, false) => Some(format!("$[\"{name}\"]")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Schema, commands, is_entity_name};

    fn schema(json: &str) -> Result<Schema, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn the_commands_declare_quote_and_destroy_nothing() {
        let schema = schema(r#"{"Timestamp": "datetime", "it's": "real", "5\"": "int"}"#).unwrap();
        let commands = commands("Samples", "ingest", &schema);
        assert_eq!(
            commands,
            [
                r#".create-merge table ['Samples'] (['Timestamp']:datetime, ['it\'s']:real, ['5"']:int)"#,
                r#".create-or-alter table ['Samples'] ingestion json mapping "ingest" "[{\"Properties\":{\"Path\":\"$.Timestamp\"},\"column\":\"Timestamp\",\"datatype\":\"datetime\"},{\"Properties\":{\"Path\":\"$[\\\"it's\\\"]\"},\"column\":\"it's\",\"datatype\":\"real\"},{\"Properties\":{\"Path\":\"$['5\\\"']\"},\"column\":\"5\\\"\",\"datatype\":\"int\"}]""#,
                ".alter table ['Samples'] policy streamingingestion enable",
            ]
        );
    }

    #[test]
    fn columns_keep_their_order_and_mistakes_are_named() {
        assert_eq!(
            schema(r#"{"z": "long", "a": "string"}"#)
                .unwrap()
                .0
                .iter()
                .map(|(name, _)| name.as_str())
                .collect::<Vec<_>>(),
            ["z", "a"]
        );
        for (json, start) in [
            ("{}", "a table needs a column"),
            (r#"{"a": "text"}"#, "column `a` has the unknown type \"text\""),
            (r#"{"a": "long", "a": "long"}"#, "column `a` is declared twice"),
            (r#"{"a'\"": "long"}"#, "column `a'\"` has a name that no ingestion mapping can hold"),
            (r#"{"a\\": "long"}"#, "column `a\\` has a name that no ingestion mapping can hold"),
            ("[]", "invalid type: sequence, expected an object of column names and types"),
        ] {
            assert!(schema(json).unwrap_err().starts_with(start), "{json}");
        }
    }

    #[test]
    fn names_with_tricks_are_no_names() {
        for name in ["T", "my table", "a-b.c_1", "Größe"] {
            assert!(is_entity_name(name), "{name}");
        }
        for name in ["", " T", "a/b", "a?b", "a#b", ".", "..", "a..b", "['T']", "T;", "a%2fb", "a\nb", "a'b"] {
            assert!(!is_entity_name(name), "{name}");
        }
    }
}
