//! The envelope: what kind of event arrived, told by a key.

use crate::{
    action::Action,
    error::{ActionError, ErrorType},
    request_error::wrong,
    shape,
};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::value::RawValue;

/// The JSON of an event. Reading it never fails, so that what is no JSON gets an error of ours and not the runtime's.
pub(crate) struct Payload(Result<Box<RawValue>, String>);

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Box::<RawValue>::deserialize(deserializer).map_err(|error| error.to_string())))
    }
}

/// An event, by the way it came.
pub(crate) enum Event {
    /// An API Gateway HTTP API or Function URL event.
    Http(Box<ApiGatewayV2httpRequest>),
    /// What another HTTP service sends: it gets an HTTP error.
    OtherHttp,
    /// The work of a call that was answered before it was done.
    Promised(Box<RawValue>),
    /// An EventBridge rule event: it carries no request.
    Rule,
    /// Messages of a queue or a stream.
    Records(Box<RawValue>),
    /// The request itself.
    Direct(Box<RawValue>),
}

/// The keys that tell the kinds apart.
#[derive(Deserialize)]
struct Keys {
    #[serde(rename = "requestContext")]
    request_context: Option<IgnoredAny>,
    promise: Option<IgnoredAny>,
    #[serde(rename = "detail-type")]
    detail_type: Option<IgnoredAny>,
    #[serde(rename = "Records")]
    records: Option<IgnoredAny>,
}

impl Payload {
    /// The event that this payload is.
    pub(crate) fn event(self) -> Result<Event, ActionError> {
        let json = self.0.map_err(|error| ActionError::bad_request(format!("the event is not JSON: {error}")))?;
        only_an_object(json.get())?;
        let keys: Keys = serde_json::from_str(json.get())
            .map_err(|error| ActionError::bad_request(format!("the request is wrong: {error}")))?;
        Ok(match (keys.request_context, keys.promise, keys.detail_type, keys.records) {
            (Some(_), ..) => match serde_json::from_str::<ApiGatewayV2httpRequest>(json.get()) {
                Ok(event) if event.version.as_deref() == Some("2.0") => Event::Http(Box::new(event)),
                _ => Event::OtherHttp,
            },
            (None, Some(_), ..) => Event::Promised(json),
            (None, None, Some(_), _) => Event::Rule,
            (None, None, None, Some(_)) => Event::Records(json),
            (None, None, None, None) => Event::Direct(json),
        })
    }
}

impl Event {
    /// Whether its sender reads a status and a body.
    pub(crate) fn is_http(&self) -> bool {
        matches!(self, Self::Http(_) | Self::OtherHttp)
    }
}

/// Refuses JSON that is no object: an array would pass for the fields of a request in order.
fn only_an_object(json: &str) -> Result<(), ActionError> {
    match json.trim_start().starts_with('{') {
        true => Ok(()),
        false => Err(ActionError::bad_request("the request must be a JSON object, such as {\"query\": \"print 1\"}")),
    }
}

impl Action {
    /// What a caller sends, from its text: of no more size and of the same shape as any request, also within another protocol.
    ///
    /// # Errors
    /// `BadRequest` or `LimitExceeded`.
    pub fn read<T: DeserializeOwned>(&self, json: &str) -> Result<T, ActionError> {
        request(self::json(json, self)?, self)
    }
}

/// The JSON object that `text` is.
///
/// # Errors
/// `BadRequest` where it is none, `LimitExceeded` where it is larger than `action` takes, which is looked at first.
pub(crate) fn json<'t>(text: &'t str, action: &Action) -> Result<&'t RawValue, ActionError> {
    of_a_size(text.len(), action)?;
    only_an_object(text)?;
    serde_json::from_str(text).map_err(|error| ActionError::bad_request(format!("the request is not JSON: {error}")))
}

/// The request of `action`, from its JSON.
pub(crate) fn request<T: DeserializeOwned>(json: &RawValue, action: &Action) -> Result<T, ActionError> {
    of_a_size(json.get().len(), action)?;
    only_an_object(json.get())?;
    shape::check(json.get(), action.content)
        .map_err(|error| ActionError::bad_request(format!("the request is wrong: {error}")))?;
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(json.get()))
        .map_err(|error| wrong(&error.path().to_string(), error.inner()))
}

