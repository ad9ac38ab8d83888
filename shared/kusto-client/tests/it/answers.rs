//! Answers whole, cut, swollen and late.

use crate::{
    fake::{Fake, Reply, Seen},
    setup::{ONE_ROW_V1, Rows, TWO_ROWS, gzip, hurry, local, soon},
};
use auth::{
    cluster_url::ClusterUrl,
    credential::Credential,
    http::{HttpClient, HttpSettings},
};
use kusto_client::{
    client::{Answer, Client},
    connection::Connections,
    error::{Error, ErrorKind},
    request::{OnLimit, Request},
};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use tokio::time::Instant;

const GZIP: &str = "Content-Encoding: gzip\r\n";

async fn query(client: &Client, rows: &mut Rows) -> Result<Answer, Error> {
    let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
    client.query(&Request::new(&database, "T", "test", soon()), rows).await
}

async fn answered(reply: Reply) -> Result<Rows, Error> {
    let fake = Fake::plain(move |_| reply.clone()).await;
    let mut rows = Rows::default();
    query(&local(&fake, ""), &mut rows).await.map(|_| rows)
}

#[tokio::test]
async fn rows_arrive_in_every_framing() {
    let compressed = gzip(TWO_ROWS);
    let chunked =
        format!("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{TWO_ROWS}\r\n0\r\n\r\n", TWO_ROWS.len());
    for reply in [
        Reply::json(TWO_ROWS),
        Reply::new(200, GZIP, &compressed),
        Reply::new(200, "Content-Encoding: GZIP\r\n", &compressed),
        Reply::until_close("", TWO_ROWS.as_bytes()),
        Reply::until_close(GZIP, &compressed),
        Reply::stall(chunked),
    ] {
        assert_eq!(answered(reply).await.unwrap(), Rows(vec!["1,\"one\"".to_owned(), "2,\"two\"".to_owned()]));
    }
}

#[tokio::test]
async fn an_answer_carries_what_finds_it_again() {
    let fake = Fake::plain(|_| Reply::new(200, "x-ms-activity-id: act-1\r\n", TWO_ROWS)).await;
    let answer = query(&local(&fake, ""), &mut Rows::default()).await.unwrap();
    let sent = fake.requests().remove(0);
    assert_eq!(answer.activity_id.as_deref(), Some("act-1"));
    assert_eq!(sent.header("x-ms-client-request-id"), Some(answer.client_request_id.as_str()));
    assert!(answer.client_request_id.starts_with("AzureDataExplorerFunctions.test;"), "{}", answer.client_request_id);
    assert!(!answer.truncated);
    assert_eq!(answer.completion.tables[0].row_count, 2);
}

/// The first `at` bytes of a body in every framing of HTTP, none of which it fills.
fn cuts(headers: &str, body: &[u8], at: usize) -> [Reply; 3] {
    let cut = &body[..at];
    // Whole chunks, and no last one.
    let chunked =
        format!("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n{headers}\r\n{at:x}\r\n");
    let chunked = if at == 0 { chunked.replace("0\r\n", "") } else { chunked };
    let chunked = [chunked.as_bytes(), cut, b"\r\n"].concat();
    [Reply::cut(body.len(), headers, cut), Reply::until_close(headers, cut), Reply::bytes(chunked)]
}

/// Asks as often as there are replies, which are all cut.
async fn none_is_an_answer(replies: Vec<Reply>, path: &str) {
    let (count, asked) = (replies.len(), AtomicUsize::new(0));
    let fake = Fake::plain(move |_| replies[asked.fetch_add(1, Ordering::SeqCst)].clone()).await;
    let client = local(&fake, "");
    let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
    for number in 0..count {
        let request = Request::new(&database, "T", "test", soon());
        let mut rows = Rows::default();
        let answer = match path {
            "query" => client.query(&request, &mut rows).await,
            _ => client.command(&request, &mut rows).await,
        };
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadAnswer, "{path} {number}: {error}");
    }
    assert_eq!(fake.count(path), count);
}

