//! How often the data lake answers, and rejects in place of queueing.

use std::collections::VecDeque;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So many requests in so much time, and so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests in any time of `window`.
    pub requests: usize,
    /// The time over which they are counted.
    pub window: Duration,
    /// Requests at once.
    pub at_once: usize,
}

impl Default for Rate {
    /// The data lake's for a tenant (docs: Microsoft Sentinel data lake service limits).
    fn default() -> Self {
        Self { requests: 30, window: Duration::from_secs(60), at_once: 10 }
    }
}

impl FromStr for Rate {
    type Err = String;

    /// `30/60/10`: requests, seconds, at once.
    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Vec<u32> = text.split('/').filter_map(|number| number.parse().ok()).collect();
        match numbers[..] {
            [requests, seconds, at_once] if numbers.iter().all(|number| *number > 0) => Ok(Self {
                requests: requests as usize,
                window: Duration::from_secs(seconds.into()),
                at_once: at_once as usize,
            }),
            _ => Err("it is written as requests/seconds/at once, such as 30/60/10".to_owned()),
        }
    }
}

/// Counts requests against a rate.
#[derive(Debug, Default)]
pub struct Gate {
    rate: Rate,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    /// When each request of the last window was let in, the oldest first.
    times: VecDeque<Instant>,
    running: usize,
}

/// A request that was let in, until it is dropped.
#[derive(Debug)]
pub struct Place<'g>(&'g Gate);

/// A request that was not let in, and when another may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected {
    after: Duration,
}

impl Rejected {
    /// As `Retry-After` has it: rounded up.
    pub fn whole_seconds(self) -> u64 {
        self.after.as_secs() + u64::from(self.after.subsec_nanos() > 0)
    }
}

impl Gate {
    /// One of this rate.
    pub fn new(rate: Rate) -> Self {
        Self { rate, taken: Mutex::default() }
    }

    /// Lets a request in.
    ///
    /// # Errors
    /// Where it is one too many.
    pub fn take(&self) -> Result<Place<'_>, Rejected> {
        let (now, mut taken) = (Instant::now(), self.taken());
        let window = self.rate.window;
        while taken.times.front().is_some_and(|time| now.duration_since(*time) >= window) {
            taken.times.pop_front();
        }
        if let Some(oldest) = taken.times.front().filter(|_| taken.times.len() >= self.rate.requests) {
            return Err(Rejected { after: window.saturating_sub(now.duration_since(*oldest)) });
        }
        if taken.running >= self.rate.at_once {
            return Err(Rejected { after: Duration::from_secs(1) });
        }
        taken.times.push_back(now);
        taken.running += 1;
        Ok(Place(self))
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.taken().running -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{Gate, Rate};
    use std::time::Duration;

    #[test]
    fn a_rate_is_three_numbers() {
        let rate = Rate { requests: 3, window: Duration::from_secs(2), at_once: 1 };
        assert_eq!("3/2/1".parse(), Ok(rate));
        assert_eq!("30/60/10".parse(), Ok(Rate::default()));
        for wrong in ["", "30", "30/60", "0/60/10", "30/0/10", "30/60/0", "30/60/10/1", "a/b/c", "-1/1/1"] {
            assert!(wrong.parse::<Rate>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_too_many_is_rejected_and_told_when() {
        let gate = Gate::new(Rate { requests: 2, at_once: 1, ..Rate::default() });
        let place = gate.take().expect("the first");
        assert_eq!(gate.take().expect_err("one runs").whole_seconds(), 1);
        drop(place);
        drop(gate.take().expect("the second"));
        assert!((59..=60).contains(&gate.take().expect_err("two were there").whole_seconds()));
    }
}
