//! What an action works with.

use crate::{invocation::Invocation, settings::REPLY_LIMIT};
use store::{spool::Spool, store::Store};

/// Bytes of a reply that are kept for everything but its content.
const ENVELOPE: usize = 8 * 1024;

/// The client that the function built at cold start, and the call that is being answered. Cheap to make for each call.
#[derive(Clone, Debug)]
pub struct Context<C> {
    /// What the function needs beside its request: [`crate::kusto::Kusto`] for those that talk to Kusto.
    pub client: C,
    /// The store of `STORE_URL`, where it is set.
    pub store: Option<Store>,
    /// The call.
    pub invocation: Invocation,
}

impl<C> Context<C> {
    /// Where a reply of any size is written to; none where there is no store that it could go to.
    pub fn spool(&self) -> Option<Spool> {
        self.store.as_ref()?;
        Some(Spool::new(self.invocation.channel.reply_limit(), std::env::temp_dir()))
    }

    /// The most bytes that rows which are held may have, so that there is room for what is said of them in the reply.
    pub fn content_limit(&self) -> usize {
        self.held_limit().saturating_sub(ENVELOPE)
    }

    /// The most bytes that a file in a reply may have: base64 makes four of three.
    pub fn attachment_limit(&self) -> u64 {
        self.held_limit() as u64 / 4 * 3
    }

    /// What the channel can carry, or with a store the most that any can.
    fn held_limit(&self) -> usize {
        if self.store.is_some() { REPLY_LIMIT } else { self.invocation.channel.reply_limit() }
    }
}