#[tokio::test]
async fn an_answer_that_is_cut_is_never_one() {
    const PROGRESSIVE: &str = include_str!("../../../kusto-protocol/tests/fixtures/v2-progressive.json");
    for (path, text) in [("query", TWO_ROWS), ("query", PROGRESSIVE.trim_end()), ("mgmt", ONE_ROW_V1)] {
        for (headers, body) in [("", text.as_bytes().to_vec()), (GZIP, gzip(text))] {
            // One framing does for the long one.
            let framings = if text.len() > 1000 { 1 } else { 3 };
            let replies = (0..body.len()).flat_map(|at| cuts(headers, &body, at).into_iter().take(framings));
            none_is_an_answer(replies.collect(), path).await;
        }
    }
}

#[tokio::test]
async fn an_encoding_that_is_wrong_is_refused() {
    let compressed = gzip(TWO_ROWS);
    let mut flipped = compressed.clone();
    let crc = flipped.len() - 6;
    flipped[crc] ^= 1;
    for (name, reply) in [
        ("brotli", Reply::new(200, "Content-Encoding: br\r\n", TWO_ROWS)),
        ("nested", Reply::new(200, "Content-Encoding: gzip, gzip\r\n", gzip(&compressed))),
        (
            "nested in two headers",
            Reply::new(200, "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", gzip(&compressed)),
        ),
        ("not gzip", Reply::new(200, GZIP, TWO_ROWS)),
        ("checksum", Reply::new(200, GZIP, flipped)),
        ("two members", Reply::new(200, GZIP, [compressed.clone(), compressed.clone()].concat())),
        ("trailing", Reply::new(200, GZIP, [compressed.as_slice(), b"x"].concat())),
    ] {
        let error = answered(reply).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadAnswer, "{name}: {error}");
    }
}

