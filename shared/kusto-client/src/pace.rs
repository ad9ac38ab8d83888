//! How often this process asks what takes only so many queries a minute, and rejects the others in place of queueing them.
//!
//! The limit is the tenant's, and other processes ask too. So this is the share of a single one, which may not use up more than all of it;
//! what the service itself says about the others is kept until it is over.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep_until, timeout_at},
};

/// The time over which queries are counted. Where the service rejects one and does not say for how long, it is for no longer.
pub(crate) const WINDOW: Duration = Duration::from_secs(60);

/// How often queries may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Queries a minute.
    pub(crate) per_minute: usize,
    /// Queries at once.
    pub(crate) at_once: usize,
}

impl Rate {
    /// More than anybody was ever granted.
    pub(crate) const MOST: Self = Self { per_minute: 10_000, at_once: 1_000 };

    /// How long those who were rejected together take to come back: so long that no more are there at once than may be, where each query
    /// takes as long as its share of a minute.
    pub(crate) fn spread(self) -> Duration {
        WINDOW.mul_f64(self.at_once as f64 / self.per_minute as f64).min(WINDOW)
    }
}

impl Default for Rate {
    /// The data lake's, for a tenant (docs: Microsoft Sentinel data lake service limits).
    fn default() -> Self {
        Self { per_minute: 30, at_once: 10 }
    }
}

/// The queries of one process.
#[derive(Debug)]
pub(crate) struct Pace {
    rate: Rate,
    places: Semaphore,
    sent: Mutex<Sent>,
}

#[derive(Debug, Default)]
struct Sent {
    /// When each query of the last minute was sent, the oldest first.
    times: VecDeque<Instant>,
    /// Until when the service asked to be left alone.
    closed_until: Option<Instant>,
}

impl Pace {
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, places: Semaphore::new(rate.at_once), sent: Mutex::default() }
    }

    pub(crate) fn rate(&self) -> Rate {
        self.rate
    }

    /// A place among the queries at once, until it is dropped; none where there is none before the deadline.
    pub(crate) async fn place(&self, deadline: Instant) -> Option<SemaphorePermit<'_>> {
        timeout_at(deadline, self.places.acquire()).await.ok()?.ok()
    }

    /// Waits until a query may be sent, and counts it.
    ///
    /// # Errors
    /// Where that is not before the deadline: how long it takes.
    pub(crate) async fn turn(&self, deadline: Instant) -> Result<(), Duration> {
        loop {
            let now = Instant::now();
            let next = self.sent().next(now, self.rate.per_minute);
            match next {
                None => return Ok(()),
                Some(next) if next < deadline => sleep_until(next).await,
                Some(next) => return Err(next - now),
            }
        }
    }

    /// The service rejected a query, and asks for so much time.
    pub(crate) fn close_for(&self, time: Duration) {
        let until = Instant::now().checked_add(time.min(WINDOW));
        let mut sent = self.sent();
        sent.closed_until = sent.closed_until.max(until);
    }

    fn sent(&self) -> MutexGuard<'_, Sent> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sent {
    /// When a query may be sent; none where it is now, and is counted.
    fn next(&mut self, now: Instant, per_minute: usize) -> Option<Instant> {
        while self.times.front().is_some_and(|sent| *sent + WINDOW <= now) {
            self.times.pop_front();
        }
        let full =
            (self.times.len() >= per_minute).then(|| self.times.front().map(|oldest| *oldest + WINDOW)).flatten();
        let next = full.max(self.closed_until).filter(|next| *next > now);
        if next.is_none() {
            self.times.push_back(now);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    #[tokio::test(start_paused = true)]
    async fn no_minute_has_more_queries_than_it_may() {
        let pace = Pace::new(Rate { per_minute: 3, at_once: 1 });
        let start = Instant::now();
        let mut times = Vec::new();
        for _ in 0..10 {
            pace.turn(start + seconds(600)).await.unwrap();
            times.push(start.elapsed().as_secs());
            tokio::time::advance(seconds(5)).await;
        }
        assert_eq!(times, [0, 5, 10, 60, 65, 70, 120, 125, 130, 180]);
        assert_eq!(pace.turn(Instant::now() + seconds(54)).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_must_wait_too_long_learns_how_long() {
        let pace = Pace::new(Rate { per_minute: 1, at_once: 1 });
        assert_eq!(pace.turn(Instant::now()).await, Ok(()));
        tokio::time::advance(seconds(20)).await;
        assert_eq!(pace.turn(Instant::now() + seconds(40)).await, Err(seconds(40)));
        assert_eq!(pace.turn(Instant::now() + seconds(41)).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn the_service_is_left_alone_as_long_as_it_asks() {
        let pace = Pace::new(Rate::default());
        pace.close_for(seconds(30));
        pace.close_for(seconds(10));
        assert_eq!(pace.turn(Instant::now() + seconds(5)).await, Err(seconds(30)));
        tokio::time::advance(seconds(30)).await;
        assert_eq!(pace.turn(Instant::now()).await, Ok(()));
        pace.close_for(Duration::MAX);
        assert_eq!(pace.turn(Instant::now()).await, Err(WINDOW));
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_are_there_at_once_than_may_be() {
        let pace = Pace::new(Rate { per_minute: 30, at_once: 1 });
        let place = pace.place(Instant::now()).await;
        assert!(place.is_some() && pace.place(Instant::now() + seconds(1)).await.is_none());
        drop(place);
        assert!(pace.place(Instant::now()).await.is_some());
        assert_eq!(Rate::default().spread(), seconds(20));
    }
}
