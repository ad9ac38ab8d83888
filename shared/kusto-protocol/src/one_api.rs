//! Reads what the service says when something went wrong: OneApi errors, exception texts, and bodies that are neither.

use crate::{error::ServiceError, limits::MAX_TREE_BYTES};
use serde_json::Value;

/// Bytes of a plain text that are kept as the message.
const MAX_MESSAGE_BYTES: usize = 2_000;

impl ServiceError {
    /// The error that an HTTP answer of this `status` and `body` carries: a OneApi error, or the best that can be made of a body
    /// that is plain text, a web page or empty.
    pub fn from_http_body(status: u16, body: &[u8]) -> Self {
        let fallback =
            || Self { code: format!("HTTP {status}"), message: plain_message(status, body), ..Self::default() };
        match serde_json::from_slice::<Value>(body) {
            Ok(Value::String(text)) if !text.is_empty() => Self { message: shorten(&text), ..fallback() },
            Ok(value) => Self::from_answer(&value).unwrap_or_else(fallback),
            Err(_) => fallback(),
        }
    }

    /// The error that an HTTP answer of this `status` carries whose body is longer than what is read of an error.
    pub fn too_long(status: u16) -> Self {
        let message = format!(
            "the service answered with HTTP status {status} and an error that is longer than what is read of one"
        );
        Self { code: format!("HTTP {status}"), message, ..Self::default() }
    }

    /// The error that an answer of status 200 is when its `body`, which may be cut, is a text instead of JSON; none where it is no text.
    pub(crate) fn from_text(body: &[u8]) -> Option<Self> {
        let text = match std::str::from_utf8(body) {
            Ok(text) => text,
            // Cut within a character.
            Err(error) if error.error_len().is_none() => std::str::from_utf8(body.get(..error.valid_up_to())?).ok()?,
            Err(_) => return None,
        };
        let is_text = text.chars().all(|character| !character.is_control() || character.is_whitespace());
        is_text.then(|| Self { message: shorten(text), ..Self::default() })
    }

    /// Whether a limit of the service on rows, bytes, memory or time was met, so that the same query will fail again although
    /// the service calls the error transient.
    pub fn is_limit_exceeded(&self) -> bool {
        // Result set too large, runaway query, low memory: concepts/query-limits.md.
        const STATUS_CODES: [&str; 3] = ["80DA0003", "80DA0001", "80DA0007"];
        const SYMBOLS: [&str; 3] = ["E_QUERY_RESULT_SET_TOO_LARGE", "E_RUNAWAY_QUERY", "E_LOW_MEMORY_CONDITION"];
        self.code.contains("LimitsExceeded")
            || ["LimitsExceeded", "LowMemoryCondition"].iter().any(|kind| self.exception_type.contains(kind))
            || STATUS_CODES.contains(&self.inner_code.as_str())
            || SYMBOLS.iter().any(|symbol| self.message.contains(symbol))
    }

    /// What the JSON of a property that is only there when something failed says; none where it is null, false or an empty list.
    pub(crate) fn from_property(json: &str) -> Option<Self> {
        match tree(json) {
            Some(Value::Null | Value::Bool(false)) => None,
            Some(Value::Array(errors)) if errors.is_empty() => None,
            Some(value) => Some(Self::from_value(&value)),
            None => Some(Self::unexplained()),
        }
    }

    /// What an object where a row should be says.
    pub(crate) fn from_row_object(json: &str) -> Self {
        let value = tree(json).unwrap_or(Value::Null);
        Self::from_answer(&value).unwrap_or_else(Self::unexplained)
    }

    /// The service says that it failed, and no more.
    pub(crate) fn unexplained() -> Self {
        Self { message: "the service reports an error and does not say which".to_owned(), ..Self::default() }
    }

    /// An object that holds an error under one of the names that errors have.
    fn from_answer(value: &Value) -> Option<Self> {
        if let (Some(Value::String(code)), description) = (value.get("error"), value.get("error_description")) {
            let message = description.and_then(Value::as_str).unwrap_or(code);
            return Some(Self { code: code.clone(), message: shorten(message), ..Self::default() });
        }
        let found = ["error", "OneApiErrors", "Exceptions"].iter().find_map(|name| value.get(name));
        let message = || ["message", "Message"].iter().find_map(|name| value.get(name)?.as_str());
        match found {
            Some(error) => Some(Self::from_value(error)),
            None => message().map(|text| Self { message: shorten(text), ..Self::from_one_api(value) }),
        }
    }

