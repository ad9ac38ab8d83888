//! Which failures lead to another request, by what was asked.

use crate::{
    certificates::{Certificates, Quality},
    credentials::token,
    fake::{Fake, Reply},
    setup::{ONE_ROW_V1, Rows, TWO_ROWS, gzip, hurry, local, remote, soon},
};
use kusto_client::{
    client::Client,
    error::{Error, ErrorKind},
    ingest::{DataFormat, Ingestion},
    request::Request,
};
use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Query,
    Show,
    Command,
    Ingest,
}

async fn ask(client: &Client, asked: Asked, deadline: Instant) -> Result<(), Error> {
    let connection = client.connections().select(None, None, |_| true).unwrap();
    let database = connection.database(None).unwrap();
    let mut request = Request::new(&database, "T", "test", deadline);
    request.read_only = asked == Asked::Show;
    let mut rows = Rows::default();
    match asked {
        Asked::Query => client.query(&request, &mut rows).await.map(drop),
        Asked::Show | Asked::Command => client.command(&request, &mut rows).await.map(drop),
        Asked::Ingest => {
            let records = br#"{"a":1}"#;
            client.ingest(&Ingestion::new(&database, "T", DataFormat::Json, records, deadline)).await.map(drop)
        }
    }
}

fn words(permanent: Option<bool>, code: &str) -> String {
    let permanent = permanent.map(|permanent| format!(r#","@permanent":{permanent}"#)).unwrap_or_default();
    format!(r#"{{"error":{{"code":"{code}","message":"m","@message":"it said so"{permanent}}}}}"#)
}

/// Every request is answered alike: the error, and how many there were.
async fn fails(asked: Asked, reply: Reply) -> (Error, usize) {
    hurry();
    let fake = Fake::plain(move |_| reply.clone()).await;
    let error = ask(&local(&fake, ""), asked, soon()).await.unwrap_err();
    (error, fake.requests().len())
}

#[tokio::test]
async fn status_and_permanence_decide() {
    use Asked::{Command, Ingest, Query, Show};
    const NO: Option<bool> = Some(false);
    const YES: Option<bool> = Some(true);
    // status, @permanent, code; kind; requests for what only reads, for what does not; whether the outcome of the latter is unknown
    let table = [
        (400, YES, "General_BadRequest", ErrorKind::Query, 1, 1, false),
        (400, NO, "General_BadRequest", ErrorKind::Query, 1, 1, false),
        (400, None, "General_BadRequest", ErrorKind::Query, 1, 1, false),
        (400, NO, "LimitsExceeded", ErrorKind::LimitExceeded, 1, 1, false),
        (400, YES, "BadRequest_EntityNotFound", ErrorKind::NotFound, 1, 1, false),
        (401, None, "", ErrorKind::Unauthorized, 1, 1, false),
        (403, YES, "Forbidden", ErrorKind::Forbidden, 1, 1, false),
        (404, YES, "", ErrorKind::NotFound, 1, 1, false),
        (408, None, "", ErrorKind::Unavailable, 1, 1, true),
        (409, YES, "Conflict", ErrorKind::Query, 1, 1, false),
        (413, YES, "", ErrorKind::LimitExceeded, 1, 1, false),
        (429, NO, "TooManyRequests", ErrorKind::Throttled, 3, 3, false),
        (429, YES, "TooManyRequests", ErrorKind::Throttled, 3, 3, false),
        (500, NO, "", ErrorKind::Unavailable, 1, 1, true),
        (500, YES, "", ErrorKind::Unavailable, 1, 1, true),
        (502, None, "", ErrorKind::Unavailable, 3, 1, true),
        (503, None, "", ErrorKind::Unavailable, 3, 1, true),
        (503, NO, "ServiceUnavailable", ErrorKind::Unavailable, 3, 1, true),
        (503, YES, "ServiceUnavailable", ErrorKind::Unavailable, 1, 1, true),
        (504, None, "", ErrorKind::Unavailable, 3, 1, true),
        (504, NO, "Timeout", ErrorKind::Unavailable, 3, 1, true),
        (504, YES, "Timeout", ErrorKind::LimitExceeded, 1, 1, true),
        (520, NO, "General_InternalServerError", ErrorKind::Unavailable, 3, 1, true),
        (520, YES, "General_InternalServerError", ErrorKind::Query, 1, 1, true),
        (520, None, "General_InternalServerError", ErrorKind::Unavailable, 1, 1, true),
        (520, NO, "LimitsExceeded", ErrorKind::LimitExceeded, 1, 1, true),
    ];
    for (status, permanent, code, kind, reading, changing, unknown) in table {
        for (asked, requests) in [(Query, reading), (Show, reading), (Command, changing), (Ingest, changing)] {
            let case = format!("{status} {permanent:?} {code:?} {asked:?}");
            let (error, made) = fails(asked, Reply::new(status, "", words(permanent, code))).await;
            assert_eq!((error.kind(), made), (kind, requests), "{case}");
            assert_eq!(error.is_outcome_unknown(), unknown && matches!(asked, Command | Ingest), "{case}");
            assert!(!(error.is_outcome_unknown() && error.is_retryable()), "{case}");
        }
    }
}

#[tokio::test]
async fn a_failure_without_words_is_one_too() {
    for body in ["", "Service Unavailable", "<html>", "null", "[]", r#"{"error":"x"}"#] {
        let (error, made) = fails(Asked::Query, Reply::new(503, "", body)).await;
        assert_eq!((error.kind(), made), (ErrorKind::Unavailable, 3), "{body}");
    }
    let (error, _) = fails(Asked::Query, Reply::new(400, "Content-Encoding: gzip\r\n", gzip(words(None, "x")))).await;
    assert_eq!(error.service().unwrap().message, "it said so");
}

#[tokio::test]
async fn what_succeeds_at_last_succeeds() {
    for (asked, status) in [(Asked::Query, 503), (Asked::Show, 520), (Asked::Command, 429)] {
        hurry();
        let served = AtomicUsize::new(0);
        let fake = Fake::plain(move |_| match served.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => Reply::new(status, "", words(Some(false), "x")),
            _ if asked == Asked::Query => Reply::json(TWO_ROWS),
            _ => Reply::json(ONE_ROW_V1),
        })
        .await;
        ask(&local(&fake, ""), asked, soon()).await.unwrap();
        assert_eq!(fake.requests().len(), 3);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_followed_by_another_only_to_read() {
    for (asked, requests, unknown) in
        [(Asked::Query, 3, false), (Asked::Show, 3, false), (Asked::Command, 1, true), (Asked::Ingest, 1, true)]
    {
        let (error, made) = fails(asked, Reply::none()).await;
        assert_eq!((error.kind(), made), (ErrorKind::Unreachable, requests), "{asked:?}");
        assert_eq!(error.is_outcome_unknown(), unknown, "{asked:?}");
    }
}

#[tokio::test]
async fn a_kept_connection_that_is_gone_is_replaced_unseen() {
    hurry();
    let served = AtomicUsize::new(0);
    let fake = Fake::plain(move |_| match served.fetch_add(1, Ordering::SeqCst) {
        1 => Reply::none(),
        _ => Reply::json(TWO_ROWS),
    })
    .await;
    let client = local(&fake, "");
    for _ in 0..2 {
        ask(&client, Asked::Query, soon()).await.unwrap();
    }
    assert_eq!((fake.requests().len(), fake.connections()), (3, 2));
}

#[tokio::test]
async fn nothing_was_done_where_nothing_listens() {
    hurry();
    let fake = Fake::plain(|_| Reply::none()).await;
    let url = fake.url();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = local(
        &fake,
        &format!(
            "[[connection]]\nname = \"gone\"\ncluster = \"http://{free}\"\ndatabases = [\"db\"]\ncredential = {{ kind = \"none\" }}\n"
        ),
    );
    let database = client.connections().select(Some("gone"), None, |_| true).unwrap().database(None).unwrap();
    let request = Request::new(&database, ".create table T (a: int)", "test", soon());
    let error = client.command(&request, &mut Rows::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(error.is_retryable() && !error.is_outcome_unknown());
    assert!(error.to_string().contains("`gone`"), "{error}");
    assert_eq!(fake.connections(), 0, "{url}");
}

/// Every order of four failures of which each by itself leads to another request.
fn orders() -> impl Iterator<Item = [Reply; 4]> {
    let failures = || [Reply::new(503, "", ""), Reply::new(429, "", ""), Reply::new(401, "", ""), Reply::none()];
    let any = move |digit: usize| failures()[digit % 4].clone();
    (0..256).map(move |order| [any(order), any(order / 4), any(order / 16), any(order / 64)])
}

#[tokio::test]
async fn no_order_of_failures_leads_to_more_than_three_requests() {
    let (order, made) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
    let (replies, count) = (order.clone(), made.clone());
    let certificates = Certificates::new(Quality::Good);
    let root = certificates.root();
    let fake = Fake::proxy(certificates, move |seen| match seen.target.as_str() {
        "/v1/rest/auth/metadata" => Reply::new(404, "", ""),
        target if target.ends_with("/token") => token("t0ken", 3599),
        _ => {
            let replies: MutexGuard<Vec<Reply>> = replies.lock().unwrap();
            replies[count.fetch_add(1, Ordering::SeqCst)].clone()
        }
    })
    .await;
    let client = remote(&fake, root);
    for replies in orders() {
        for asked in [Asked::Query, Asked::Command] {
            hurry();
            *order.lock().unwrap() = replies.to_vec();
            made.store(0, Ordering::SeqCst);
            ask(&client, asked, soon()).await.unwrap_err();
            let made = made.load(Ordering::SeqCst);
            assert!((1..=3).contains(&made), "{made} requests of {asked:?} met {replies:?}");
        }
    }
}

#[tokio::test]
async fn retry_after_is_honoured_or_given_back() {
    let seconds = |wanted: u64| Some(Duration::from_secs(wanted));
    // Retry-After; requests within 2 s; what the error says
    for (header, requests, said) in [
        ("0", 3, seconds(0)),
        ("1", 2, seconds(1)),
        ("soon", 3, None),
        ("30", 1, seconds(30)),
        ("9999", 1, seconds(9999)),
        ("-1", 3, None),
    ] {
        hurry();
        let reply = Reply::new(429, &format!("Retry-After: {header}\r\n"), "");
        let fake = Fake::plain(move |_| reply.clone()).await;
        let error = ask(&local(&fake, ""), Asked::Query, Instant::now() + Duration::from_secs(2)).await.unwrap_err();
        assert_eq!((error.kind(), fake.requests().len()), (ErrorKind::Throttled, requests), "{header}");
        assert_eq!(error.retry_after(), said, "{header}");
        assert!(error.is_retryable());
    }
    let date = httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(300));
    let (error, made) = fails(Asked::Query, Reply::new(429, &format!("Retry-After: {date}\r\n"), "")).await;
    assert_eq!(made, 1);
    assert!((290..=300).contains(&error.retry_after().unwrap().as_secs()));
}
