//! A way to stop what runs on another thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Whether some work is to stop, and why. Clones are of the same work.
#[derive(Clone, Debug, Default)]
pub struct Cancellation(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// What the engine looks at.
    flag: Arc<AtomicBool>,
    reason: Mutex<Option<String>>,
    changed: Condvar,
}

impl Cancellation {
    /// Tells the work to stop. The first reason stays.
    pub fn cancel(&self, reason: &str) {
        let mut given = self.0.reason.lock().unwrap_or_else(PoisonError::into_inner);
        given.get_or_insert_with(|| reason.to_owned());
        self.0.flag.store(true, Ordering::Relaxed);
        self.0.changed.notify_all();
    }

    /// Why the work is to stop; none while it is not.
    pub fn reason(&self) -> Option<String> {
        self.0.reason.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The flag that is set when the work is to stop.
    pub fn flag(&self) -> Arc<AtomicBool> {
        self.0.flag.clone()
    }

    /// Waits so long, or until the work is to stop.
    pub fn wait(&self, duration: Duration) {
        let given = self.0.reason.lock().unwrap_or_else(PoisonError::into_inner);
        // A poisoned lock would end the wait early, which is all that can be done then.
        drop(self.0.changed.wait_timeout_while(given, duration, |given| given.is_none()));
    }
}
