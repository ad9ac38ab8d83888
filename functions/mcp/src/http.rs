//! The protocol over one HTTP call, without a socket: from the call to the protocol's service, and from its response to a reply.

use crate::{message, server::Server};
use ::http::{
    HeaderValue, Request, Response,
    header::{ACCEPT, CONTENT_TYPE},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
};
use runtime::{
    context::Context,
    error::{ActionError, ErrorType},
    kusto::Kusto,
    reply::Reply,
};
use std::{convert::Infallible, sync::Arc};

const JSON: &str = "application/json";

/// Whoever takes JSON is answered: there are no streams, which a client must say it takes.
const BOTH: HeaderValue = HeaderValue::from_static("application/json, text/event-stream");

/// The names under which a program on this machine is called.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What the protocol answers to a call whose body is a JSON object.
pub(crate) async fn answer(context: &Context<Kusto>, mut call: Request<String>) -> Result<Reply, ActionError> {
    call.headers_mut().insert(ACCEPT, BOTH);
    let server = Server::new(context);
    let service = StreamableHttpService::new(
        move || Ok(server.clone()),
        Arc::new(NeverSessionManager::default()),
        config(call.uri().host().unwrap_or_default()),
    );
    reply_of(service.handle(call.map(Full::<Bytes>::from)).await).await
}

/// Only who calls the host by the name that the gateway has for it is answered, and no web page: none is served from there. A page that had
/// a browser take this machine for its own host would call it by another name.
fn config(host: &str) -> StreamableHttpServerConfig {
    let is_local = LOOPBACK.contains(&host);
    let hosts = if is_local { LOOPBACK.to_vec() } else { vec![host] };
    StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_allowed_hosts(hosts)
        .enforce_origin_validation()
}

/// A reply in the protocol's JSON, or the error that HTTP has for a call that is none of the protocol's.
async fn reply_of(response: Response<BoxBody<Bytes, Infallible>>) -> Result<Reply, ActionError> {
    let (head, body) = response.into_parts();
    let status = head.status.as_u16();
    let body = body.collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
    let is_json = head.headers.get(CONTENT_TYPE).is_some_and(|content_type| content_type == JSON);
    match status {
        _ if is_json || status == 202 => Ok(reply(status, body)),
        // The body is JSON, which was looked at before: the service could not read it as a message.
        415 => Ok(message::none()),
        _ => Err(refused(status)),
    }
}

/// A reply with a status.
pub(crate) fn reply(status: u16, content: Vec<u8>) -> Reply {
    Reply::Stored { status, content_type: JSON.to_owned(), content, headers: Vec::new() }
}

/// The error of a call that the protocol's service has refused before it looked at the message.
fn refused(status: u16) -> ActionError {
    match status {
        400 => ActionError::bad_request(
            "a header is wrong: Host must name this API, and MCP-Protocol-Version a version of the protocol that is known here",
        ),
        403 => ActionError::new(
            ErrorType::Forbidden,
            "the header Host or Origin is of somebody else: call this API by its own name, and from a program, not from a web page",
        ),
        _ => ActionError::internal(),
    }
}
