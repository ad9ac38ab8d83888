//! What an action works with.

use crate::invocation::Invocation;

/// The client that the function built at cold start, and the call that is being answered. Cheap to make for each call.
#[derive(Clone, Debug)]
pub struct Context<C> {
    /// What the function needs beside its request: [`crate::kusto::Kusto`] for those that talk to Kusto.
    pub client: C,
    /// The call.
    pub invocation: Invocation,
}