    fn from_value(value: &Value) -> Self {
        match value {
            Value::Array(errors) => errors.first().map_or_else(Self::unexplained, Self::from_element),
            other => Self::from_element(other),
        }
    }

    fn from_element(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::from_exception(text),
            other => Self::from_one_api(other.get("error").unwrap_or(other)),
        }
    }

    /// A OneApi error, without the `{"error":…}` around it.
    fn from_one_api(error: &Value) -> Self {
        let text = |name: &str| error.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let code = text("code").unwrap_or_default().to_owned();
        let message = text("@message").or_else(|| text("message")).or_else(|| text("description"));
        Self {
            inner_code: inner_code(error).unwrap_or_default().to_owned(),
            message: message.map_or_else(|| Self::unexplained().message, str::to_owned),
            exception_type: text("@type").unwrap_or_default().to_owned(),
            permanent: error.get("@permanent").and_then(Value::as_bool),
            activity_id: error.pointer("/@context/activityId").and_then(Value::as_str).map(str::to_owned),
            code,
        }
    }

    /// The text of an exception as v1 has it: the message, then lines with its type and `Name=value`.
    fn from_exception(text: &str) -> Self {
        let lines = || text.lines().map(str::trim);
        let exception_type = lines().find_map(|line| line.strip_prefix("[0]")?.split(':').next());
        let activity_id = lines().find_map(|line| line.strip_prefix("ActivityId=")).filter(|id| !id.is_empty());
        Self {
            message: shorten(lines().find(|line| !line.is_empty()).unwrap_or(&Self::unexplained().message)),
            exception_type: exception_type.unwrap_or_default().to_owned(),
            activity_id: activity_id.map(str::to_owned),
            ..Self::default()
        }
    }
}

fn inner_code(error: &Value) -> Option<&str> {
    let inner = std::iter::successors(error.get("innererror"), |inner| inner.get("innererror"));
    inner.filter_map(|inner| inner.get("code")?.as_str()).last()
}

fn plain_message(status: u16, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..MAX_MESSAGE_BYTES * 2).unwrap_or(body));
    match text.trim().as_bytes().first() {
        None => format!("the service answered with HTTP status {status} and no text"),
        Some(b'<') => format!("the service answered with HTTP status {status} and a web page"),
        Some(b'{' | b'[') => {
            format!("the service answered with HTTP status {status} and a JSON text that is not an error")
        }
        Some(_) => shorten(&text),
    }
}

/// The value of `json`, where that is not too long for one.
fn tree(json: &str) -> Option<Value> {
    if json.len() > MAX_TREE_BYTES { None } else { serde_json::from_str(json).ok() }
}