#[tokio::test]
async fn a_bomb_ends_early() {
    let bomb = gzip(vec![b' '; 8 << 20]);
    let error = answered(Reply::new(200, GZIP, bomb)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert!(error.to_string().contains("more than 200 times its size"), "{error}");
}

#[tokio::test]
async fn bytes_are_limited_plain_and_compressed() {
    let long = TWO_ROWS.replace("one", &"abcdefgh".repeat(2000));
    for reply in [Reply::json(&long), Reply::new(200, GZIP, gzip(&long))] {
        let fake = Fake::plain(move |_| reply.clone()).await;
        let client = local(&fake, "limits = { bytes = \"8 KiB\" }");
        let error = query(&client, &mut Rows::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded);
        assert!(error.to_string().contains("more than 10240 bytes"), "{error}");
    }
}

#[tokio::test]
async fn rows_past_the_limit_are_an_error_or_are_left_out() {
    let fake = Fake::plain(|_| Reply::json(TWO_ROWS)).await;
    for (limit, on_limit, kept) in [
        (2, OnLimit::Error, Some(2)),
        (1, OnLimit::Error, None),
        (1, OnLimit::Truncate, Some(1)),
        (2, OnLimit::Truncate, Some(2)),
    ] {
        let client = local(&fake, "");
        let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
        let mut request = Request::new(&database, "T", "test", soon());
        request.limits.rows = limit;
        request.on_limit = on_limit;
        let mut rows = Rows::default();
        match (client.query(&request, &mut rows).await, kept) {
            (Ok(answer), Some(kept)) => {
                assert_eq!((rows.0.len(), answer.truncated), (kept, kept < 2));
                assert_eq!(answer.completion.tables[0].row_count, kept as u64);
            }
            (Err(error), None) => assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{error}"),
            other => panic!("{limit} {on_limit:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_stall_ends_at_the_deadline_and_the_query_is_cancelled() {
    let head = "HTTP/1.1 200 x\r\nContent-Length: 1000\r\n\r\n";
    for reply in [Reply::stall(""), Reply::stall(head), Reply::stall([head, &TWO_ROWS[..200]].concat())] {
        let fake =
            Fake::plain(move |seen| if seen.target.contains("mgmt") { Reply::json(ONE_ROW_V1) } else { reply.clone() })
                .await;
        let client = local(&fake, "");
        let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
        let deadline = Instant::now() + Duration::from_secs(2);
        let request = Request::new(&database, "T", "test", deadline);
        let error = client.query(&request, &mut Rows::default()).await.unwrap_err();
        assert!(Instant::now() < deadline);
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(!error.is_retryable() && !error.is_outcome_unknown());
        let cancel = fake.requests().remove(1).json();
        assert_eq!(cancel["csl"], format!(".cancel query \"{}\"", request.client_request_id));
    }
}

#[tokio::test]
async fn a_show_command_that_stalls_is_cancelled_as_well() {
    let is_cancel = |seen: &Seen| seen.json()["csl"].as_str().unwrap().starts_with(".cancel query");
    let fake = Fake::plain(move |seen| if is_cancel(seen) { Reply::json(ONE_ROW_V1) } else { Reply::stall("") }).await;
    let client = local(&fake, "");
    let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
    let mut request = Request::new(&database, ".show tables", "test", Instant::now() + Duration::from_secs(2));
    request.read_only = true;
    let error = client.command(&request, &mut Rows::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_outcome_unknown()), (ErrorKind::Timeout, false));
    let cancel = fake.requests().remove(1).json();
    assert_eq!(cancel["csl"], format!(".cancel query \"{}\"", request.client_request_id));
}

#[tokio::test]
async fn a_timeout_of_the_service_near_the_deadline_is_one_and_earlier_it_is_a_failure() {
    let words = r#"{"error":{"code":"Timeout","message":"m","@permanent":false}}"#;
    for (left, kind, requests) in [(1500, ErrorKind::Timeout, 2), (20_000, ErrorKind::Unavailable, 3)] {
        hurry();
        let fake = Fake::plain(move |_| Reply::new(504, "", words)).await;
        let client = local(&fake, "");
        let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
        let request = Request::new(&database, "T", "test", Instant::now() + Duration::from_millis(left));
        let error = client.query(&request, &mut Rows::default()).await.unwrap_err();
        // The second of two is to cancel.
        assert_eq!((error.kind(), fake.requests().len(), error.is_retryable()), (kind, requests, left > 2000));
    }
}

/// A port of loopback at which no connection is made and none is refused: its queue is full.
async fn full_port() -> (std::net::SocketAddr, impl Sized) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    let connect = || tokio::net::TcpStream::connect(address);
    while let Ok(stream) = tokio::time::timeout(Duration::from_millis(100), connect()).await {
        waiting.push(stream.unwrap());
    }
    (address, (listener, waiting))
}

#[tokio::test]
async fn a_stall_at_connect_has_sent_nothing() {
    let (address, _full) = full_port().await;
    let url = ClusterUrl::parse(&format!("http://{address}")).unwrap();
    let connections = Connections::single(url, "db", Credential::None).unwrap();
    let client = Client::new(HttpClient::new(&HttpSettings::default()).unwrap(), connections);
    let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
    let request = Request::new(&database, ".drop table T", "test", Instant::now() + Duration::from_millis(200));
    let error = client.command(&request, &mut Rows::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_outcome_unknown()), (ErrorKind::Timeout, false));
}

#[tokio::test]
async fn a_deadline_that_has_passed_asks_nothing() {
    let fake = Fake::plain(|_| Reply::json(TWO_ROWS)).await;
    let client = local(&fake, "");
    let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
    let request = Request::new(&database, "T", "test", Instant::now());
    let error = client.query(&request, &mut Rows::default()).await.unwrap_err();
    assert_eq!((error.kind(), fake.requests().len()), (ErrorKind::Timeout, 0));
}

#[tokio::test]
async fn a_mutating_command_that_stalls_has_an_unknown_outcome() {
    let fake = Fake::plain(|_| Reply::stall("")).await;
    let client = local(&fake, "");
    let database = client.connections().select(None, None, |_| true).unwrap().database(None).unwrap();
    let request = Request::new(&database, ".drop table T", "test", Instant::now() + Duration::from_millis(200));
    let error = client.command(&request, &mut Rows::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_outcome_unknown(), fake.requests().len()), (ErrorKind::Timeout, true, 1));
}

#[tokio::test]
async fn redirects_are_errors_without_a_second_hop() {
    let other = Fake::plain(|_| Reply::json(TWO_ROWS)).await;
    for status in [301, 302, 303, 307, 308] {
        for target in [other.url(), "/elsewhere".to_owned(), format!("//{}/", other.address)] {
            let reply = Reply::new(status, &format!("Location: {target}\r\n"), "");
            let fake = Fake::plain(move |_| reply.clone()).await;
            let error = query(&local(&fake, ""), &mut Rows::default()).await.unwrap_err();
            assert_eq!((error.kind(), fake.requests().len()), (ErrorKind::Redirect, 1), "{status} {target}");
        }
    }
    assert_eq!(other.connections(), 0);
}
