//! Kusto Query MCP server: the actions that only read, as tools for agents over MCP's streamable HTTP.
//!
//! Each call stands alone: there are no sessions and no streams, and every reply is JSON.

mod excerpt;
mod http;
mod message;
mod server;
mod tools;

use runtime::{action::Action, context::Context, error::ActionError, kusto::Kusto, reply::Reply, serve::Incoming};
use serde::de::IgnoredAny;

/// What HTTP callers may ask.
pub const ACTION: Action = Action::new("mcp").at(&["/mcp/KustoQueryManagement"]).taking_calls();

/// Answers a message of the protocol.
///
/// # Errors
/// Where the call is none of MCP over HTTP. What is wrong with the message, and a tool that fails, is a reply of the protocol.
pub async fn run(context: &Context<Kusto>, incoming: Incoming<IgnoredAny>) -> Result<Reply, ActionError> {
    let Incoming::Call(call) = incoming else {
        return Err(ActionError::bad_request(
            "agents call mcp over HTTP: post a message of the protocol to /mcp/KustoQueryManagement",
        ));
    };
    match message::check(call.body()) {
        Ok(()) => http::answer(context, *call).await,
        Err(refused) => Ok(refused),
    }
}