fn shorten(text: &str) -> String {
    let text = text.trim();
    match text.len() > MAX_MESSAGE_BYTES {
        true => format!("{}…", text.get(..text.floor_char_boundary(MAX_MESSAGE_BYTES)).unwrap_or_default()),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::error::ServiceError;

    const SEMANTIC: &str = r#"{"error":{"code":"General_BadRequest","message":"Request is invalid and cannot be executed.",
        "@type":"Kusto.Data.Exceptions.KustoBadRequestException","@message":"Semantic error: SEM0100: no column named 'x'",
        "@context":{"timestamp":"2026-01-02T03:04:05Z","activityId":"6e0e7d0b-6b0e-4a3c-9f57-1d1f4a1d0c01"},"@permanent":true,
        "innererror":{"code":"Outer","message":"…","innererror":{"code":"SEM0100","@type":"SemanticException"}}}}"#;

    #[test]
    fn reads_a_one_api_error() {
        let expected = ServiceError {
            code: "General_BadRequest".to_owned(),
            inner_code: "SEM0100".to_owned(),
            message: "Semantic error: SEM0100: no column named 'x'".to_owned(),
            exception_type: "Kusto.Data.Exceptions.KustoBadRequestException".to_owned(),
            permanent: Some(true),
            activity_id: Some("6e0e7d0b-6b0e-4a3c-9f57-1d1f4a1d0c01".to_owned()),
        };
        assert_eq!(ServiceError::from_http_body(400, SEMANTIC.as_bytes()), expected);
        let list = format!(r#"{{"OneApiErrors":[{SEMANTIC}]}}"#);
        assert_eq!(ServiceError::from_row_object(&list), expected);
        assert_eq!(ServiceError::from_property(&format!("[{SEMANTIC}]")), Some(expected));
    }

    #[test]
    fn makes_the_best_of_any_body() {
        #[track_caller]
        fn check(body: &str, code: &str, message: &str) {
            let error = ServiceError::from_http_body(502, body.as_bytes());
            assert_eq!((error.code.as_str(), error.message.as_str()), (code, message), "{body}");
        }
        check("", "HTTP 502", "the service answered with HTTP status 502 and no text");
        check(" \n", "HTTP 502", "the service answered with HTTP status 502 and no text");
        check("<html>Bad Gateway</html>", "HTTP 502", "the service answered with HTTP status 502 and a web page");
        check("Bad Gateway\n", "HTTP 502", "Bad Gateway");
        check(r#""quoted text""#, "HTTP 502", "quoted text");
        check("[]", "HTTP 502", "the service answered with HTTP status 502 and a JSON text that is not an error");
        check(
            r#"{"error":"#,
            "HTTP 502",
            "the service answered with HTTP status 502 and a JSON text that is not an error",
        );
        check(r#"{"error":{"code":"Throttled"}}"#, "Throttled", "the service reports an error and does not say which");
        check(r#"{"error":{"code":7,"message":"m","@message":""}}"#, "", "m");
        check(r#"{"error":"invalid_token","error_description":"it has expired"}"#, "invalid_token", "it has expired");
        check(r#"{"Message":"An error has occurred."}"#, "", "An error has occurred.");
        check(r#"{"code":"TooManyRequests","message":"slow down"}"#, "TooManyRequests", "slow down");
        let long = "ä".repeat(3_000);
        let error = ServiceError::from_http_body(500, long.as_bytes());
        assert_eq!(error.message.chars().count(), 1_001);
        ServiceError::from_http_body(500, b"\xff\xfe broken \x80");
        ServiceError::from_http_body(500, "[".repeat(1_000_000).as_bytes());
    }

    #[test]
    fn reads_an_exception_text() {
        let text = "Query execution has exceeded the allowed limits (80DA0003): too many records (E_QUERY_RESULT_SET_TOO_LARGE).\r\n\
            [0]Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException: Query execution …\r\n\
            Timestamp=2026-01-02T03:04:05Z\r\nActivityId=6e0e7d0b-6b0e-4a3c-9f57-1d1f4a1d0c01\r\nActivityId=\r\n";
        let error = ServiceError::from_property(&serde_json::json!([text]).to_string()).unwrap();
        assert_eq!(
            error.message,
            "Query execution has exceeded the allowed limits (80DA0003): too many records (E_QUERY_RESULT_SET_TOO_LARGE)."
        );
        assert_eq!(
            error.exception_type,
            "Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException"
        );
        assert_eq!(error.activity_id.as_deref(), Some("6e0e7d0b-6b0e-4a3c-9f57-1d1f4a1d0c01"));
        assert!(error.is_limit_exceeded());
    }

    #[test]
    fn knows_limits() {
        let error = |code: &str, inner: &str, kind: &str, message: &str| ServiceError {
            code: code.to_owned(),
            inner_code: inner.to_owned(),
            exception_type: kind.to_owned(),
            message: message.to_owned(),
            ..ServiceError::default()
        };
        assert!(error("LimitsExceeded", "", "", "").is_limit_exceeded());
        assert!(error("", "80DA0003", "", "").is_limit_exceeded());
        assert!(error("", "", "Kusto…LowMemoryConditionException", "").is_limit_exceeded());
        assert!(error("", "", "", "aborted (E_RUNAWAY_QUERY)").is_limit_exceeded());
        assert!(!error("General_BadRequest", "SEM0100", "KustoBadRequestException", "no").is_limit_exceeded());
        assert_eq!(ServiceError::from_property("null"), None);
        assert_eq!(ServiceError::from_property("false"), None);
        assert_eq!(ServiceError::from_property("[]"), None);
        assert_eq!(ServiceError::from_property(&"[".repeat(200)), Some(ServiceError::unexplained()));
    }
}
