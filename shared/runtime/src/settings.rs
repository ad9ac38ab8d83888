//! The settings of a function, read once at cold start.

use auth::http::HttpClient;
use std::{collections::BTreeMap, fmt, sync::OnceLock};

/// Bytes of a direct reply before it must go to the store: what a Step Functions state can carry (256 KiB) with room to spare.
const DEFAULT_INLINE_LIMIT: usize = 200_000;

/// A variable that Lambda sets and what stands in for it on one machine does not.
///
/// Source: "Defined runtime environment variables" of the Lambda documentation.
const LAMBDA_ITSELF: &str = "AWS_LAMBDA_INITIALIZATION_TYPE";

/// Lambda's limit for a synchronous reply: 6 MB.
pub const REPLY_LIMIT: usize = 6 * 1024 * 1024;

/// What stands in front of the function and vouches for HTTP callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpAuthorizer {
    /// An API Gateway JWT authorizer.
    Jwt,
    /// IAM authorization of an API Gateway route or a Function URL.
    Iam,
    /// Nothing: only where every connection is a loopback one.
    None,
}

/// The environment variables of a function, checked. Values that belong to one crate stay text for that crate to read.
#[derive(Clone)]
pub struct Settings {
    variables: BTreeMap<String, String>,
    /// `HTTP_AUTHORIZER`; without it an HTTP event is refused.
    pub http_authorizer: Option<HttpAuthorizer>,
    /// `DEFAULT_REQUEST`: the request of an EventBridge rule event.
    pub default_request: Option<String>,
    /// `INLINE_LIMIT`: bytes of a direct reply, at most [`REPLY_LIMIT`].
    pub inline_limit: usize,
    /// `LOG_LEVEL`.
    pub log_level: tracing::Level,
    /// The HTTP client of all that the function reaches, from when it is first wanted: its TLS setup is a good part of a cold start.
    pub(crate) http: OnceLock<HttpClient>,
}

/// A setting that is missing or wrong. The sentence names the variable and what to write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(String);

impl SettingsError {
    /// The setting `name` is wrong or missing for this reason.
    pub fn new(name: &str, reason: impl fmt::Display) -> Self {
        Self(format!("{name}: {reason}"))
    }

    /// All of these, one to a line.
    pub(crate) fn all(errors: impl IntoIterator<Item = Self>) -> Self {
        let lines: Vec<String> = errors.into_iter().map(|Self(line)| line).collect();
        Self(lines.join("\n"))
    }
}

impl Settings {
    /// Reads the settings from `variables`, usually the environment.
    ///
    /// # Errors
    /// For the first variable whose value is none of those it can have.
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, SettingsError> {
        let variables: BTreeMap<String, String> =
            variables.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        let get = |name: &str| variables.get(name).map(|value| value.trim());
        Ok(Self {
            http_authorizer: get("HTTP_AUTHORIZER")
                .map(|value| http_authorizer(value, get(LAMBDA_ITSELF).is_some()))
                .transpose()?,
            default_request: get("DEFAULT_REQUEST").map(str::to_owned),
            inline_limit: get("INLINE_LIMIT").map_or(Ok(DEFAULT_INLINE_LIMIT), inline_limit)?,
            log_level: get("LOG_LEVEL").map_or(Ok(tracing::Level::INFO), log_level)?,
            http: OnceLock::new(),
            variables,
        })
    }

    /// The value of the variable `name`, without blanks around it; none where it is unset or blank.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.trim())
    }
}

impl fmt::Debug for Settings {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

fn http_authorizer(value: &str, on_lambda: bool) -> Result<HttpAuthorizer, SettingsError> {
    match value {
        "jwt" => Ok(HttpAuthorizer::Jwt),
        "iam" => Ok(HttpAuthorizer::Iam),
        "none" if on_lambda => Err(SettingsError::new(
            "HTTP_AUTHORIZER",
            "none is for functions on this machine and never for Lambda; set it to what stands in front of the function, jwt or iam",
        )),
        "none" => Ok(HttpAuthorizer::None),
        _ => Err(SettingsError::new("HTTP_AUTHORIZER", format!("\"{value}\" is not one of jwt, iam, none"))),
    }
}

fn inline_limit(value: &str) -> Result<usize, SettingsError> {
    match value.replace(['_', ','], "").parse() {
        Ok(limit) if (1..=REPLY_LIMIT).contains(&limit) => Ok(limit),
        _ => Err(SettingsError::new(
            "INLINE_LIMIT",
            format!("\"{value}\" is not a number of bytes from 1 to {REPLY_LIMIT}"),
        )),
    }
}

fn log_level(value: &str) -> Result<tracing::Level, SettingsError> {
    value.parse().map_err(|_| {
        SettingsError::new("LOG_LEVEL", format!("\"{value}\" is not one of error, warn, info, debug, trace"))
    })
}

#[cfg(test)]
mod tests {
    use super::{HttpAuthorizer, Settings};

    fn settings(pairs: &[(&str, &str)]) -> Result<Settings, String> {
        Settings::from_variables(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn unset_and_blank_are_the_defaults() {
        let settings = settings(&[("HTTP_AUTHORIZER", " "), ("MAIL_URL", "")]).unwrap();
        assert_eq!(settings.http_authorizer, None);
        assert_eq!(settings.inline_limit, 200_000);
        assert_eq!(settings.get("MAIL_URL"), None);
    }

    #[test]
    fn no_function_on_lambda_is_open_to_everybody() {
        let on_lambda =
            |authorizer| settings(&[("HTTP_AUTHORIZER", authorizer), ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")]);
        assert!(on_lambda("jwt").is_ok() && on_lambda("iam").is_ok() && on_lambda("").is_ok());
        assert!(on_lambda("none").unwrap_err().starts_with("HTTP_AUTHORIZER: none is for functions on this machine"));
        assert!(settings(&[("HTTP_AUTHORIZER", "none")]).is_ok());
    }

    #[test]
    fn wrong_values_are_named_with_what_to_write() {
        for (name, value, sentence) in [
            ("HTTP_AUTHORIZER", "yes", "HTTP_AUTHORIZER: \"yes\" is not one of jwt, iam, none"),
            ("INLINE_LIMIT", "7000000", "INLINE_LIMIT: \"7000000\" is not a number of bytes from 1 to 6291456"),
            ("LOG_LEVEL", "loud", "LOG_LEVEL: \"loud\" is not one of error, warn, info, debug, trace"),
        ] {
            assert_eq!(settings(&[(name, value)]).unwrap_err(), sentence);
        }
    }

    #[test]
    fn values_are_read_and_never_shown() {
        let settings = settings(&[("HTTP_AUTHORIZER", "jwt"), ("AZURE_CLIENT_SECRET", "canary")]).unwrap();
        assert_eq!(settings.http_authorizer, Some(HttpAuthorizer::Jwt));
        assert_eq!(settings.get("AZURE_CLIENT_SECRET"), Some("canary"));
        assert_eq!(format!("{settings:?}"), r#"{"AZURE_CLIENT_SECRET", "HTTP_AUTHORIZER"}"#);
    }
}
