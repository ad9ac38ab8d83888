//! The caller's own token for a cluster, which a connection of credential kind `caller-token` takes: how it is handed in.
//!
//! It comes beside the request and never in it: a request is kept by queues, by the history of a state machine and by whoever logs it.

use crate::error::ActionError;
use auth::caller_token::CallerToken;
use lambda_http::lambda_runtime::Context;

/// The header of an HTTP call.
pub(crate) const HEADER: &str = "x-kusto-authorization";

/// The custom property of a direct call's client context.
const PROPERTY: &str = "kustoAuthorization";

/// How a token is handed in, for an error.
pub(crate) const HOW: &str = "send it as X-Kusto-Authorization: Bearer <token>; in a direct call, as kustoAuthorization in the custom part of the client context";

/// The token of a direct call.
pub(crate) fn of_direct_call(context: &Context) -> Result<Option<CallerToken>, ActionError> {
    let custom = context.client_context.as_ref().map(|context| &context.custom);
    let value = custom.and_then(|custom| custom.get(PROPERTY));
    value.map(|value| read(PROPERTY, value.as_bytes())).transpose()
}

/// The token in `value`, which is written as in an `Authorization` header.
pub(crate) fn read(name: &str, value: &[u8]) -> Result<CallerToken, ActionError> {
    let wrong = |problem: &str| ActionError::bad_request(format!("{name}: {problem}"));
    let text = std::str::from_utf8(value).unwrap_or_default().trim();
    let (scheme, token) = text.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(wrong("write it as Bearer <token>"));
    }
    CallerToken::parse(token.trim()).map_err(|error| wrong(&error.to_string()))
}
