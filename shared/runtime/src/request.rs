//! Fields that requests have in common.

use crate::{error::ActionError, shape};
use kusto_client::request;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};
use std::time::Duration;

/// What to do when a result has more rows or bytes than it may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnLimit {
    /// Fail with `LimitExceeded`.
    #[default]
    Error,
    /// Leave out the rows past the limit, and say so in `completeness`.
    Truncate,
}

impl From<OnLimit> for request::OnLimit {
    fn from(on_limit: OnLimit) -> Self {
        match on_limit {
            OnLimit::Error => Self::Error,
            OnLimit::Truncate => Self::Truncate,
        }
    }
}

/// The client request properties that a caller may set, in our spelling or in the service's.
///
/// Source: "Request properties" of the Kusto REST API. Those that would weaken what the connection allows are not among them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    /// The most time the service may take: a timespan such as `00:04:00`.
    #[serde(alias = "servertimeout")]
    pub server_timeout: Option<String>,
    /// `strongconsistency` or `weakconsistency`.
    #[serde(alias = "queryconsistency")]
    pub query_consistency: Option<String>,
    /// What `now()` is: a datetime.
    #[serde(alias = "query_now")]
    pub query_now: Option<String>,
    /// How old a cached result may be: a timespan.
    #[serde(alias = "query_results_cache_max_age")]
    pub query_results_cache_max_age: Option<String>,
    /// The most rows, below the connection's limit.
    #[serde(alias = "truncationmaxrecords")]
    pub truncation_max_records: Option<u64>,
    /// The most bytes, below the connection's limit.
    #[serde(alias = "truncationmaxsize")]
    pub truncation_max_size: Option<u64>,
    /// A description that `.show queries` shows.
    #[serde(alias = "request_description")]
    pub request_description: Option<String>,
}

impl Options {
    /// Puts them, and what to do with more rows than are allowed, into a request.
    ///
    /// # Errors
    /// `BadRequest` where a value is none of its type.
    pub(crate) fn apply(&self, request: &mut request::Request<'_>, on_limit: OnLimit) -> Result<(), ActionError> {
        request.options = self.properties();
        request.server_timeout = self.server_timeout()?;
        request.on_limit = on_limit.into();
        request.limits.rows = self.truncation_max_records.unwrap_or(request.limits.rows);
        request.limits.bytes = self.truncation_max_size.unwrap_or(request.limits.bytes);
        Ok(())
    }

    /// The server timeout; none where it is not set.
    ///
    /// # Errors
    /// Where it is no timespan.
    fn server_timeout(&self) -> Result<Option<Duration>, ActionError> {
        let Some(text) = &self.server_timeout else { return Ok(None) };
        match duration(text) {
            Some(timeout) => Ok(Some(timeout)),
            None => Err(ActionError::bad_request("`options.serverTimeout` is no timespan: write it as hh:mm:ss")),
        }
    }

    /// The properties that are set and need no more than to be passed on, by the service's names.
    fn properties(&self) -> Map<String, Value> {
        let texts = [
            ("queryconsistency", &self.query_consistency),
            ("query_now", &self.query_now),
            ("query_results_cache_max_age", &self.query_results_cache_max_age),
            ("request_description", &self.request_description),
        ];
        let texts = texts.into_iter().filter_map(|(name, value)| Some((name, Value::from(value.clone()?))));
        texts.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// A timespan of less than a day: `hh:mm:ss`, or a number with `h`, `m` or `s`.
fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let seconds = if let [hours, minutes, seconds] = text.split(':').collect::<Vec<_>>()[..] {
        let (minutes, seconds): (u64, u64) = (minutes.parse().ok()?, seconds.parse().ok()?);
        if minutes > 59 || seconds > 59 {
            return None;
        }
        hours.parse::<u64>().ok()?.checked_mul(3600)?.checked_add(minutes * 60 + seconds)?
    } else {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let unit = match unit {
            "h" => 3600,
            "m" => 60,
            "s" => 1,
            _ => return None,
        };
        number.parse::<u64>().ok()?.checked_mul(unit)?
    };
    Some(Duration::from_secs(seconds))
}

/// The service's own `properties` of a request body: an object, or the same as JSON text, as some SDKs send it.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(with = "Form")]
pub struct Properties {
    /// `Options`.
    pub options: Options,
    /// `Parameters`.
    pub parameters: Map<String, Value>,
}

/// How it is written.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Form {
    Object(Fields),
    Text(String),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default, rename = "Options")]
    options: Options,
    #[serde(default, rename = "Parameters")]
    parameters: Map<String, Value>,
}

/// Whether `text` is written as a KQL literal, as some SDKs send values: `"text"`, `long(1)`. As a value it would be the text itself,
/// quotes included, which is hardly ever meant.
fn is_literal(text: &str) -> bool {
    let quoted = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    let typed = || {
        let name = text.strip_suffix(')').and_then(|text| text.split_once('('));
        name.is_some_and(|(name, _)| kql::scalar_type::ScalarType::from_name(name).is_some())
    };
    quoted('"') || quoted('\'') || typed()
}

