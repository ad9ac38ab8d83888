//! The envelope: what kind of event arrived, told by a key.

use crate::{
    error::{ActionError, ErrorType},
    invocation::Caller,
    settings::HttpAuthorizer,
};
use lambda_http::{
    Body, RequestExt,
    aws_lambda_events::apigw::ApiGatewayRequestAuthorizer,
    request::{LambdaRequest, RequestContext},
};
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
    Http(Box<lambda_http::Request>),
    /// An EventBridge rule event: it carries no request.
    Rule,
    /// The request itself.
    Direct(Box<RawValue>),
}

/// The keys that tell the kinds apart.
#[derive(Deserialize)]
struct Keys {
    #[serde(rename = "requestContext")]
    request_context: Option<IgnoredAny>,
    #[serde(rename = "detail-type")]
    detail_type: Option<IgnoredAny>,
}

impl Payload {
    /// The event that this payload is.
    pub(crate) fn event(self) -> Result<Event, ActionError> {
        let json = self.0.map_err(|error| ActionError::bad_request(format!("the event is not JSON: {error}")))?;
        only_an_object(json.get())?;
        let keys: Keys = serde_json::from_str(json.get())
            .map_err(|error| ActionError::bad_request(format!("the request is wrong: {error}")))?;
        if keys.request_context.is_some() {
            let request: LambdaRequest = serde_json::from_str(json.get()).map_err(|_| {
                ActionError::bad_request("the event has a requestContext but is no HTTP event of payload format 2.0")
            })?;
            return Ok(Event::Http(Box::new(request.into())));
        }
        Ok(if keys.detail_type.is_some() { Event::Rule } else { Event::Direct(json) })
    }
}

/// Who sent this HTTP request, by the word of the authorizer that the settings say stands in front.
pub(crate) fn caller(
    request: &lambda_http::Request,
    authorizer: Option<HttpAuthorizer>,
) -> Result<Caller, ActionError> {
    let refused = |message: &str| Err(ActionError::new(ErrorType::Unauthorized, message));
    let Some(authorizer) = authorizer else {
        return refused(
            "HTTP calls are refused: set HTTP_AUTHORIZER to what stands in front of this function, jwt or iam",
        );
    };
    let context = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.authorizer.clone().unwrap_or_default(),
        _ => ApiGatewayRequestAuthorizer::default(),
    };
    match authorizer {
        HttpAuthorizer::None => Ok(Caller::Gateway(Vec::new())),
        HttpAuthorizer::Jwt => match context.jwt {
            Some(jwt) => Ok(Caller::Gateway(
                ["sub", "oid", "appid", "azp"].iter().filter_map(|claim| jwt.claims.get(*claim).cloned()).collect(),
            )),
            None => refused("the call has no token that the JWT authorizer vouches for"),
        },
        HttpAuthorizer::Iam => match context.iam.and_then(|iam| iam.user_arn) {
            Some(arn) => Ok(Caller::Gateway(vec![arn])),
            None => refused("the call has no IAM identity; sign it with Signature Version 4"),
        },
    }
}

/// The request in the body of an HTTP call.
pub(crate) fn http_body(request: &lambda_http::Request) -> Result<&str, ActionError> {
    if request.method() != "POST" {
        return Err(ActionError::bad_request(format!(
            "{} is not supported: send the request with POST",
            request.method()
        )));
    }
    let text = match request.body() {
        Body::Text(text) => text,
        Body::Binary(bytes) => {
            std::str::from_utf8(bytes).map_err(|_| ActionError::bad_request("the body is not UTF-8 text"))?
        }
        _ => "",
    };
    if text.trim().is_empty() {
        return Err(ActionError::bad_request("the body is empty: send the request as a JSON object"));
    }
    Ok(text)
}

/// Refuses JSON that is no object: an array would pass for the fields of a request in order.
fn only_an_object(json: &str) -> Result<(), ActionError> {
    match json.trim_start().starts_with('{') {
        true => Ok(()),
        false => Err(ActionError::bad_request("the request must be a JSON object, such as {\"query\": \"print 1\"}")),
    }
}

