//! The process that a function is, which Lambda keeps for the next event, unless it must not.

use std::sync::atomic::{AtomicBool, Ordering};

/// There is one process.
static TO_BE_REPLACED: AtomicBool = AtomicBool::new(false);

/// Ends this process once the event at hand is answered, so that Lambda starts a new one: something runs in it that cannot be stopped.
pub fn replace() {
    TO_BE_REPLACED.store(true, Ordering::Relaxed);
}

/// Whether this process ends once the event at hand is answered.
pub fn is_to_be_replaced() -> bool {
    TO_BE_REPLACED.load(Ordering::Relaxed)
}