/// The properties without those of the service's own samples that change nothing here: a query is always sent as one that only reads,
/// whatever they say of that, and always as KQL.
fn without_what_holds_anyway(mut properties: Value) -> Result<Value, String> {
    let Some(Value::Object(options)) = properties.get_mut("Options") else { return Ok(properties) };
    for name in ["request_readonly", "request_readonly_hardline"] {
        if options.get(name).is_some_and(Value::is_boolean) {
            options.remove(name);
        }
    }
    match options.remove("query_language") {
        None => Ok(properties),
        Some(Value::String(language)) if ["kql", "csl"].contains(&language.as_str()) => Ok(properties),
        Some(_) => Err("`query_language` must be \"kql\": a query of another language cannot be checked".to_owned()),
    }
}

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = match Value::deserialize(deserializer)? {
            Value::String(text) => {
                let value = serde_json::from_str(&text).map_err(de::Error::custom)?;
                shape::check(&text, None).map_err(de::Error::custom)?;
                value
            }
            value => value,
        };
        let value = without_what_holds_anyway(value).map_err(de::Error::custom)?;
        let Fields { options, parameters } = Fields::deserialize(value).map_err(de::Error::custom)?;
        if let Some((name, _)) = parameters.iter().find(|(_, value)| value.as_str().is_some_and(is_literal)) {
            return Err(de::Error::custom(format!(
                "parameter `{name}` in `properties` is a KQL literal: give its plain value, which is quoted and typed here"
            )));
        }
        Ok(Self { options, parameters })
    }
}

#[cfg(test)]
mod tests {
    use super::{Options, Properties, duration};
    use serde_json::{Value, json};
    use std::time::Duration;

    #[test]
    fn timespans() {
        for (text, seconds) in [("00:04:00", Some(240)), ("1:00:01", Some(3601)), ("50m", Some(3000)), ("5s", Some(5))]
        {
            assert_eq!(duration(text), seconds.map(Duration::from_secs), "{text}");
        }
        for text in ["", "5", "é", "00:60:00", "-1s", "1d", "99999999999999999999h", "a:b:c", "5124095576030431:59:59"]
        {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn options_go_by_our_names_and_the_services() {
        let ours: Options =
            serde_json::from_value(json!({"serverTimeout": "00:01:00", "truncationMaxRecords": 5})).unwrap();
        let theirs: Options =
            serde_json::from_value(json!({"servertimeout": "00:01:00", "truncationmaxrecords": 5})).unwrap();
        assert_eq!(ours, theirs);
        assert_eq!(ours.server_timeout().unwrap(), Some(Duration::from_secs(60)));
        let named: Options = serde_json::from_value(json!({"queryNow": "2026-11-20"})).unwrap();
        assert_eq!(Value::from(named.properties()), json!({"query_now": "2026-11-20"}));
    }

    #[test]
    fn an_option_that_weakens_is_refused_by_name() {
        for name in ["notruncation", "request_readonly", "request_external_data_disabled"] {
            let error = serde_json::from_value::<Options>(json!({name: false})).unwrap_err().to_string();
            assert!(error.starts_with(&format!("unknown field `{name}`")), "{error}");
        }
    }

    #[test]
    fn properties_are_an_object_or_its_text() {
        let object = json!({"Options": {"query_now": "2026-11-20"}, "Parameters": {"n": 1}});
        let from_object: Properties = serde_json::from_value(object.clone()).unwrap();
        let from_text: Properties = serde_json::from_value(Value::from(object.to_string())).unwrap();
        assert_eq!(from_object, from_text);
        assert_eq!(from_object.parameters["n"], 1);
        let twice = Value::from(r#"{"Parameters": {"n": 1, "n": 2}}"#);
        let error = serde_json::from_value::<Properties>(twice).unwrap_err().to_string();
        assert_eq!(error, "`Parameters.n` is there twice; leave one of them out");
    }

    /// The body in "Run KQL queries on the Microsoft Sentinel data lake using APIs".
    #[test]
    fn the_options_of_the_services_own_sample_are_taken() {
        let options = json!({
            "servertimeout": "00:04:00",
            "queryconsistency": "strongconsistency",
            "query_language": "kql",
            "request_readonly": false,
            "request_readonly_hardline": false,
        });
        let read: Properties = serde_json::from_value(json!({"Options": options})).unwrap();
        assert_eq!(read.options.server_timeout().unwrap(), Some(Duration::from_secs(240)));
        assert_eq!(Value::from(read.options.properties()), json!({"queryconsistency": "strongconsistency"}));
        for (name, value) in
            [("query_language", json!("sql")), ("query_language", json!(1)), ("request_readonly", json!("no"))]
        {
            let options = json!({"Options": {name: value}});
            assert!(serde_json::from_value::<Properties>(options).unwrap_err().to_string().contains(name));
        }
    }

    #[test]
    fn literals_among_the_services_parameters_are_refused() {
        for literal in ["\"bar\"", "'bar'", "long(10)", "datetime(2026-11-20)"] {
            let properties = json!({"Parameters": {"n": literal}});
            let error = serde_json::from_value::<Properties>(properties).unwrap_err().to_string();
            assert!(error.starts_with("parameter `n` in `properties` is a KQL literal"), "{error}");
        }
    }
}
