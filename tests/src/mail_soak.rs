//! One mail per key: mails that are delivered several times, by workers that die in the middle.

use crate::{
    crashing::{Crash, Crashing},
    mailbox::Mailbox,
};
use email::{mailer::Mailer, request::Request};
use object_store::ObjectStore;
use runtime::{
    cancellation::Cancellation,
    context::Context,
    error::{ActionError, ErrorType},
    invocation::{Caller, Channel, Invocation},
    settings::Settings,
};
use serde_json::json;
use std::{
    collections::VecDeque,
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::{digest::Digest, store::Store};
use tokio::{sync::Notify, time::Instant};

/// Deliveries that are worked on at the same time.
const WORKERS: usize = 16;

/// How long a delivery may take, and so how long the turn of one that died is left alone.
const TIME: Duration = Duration::from_millis(1500);

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Mails that were to be sent.
    pub sends: usize,
    /// Deliveries of their events.
    pub deliveries: usize,
    /// Deliveries that died, by where.
    pub crashes: [usize; 6],
    /// Mails that were sent once, as all who asked were told.
    pub sent: usize,
    /// Mails of which everybody was told that it is unknown whether they were sent: taken by the mail server, and not.
    pub unknown: [usize; 2],
    /// Mails that were not sent, and nobody was told.
    pub lost: usize,
    /// Mails that were sent more than once.
    pub duplicates: usize,
    /// Those of them of which the mail server's answer had arrived.
    pub duplicates_after_an_answer: usize,
    /// Mails of which not all who asked were told the same.
    pub contradictions: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} mails in {} deliveries", self.sends, self.deliveries)?;
        for (crash, count) in Crash::ALL.iter().zip(self.crashes) {
            writeln!(f, "  {count:>6} died at {crash:?}")?;
        }
        let [taken, not_taken] = self.unknown;
        writeln!(f, "  {:>6} sent once, and said so", self.sent)?;
        writeln!(f, "  {:>6} OutcomeUnknown: {taken} sent, {not_taken} not sent", taken + not_taken)?;
        writeln!(f, "  {:>6} lost", self.lost)?;
        writeln!(
            f,
            "  {:>6} duplicates, {} of them after an answer",
            self.duplicates, self.duplicates_after_an_answer
        )?;
        write!(f, "  {:>6} contradictions", self.contradictions)
    }
}

impl Figures {
    /// Whether every promise was kept.
    pub fn keep_the_promise(&self) -> bool {
        let [taken, not_taken] = self.unknown;
        self.sent + taken + not_taken == self.sends
            && [self.lost, self.duplicates, self.duplicates_after_an_answer, self.contradictions] == [0; 4]
    }
}

/// A delivery that waits.
struct Delivery {
    mail: usize,
    crash: Option<Crash>,
}

/// What everybody works with.
struct Soak {
    store: Store,
    mailbox: Arc<Mailbox>,
    mailer: Mailer,
    waiting: Mutex<VecDeque<Delivery>>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    deliveries: usize,
    crashes: [usize; 6],
    /// What was told of each mail: that it was sent, or that it is unknown.
    told: Vec<Vec<bool>>,
}

/// Sends this many mails, each delivered one to five times, with a store in `folder`.
///
/// # Errors
/// Where the soak itself cannot run.
pub async fn run(sends: usize, folder: &Path, seed: u64) -> Result<Figures, String> {
    let mailbox = Arc::new(Mailbox::default());
    let port = Arc::clone(&mailbox).serve().await.map_err(|error| error.to_string())?;
    let store = Store::open(&format!("file://{}", folder.display()), &|_| None, || Err("a folder".to_owned()))?;
    let told = vec![Vec::new(); sends];
    let soak = Arc::new(Soak {
        store,
        mailbox,
        mailer: mailer(port)?,
        waiting: Mutex::new(deliveries(sends, seed)),
        seen: Mutex::new(Seen { told, ..Seen::default() }),
    });
    let workers: Vec<_> = (0..WORKERS).map(|_| tokio::spawn(work(Arc::clone(&soak)))).collect();
    for worker in workers {
        worker.await.map_err(|error| error.to_string())??;
    }
    Ok(soak.figures())
}

fn mailer(port: u16) -> Result<Mailer, String> {
    let url = format!("smtp://127.0.0.1:{port}");
    let settings =
        [("MAIL_URL", url.as_str()), ("MAIL_FROM", "a@example.com"), ("MAIL_ALLOWED_RECIPIENTS", "@example.com")];
    let settings = Settings::from_variables(settings.map(|(name, value)| (name.to_owned(), value.to_owned())));
    settings.and_then(|settings| Mailer::from_settings(&settings)).map_err(|error| error.to_string())
}

