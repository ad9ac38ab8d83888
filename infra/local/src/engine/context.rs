//! What holds for the whole of a query: its database, its options, the time it calls now.

use crate::engine::error::{EngineError, Result};
use crate::engine::options::Options;
use crate::engine::relation::Relation;
use crate::storage::catalog::{Catalog, Database};
use crate::storage::time::DateTime;
use crate::storage::value::Value;
use regex::Regex;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// The rows of an intermediate result that are refused rather than let the process run out of memory.
const MAX_ROWS: usize = 50_000_000;

/// How deep functions may call each other.
const MAX_CALLS: usize = 64;

/// The databases, options and caches of one run of a query.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) catalog: Catalog,
    pub(super) database: String,
    pub(super) options: Options,
    now: DateTime,
    /// Tables that a statement answers in the place of its own, by name: those of `fork` and `facet`.
    pub(super) further: RefCell<Vec<(String, Relation)>>,
    /// What `set` statements said.
    pub(super) settings: RefCell<HashMap<String, Value<'static>>>,
    regexes: RefCell<HashMap<String, Option<Rc<Regex>>>>,
    random: Cell<u64>,
    /// How many functions are being computed, each called by the one before.
    calls: Cell<usize>,
}

impl Context {
    pub(super) fn new(catalog: Catalog, database: &str, options: Options, now: DateTime) -> Self {
        let seed = u64::from_be_bytes(uuid::Uuid::new_v4().as_u64_pair().0.to_be_bytes()) | 1;
        Self {
            catalog,
            database: database.to_owned(),
            options,
            now,
            further: RefCell::default(),
            settings: RefCell::default(),
            regexes: RefCell::default(),
            random: Cell::new(seed),
            calls: Cell::new(0),
        }
    }

    /// What `now()` is: the time at which the query started, unless it set another.
    pub(super) fn now(&self) -> DateTime {
        match self.settings.borrow().get("query_now") {
            Some(Value::DateTime(set)) => *set,
            _ => self.now,
        }
    }

    /// The database that the query is for; empty where there is none of its name.
    pub(super) fn current_database(&self) -> Option<&Database> {
        self.catalog.database(&self.database)
    }

    /// Stops a query that was cancelled or whose time is over.
    pub(super) fn check(&self) -> Result<()> {
        if self.options.cancelled.as_ref().is_some_and(|cancelled| cancelled.load(Ordering::Relaxed)) {
            return Err(EngineError::limit("E_QUERY_CANCELLED", "the query was cancelled"));
        }
        if self.options.deadline.is_some_and(|deadline| Instant::now() > deadline) {
            return Err(EngineError::limit(
                "E_QUERY_TIMEOUT",
                "the query did not finish in its time: ask for less, or raise servertimeout",
            ));
        }
        Ok(())
    }

    /// Computes the body of a function; an error where functions call each other too deep.
    pub(super) fn call<T>(&self, body: impl FnOnce() -> Result<T>) -> Result<T> {
        self.check()?;
        if self.calls.get() >= MAX_CALLS {
            let message = format!("functions call each other deeper than {MAX_CALLS} levels");
            return Err(EngineError::limit("E_RUNAWAY_QUERY", message));
        }
        self.calls.set(self.calls.get() + 1);
        let result = body();
        self.calls.set(self.calls.get() - 1);
        result
    }

    /// Refuses an intermediate result of too many rows.
    pub(super) fn check_rows(&self, rows: usize) -> Result<()> {
        let most = self.options.max_rows.unwrap_or(MAX_ROWS);
        if rows > most {
            let message =
                format!("the query needs an intermediate result of more than {most} rows: filter or aggregate earlier");
            return Err(EngineError::limit("E_LOW_MEMORY_CONDITION", message));
        }
        self.check()
    }

    /// The compiled regular expression; none where it is not valid.
    pub(super) fn regex(&self, pattern: &str) -> Option<Rc<Regex>> {
        let mut regexes = self.regexes.borrow_mut();
        if let Some(found) = regexes.get(pattern) {
            return found.clone();
        }
        let compiled = Regex::new(pattern).ok().map(Rc::new);
        regexes.insert(pattern.to_owned(), compiled.clone());
        compiled
    }

    /// The next pseudo-random number, from 0 to below 1 (xorshift64*).
    pub(super) fn random(&self) -> f64 {
        let mut state = self.random.get();
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.random.set(state);
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
