//! Many callers, within reserved concurrency: as many function instances as Lambda may run at once, each with one request at a time.

use super::{asked, kusto, lake, post};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};
use tests::{events, kusto::Kusto};

/// The function's reserved concurrency.
const INSTANCES: usize = 10;
/// How many callers each instance has, one after the other.
const CALLERS: usize = 10;

/// What a caller got: the status and the body, and when after the first call.
struct Got {
    caller: usize,
    status: u64,
    body: Value,
    after: Duration,
}

/// All callers, each of whom asks for its own number and waits so long.
fn call(kusto: &Kusto, patience: Duration) -> Vec<Got> {
    let functions: Vec<_> = (0..INSTANCES).map(|_| lake(kusto, "query")).collect();
    let start = Instant::now();
    thread::scope(|scope| {
        let instances: Vec<_> = functions
            .iter()
            .enumerate()
            .map(|(instance, function)| {
                scope.spawn(move || {
                    let callers = (0..CALLERS).map(|caller| instance * CALLERS + caller);
                    let one = |caller: usize| {
                        let request = json!({"db": "default", "csl": format!("print n = {caller}")});
                        let event = events::http(&request.to_string()).to_string();
                        let reply = function.invoke_text(&event, patience).reply();
                        let body = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
                        Got { caller, status: reply["statusCode"].as_u64().unwrap(), body, after: start.elapsed() }
                    };
                    callers.map(one).collect::<Vec<_>>()
                })
            })
            .collect();
        instances.into_iter().flat_map(|instance| instance.join().unwrap()).collect()
    })
}

/// Those who were answered, each with its own number; the others were `Throttled`, and told how long.
fn throttled(got: &[Got]) -> Vec<&Got> {
    let (answered, throttled): (Vec<_>, Vec<_>) = got.iter().partition(|got| got.status == 200);
    for got in answered {
        assert_eq!(got.body["value"], json!([{"n": got.caller}]));
    }
    for got in &throttled {
        assert_eq!(
            (got.status, &got.body["code"], &got.body["retryable"]),
            (429, &json!("Throttled"), &json!(true)),
            "{}",
            got.body
        );
    }
    throttled
}

#[test]
fn a_hundred_callers_are_answered_or_throttled_for_as_long_as_is_true() {
    let kusto = kusto(&[]);
    let got = call(&kusto, Duration::from_secs(4));
    let throttled = throttled(&got);
    // A query is let in a minute after an earlier one, and not before.
    assert_eq!(got.len() - throttled.len(), 30);
    for got in throttled {
        let retry_after = got.body["retryAfter"].as_u64().unwrap();
        let open = got.after + Duration::from_secs(retry_after);
        assert!(retry_after <= 60 && open >= Duration::from_secs(59), "after {:?}: {}", got.after, got.body);
    }
    // Nobody asks again whom it cannot help: each instance was rejected once, and leaves the lake alone then.
    let rejected = asked(&kusto).iter().filter(|request| request["status"] == 429).count();
    assert!(rejected <= INSTANCES, "{rejected}");
}

#[test]
fn those_who_can_wait_are_answered() {
    // The same in a thirtieth of the time.
    let kusto = kusto(&["--lake", "30/2/3"]);
    let got = call(&kusto, Duration::from_secs(15));
    let throttled = throttled(&got);
    assert!(throttled.len() <= 10, "{} of {}", throttled.len(), got.len());
    // They come back apart from each other: of three requests at most one was in vain.
    let (all, rejected) = {
        let asked = asked(&kusto);
        (asked.len(), asked.iter().filter(|request| request["status"] == 429).count())
    };
    assert!(rejected * 2 <= all, "{rejected} of {all}");
}

#[test]
fn a_rejection_is_for_the_lake_alone() {
    let kusto = kusto(&["--lake", "1/60/1"]);
    let query = lake(&kusto, "query");
    let request = json!({"db": "default", "csl": "print 1"});
    assert_eq!(post(&query, &request).0, 200);
    let event = events::http(&request.to_string()).to_string();
    let reply = query.invoke_text(&event, Duration::from_secs(4)).reply();
    let retry_after: u64 = reply["headers"]["retry-after"].as_str().unwrap().parse().unwrap();
    assert!(reply["statusCode"] == 429 && (55..=60).contains(&retry_after), "{reply}");
    // The cluster beside it is asked as ever.
    assert_eq!(kusto.query("print 1")["Rows"], json!([[1]]));
}