/// One to five deliveries of each mail, near each other and in any order; a third of them dies somewhere.
fn deliveries(sends: usize, seed: u64) -> VecDeque<Delivery> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut all: Vec<(usize, Delivery)> = Vec::new();
    for mail in 0..sends {
        for _ in 0..random.usize(1..=5) {
            let crash = (random.u8(0..3) == 0).then(|| Crash::ALL[random.usize(0..6)]);
            all.push((mail + random.usize(0..WORKERS), Delivery { mail, crash }));
        }
    }
    all.sort_by_key(|(position, _)| *position);
    all.into_iter().map(|(_, delivery)| delivery).collect()
}

/// Takes deliveries until none waits.
async fn work(soak: Arc<Soak>) -> Result<(), String> {
    while let Some(delivery) = soak.next() {
        let again = Delivery { mail: delivery.mail, crash: None };
        match soak.deliver(&delivery).await {
            // Lambda delivers an event again whose function died, and one that failed.
            None => {
                if let Some(position) = Crash::ALL.iter().position(|crash| Some(*crash) == delivery.crash) {
                    soak.seen(|seen| seen.crashes[position] += 1);
                }
                soak.wait(again);
            }
            Some(Ok(())) => soak.seen(|seen| seen.told[delivery.mail].push(true)),
            Some(Err(error)) if error.error_type == ErrorType::OutcomeUnknown => {
                soak.seen(|seen| seen.told[delivery.mail].push(false));
            }
            Some(Err(error)) if error.retryable => soak.wait(again),
            Some(Err(error)) => return Err(error.to_string()),
        }
    }
    Ok(())
}

impl Soak {
    fn next(&self) -> Option<Delivery> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn wait(&self, delivery: Delivery) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push_back(delivery);
    }

    fn seen(&self, note: impl FnOnce(&mut Seen)) {
        note(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Delivers an event; none where whoever got it died.
    async fn deliver(&self, delivery: &Delivery) -> Option<Result<(), ActionError>> {
        self.seen(|seen| seen.deliveries += 1);
        let dead = Arc::new(Notify::new());
        let subject = format!("mail-{}", delivery.mail);
        if delivery.crash == Some(Crash::BeforeAnswer) {
            self.mailbox.lose_answer(&subject, Arc::clone(&dead));
        }
        let crashing = |objects| -> Arc<dyn ObjectStore> {
            Arc::new(Crashing { objects, crash: delivery.crash, dead: Arc::clone(&dead) })
        };
        let store = self.store.clone().with_objects(crashing);
        let deadline = Instant::now() + TIME;
        let sending = tokio::time::timeout_at(deadline, send(self.mailer.clone(), store, &subject, deadline));
        tokio::select! {
            biased;
            () = dead.notified() => None,
            outcome = sending => Some(outcome.unwrap_or_else(|_late| {
                Err(ActionError::new(ErrorType::Unavailable, "the delivery took too long"))
            })),
        }
    }

    fn figures(&self) -> Figures {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (deliveries, crashes) = (seen.deliveries, seen.crashes);
        let mut figures = Figures { sends: seen.told.len(), deliveries, crashes, ..Figures::default() };
        for (mail, told) in seen.told.iter().enumerate() {
            let subject = format!("mail-{mail}");
            let taken = self.mailbox.taken(&subject);
            figures.duplicates += usize::from(taken > 1);
            figures.duplicates_after_an_answer += usize::from(taken > 1 && self.mailbox.is_answered(&subject));
            match (told.iter().all(|sent| *sent), told.iter().any(|sent| *sent)) {
                (true, true) if taken == 0 => figures.lost += 1,
                (true, true) => figures.sent += 1,
                (false, false) => figures.unknown[usize::from(taken == 0)] += 1,
                (true, false) => figures.lost += 1,
                (false, true) => figures.contradictions += 1,
            }
        }
        figures
    }
}

async fn send(mailer: Mailer, store: Store, subject: &str, deadline: Instant) -> Result<(), ActionError> {
    let request =
        json!({"to": "soc@example.com", "subject": subject, "body": "<p>b</p>", "idempotencyKey": subject}).to_string();
    let invocation = Invocation {
        request_id: String::new(),
        channel: Channel::Direct { inline_limit: 200_000 },
        caller: Caller::Internal,
        caller_token: None,
        media_type: "application/json",
        path: None,
        idempotency_key: None,
        payload: Digest::of(request.as_bytes()),
        deadline,
        cancellation: Cancellation::default(),
    };
    let request: Request =
        serde_json::from_str(&request).map_err(|error| ActionError::bad_request(error.to_string()))?;
    let context = Context { client: mailer, store: Some(store), invocation };
    email::run(&context, request).await.map(|_| ())
}