fn of_a_size(size: usize, action: &Action) -> Result<(), ActionError> {
    let limit = action.request_limit;
    if size > limit {
        let message = format!(
            "the request has {size} bytes, more than the {limit} that {} takes; send less in one request",
            action.name
        );
        return Err(ActionError::new(ErrorType::LimitExceeded, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Event, Payload};
    use crate::{action::Action, error::ActionError};
    use serde_json::Value;

    fn event(json: &str) -> Result<Event, ActionError> {
        serde_json::from_str::<Payload>(json).unwrap().event()
    }

    #[test]
    fn kinds_are_told_by_a_key() {
        let http = r#""headers": {}, "requestContext": {"http": {"method": "POST"}}, "isBase64Encoded": false"#;
        for (json, expected) in [
            (r#"{"query": "T"}"#.to_owned(), "direct"),
            (r#"{"requestContext": null, "query": "T"}"#.to_owned(), "direct"),
            (r#"{"detail-type": "Scheduled Event", "detail": {}}"#.to_owned(), "rule"),
            (r#"{"Records": [{"eventSource": "aws:sqs"}]}"#.to_owned(), "records"),
            (r#"{"promise": {}}"#.to_owned(), "promised"),
            (format!(r#"{{"version": "2.0", {http}}}"#), "http"),
            (format!(r#"{{"version": "2.0", {http}, "promise": {{}}}}"#), "http"),
            (format!(r#"{{"version": "2.0", {http}, "detail-type": "x"}}"#), "http"),
            // API Gateway REST APIs, load balancers, WebSocket APIs, and what is nothing at all.
            (format!(r#"{{"version": "1.0", {http}}}"#), "other http"),
            (format!("{{{http}}}"), "other http"),
            (
                r#"{"httpMethod": "POST", "requestContext": {"resourceId": "1", "identity": {}}}"#.to_owned(),
                "other http",
            ),
            (r#"{"requestContext": {"elb": {"targetGroupArn": "arn"}}}"#.to_owned(), "other http"),
            (r#"{"requestContext": {"connectionId": "1", "eventType": "MESSAGE"}}"#.to_owned(), "other http"),
            (r#"{"version": "2.0", "requestContext": 1}"#.to_owned(), "other http"),
        ] {
            let kind = match event(&json).unwrap() {
                Event::Direct(_) => "direct",
                Event::Promised(_) => "promised",
                Event::Rule => "rule",
                Event::Records(_) => "records",
                Event::Http(_) => "http",
                Event::OtherHttp => "other http",
            };
            assert_eq!(kind, expected, "{json}");
        }
    }

    #[test]
    fn what_is_no_request_is_named() {
        let deep = "{\"a\":".repeat(1_000_000);
        for (payload, start) in [
            ("{\"query\":", "BadRequest: the event is not JSON: EOF while parsing"),
            ("[null, 1]", "BadRequest: the request must be a JSON object, such as"),
            ("\"text\"", "BadRequest: the request must be a JSON object, such as"),
            (r#"{"requestContext": {}, "requestContext": {}}"#, "BadRequest: the request is wrong: duplicate field"),
            (&deep, "BadRequest: the event is not JSON: EOF while parsing"),
        ] {
            let error = event(payload).err().unwrap().to_string();
            assert!(error.starts_with(start), "{error}");
        }
    }

    #[test]
    fn a_request_has_a_size() {
        let of = |bytes: usize| format!(r#"{{"query": "{}"}}"#, "x".repeat(bytes - 13));
        let small = Action::new("query");
        assert!(small.read::<Value>(&of(256 * 1024)).is_ok());
        assert_eq!(
            small.read::<Value>(&of(256 * 1024 + 1)).unwrap_err().to_string(),
            "LimitExceeded: the request has 262145 bytes, more than the 262144 that query takes; send less in one request"
        );
        let large = Action::with_content("ingest", "records");
        assert!(large.read::<Value>(&of(6 << 20)).is_ok());
        assert!(large.read::<Value>(&of((6 << 20) + 1)).is_err());
    }

    #[test]
    fn a_request_is_json_without_deep_nests_and_keys_that_are_there_twice() {
        let deep = r#"{"a":"#.repeat(40_000) + "1" + &"}".repeat(40_000);
        for (json, start) in [
            ("{\"query\":", "BadRequest: the request is not JSON: EOF while parsing"),
            ("{} {}", "BadRequest: the request is not JSON: trailing characters"),
            ("[1]", "BadRequest: the request must be a JSON object"),
            (
                &deep,
                "BadRequest: the request is wrong: it nests deeper than 32 levels at `a.a.a.a.a.a.a.a…`; flatten it",
            ),
            (
                r#"{"a": {"b": 1, "b": 1}}"#,
                "BadRequest: the request is wrong: `a.b` is there twice; leave one of them out",
            ),
        ] {
            let error = Action::new("query").read::<Value>(json).unwrap_err().to_string();
            assert!(error.starts_with(start), "{error}");
        }
    }
}