/// The request of an action, from its JSON.
pub(crate) fn request<T: DeserializeOwned>(json: &str) -> Result<T, ActionError> {
    only_an_object(json)?;
    serde_json::from_str(json).map_err(|error| ActionError::bad_request(format!("the request is wrong: {error}")))
}

#[cfg(test)]
mod tests {
    use super::{Event, Payload, caller, http_body, request};
    use crate::{error::ActionError, invocation::Caller, settings::HttpAuthorizer};
    use serde_json::{Value, json};

    fn event(json: &str) -> Result<Event, ActionError> {
        serde_json::from_str::<Payload>(json).unwrap().event()
    }

    fn http(context: Value, method: &str, body: &str) -> Box<lambda_http::Request> {
        let mut context = context;
        context["http"] = json!({"method": method, "path": "/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"});
        let event_json = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "",
            "headers": {"host": "localhost"}, "requestContext": context, "body": body, "isBase64Encoded": false,
        });
        match event(&event_json.to_string()).unwrap() {
            Event::Http(request) => request,
            _ => panic!("not told as an HTTP event"),
        }
    }

    #[test]
    fn kinds_are_told_by_a_key() {
        assert!(matches!(event(r#"{"query": "T"}"#).unwrap(), Event::Direct(_)));
        assert!(matches!(event(r#"{"detail-type": "Scheduled Event", "detail": {}}"#).unwrap(), Event::Rule));
        http(json!({}), "POST", "{}");
    }

    #[test]
    fn what_is_no_request_is_named() {
        for (payload, start) in [
            ("{\"query\":", "BadRequest: the event is not JSON: EOF while parsing"),
            ("[null, 1]", "BadRequest: the request must be a JSON object, such as"),
            ("\"text\"", "BadRequest: the request must be a JSON object, such as"),
            (r#"{"requestContext": 1}"#, "BadRequest: the event has a requestContext but is no HTTP event"),
        ] {
            let error = event(payload).err().unwrap().to_string();
            assert!(error.starts_with(start), "{error}");
        }
    }

    #[test]
    fn an_http_event_needs_an_authorizer_that_vouches() {
        let jwt = json!({"authorizer": {"jwt": {"claims": {"sub": "s", "oid": "o", "aud": "a"}, "scopes": null}}});
        let iam = json!({"authorizer": {"iam": {"userArn": "arn:aws:iam::1:role/r"}}});
        let gateway = |names: &[&str]| Some(Caller::Gateway(names.iter().map(|name| (*name).to_owned()).collect()));
        for (context, authorizer, expected) in [
            (&jwt, None, None),
            (&jwt, Some(HttpAuthorizer::Jwt), gateway(&["s", "o"])),
            (&iam, Some(HttpAuthorizer::Jwt), None),
            (&iam, Some(HttpAuthorizer::Iam), gateway(&["arn:aws:iam::1:role/r"])),
            (&json!({}), Some(HttpAuthorizer::Iam), None),
            (&json!({}), Some(HttpAuthorizer::None), gateway(&[])),
        ] {
            let got = caller(&http(context.clone(), "POST", "{}"), authorizer);
            assert_eq!(got.as_ref().ok(), expected.as_ref(), "{authorizer:?} {context}");
            assert!(got.is_ok() || got.unwrap_err().error_type.status() == 401);
        }
    }

    #[test]
    fn only_a_post_with_a_body_is_a_request() {
        assert_eq!(http_body(&http(json!({}), "POST", "{}")).unwrap(), "{}");
        assert!(
            http_body(&http(json!({}), "GET", "{}")).unwrap_err().to_string().contains("send the request with POST")
        );
        assert!(http_body(&http(json!({}), "POST", " ")).unwrap_err().to_string().contains("the body is empty"));
    }

    #[test]
    fn unknown_fields_are_named() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Request {
            #[expect(dead_code, reason = "only read by serde")]
            query: String,
        }
        assert_eq!(
            request::<Request>(r#"{"qery": "T"}"#).unwrap_err().to_string(),
            "BadRequest: the request is wrong: unknown field `qery`, expected `query` at line 1 column 7"
        );
    }
}
