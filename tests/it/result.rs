//! The result action: what an earlier call left, for whoever it belongs to.

use crate::store::in_folder;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};
use store::{
    envelope::{Label, Owner},
    reference::Reference,
    spool::Spool,
    store::Store,
};
use tests::{events, lambda::Function, s3::S3};

/// An event of `subject` who fetches `id`.
fn fetch(id: &str, subject: &str) -> Value {
    let mut event = events::http_request("GET", &[], "");
    event["rawPath"] = json!(format!("/result/{id}"));
    event["requestContext"]["authorizer"] = json!({"jwt": {"claims": {"sub": subject}, "scopes": null}});
    event
}

fn owner(subject: &str) -> Option<Owner> {
    Some(Owner::of(&["gateway", subject]))
}

fn keep(store: &Store, status: u16, content_type: &str, content: &[u8]) -> Reference {
    let label = Label { content_type: content_type.to_owned(), status, owner: owner("ada") };
    let reference = Reference::random().unwrap();
    wait(store.create_large(&reference.key(), &label, &mut Spool::of(content.to_vec()))).unwrap();
    reference
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn it_answers_with_the_real_status_and_type() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(folder.path()).store;
    let function = Function::start("result", &[("STORE_URL", store.name()), ("HTTP_AUTHORIZER", "jwt")]);
    for (status, content_type, content, body) in [
        (200, "application/json", &b"{\"value\":[]}"[..], "{\"value\":[]}"),
        (200, "text/csv", b"a,b\n", "a,b\n"),
        (200, "image/png", b"\x89PNG", "iVBORw=="),
        (429, "application/json", b"{\"code\":\"Throttled\"}", "{\"code\":\"Throttled\"}"),
    ] {
        let reference = keep(&store, status, content_type, content);
        let reply = function.invoke(&fetch(reference.id(), "ada")).reply();
        let got = json!([reply["statusCode"], reply["headers"]["content-type"], reply["body"]]);
        assert_eq!(got, json!([status, content_type, body]));
        assert_eq!(reply["isBase64Encoded"], content_type == "image/png");
    }
}

#[test]
fn nobody_else_learns_that_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(folder.path()).store;
    let function = Function::start("result", &[("STORE_URL", store.name()), ("HTTP_AUTHORIZER", "jwt")]);
    let two_days_ago: fn() -> SystemTime = || SystemTime::now() - Duration::from_secs(2 * 86_400);
    let expired = keep(&store.clone().with_clock(two_days_ago), 200, "text/csv", b"a");
    let of_ada = keep(&store, 200, "text/csv", b"a");
    let unknown = Reference::random().unwrap();
    for (reference, subject) in [(&of_ada, "ben"), (&unknown, "ada"), (&expired, "ada")] {
        let reply = function.invoke(&fetch(reference.id(), subject)).reply();
        assert_eq!(reply["statusCode"], 404);
        let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
        let sentence = format!(
            "results/{} does not exist, has expired, was cancelled, or belongs to another caller",
            reference.id()
        );
        assert_eq!((&body["code"], &body["message"]), (&json!("NotFound"), &json!(sentence)));
    }
    for id in ["", "..", "x", "%2e%2e", &of_ada.id()[1..]] {
        assert_eq!(function.invoke(&fetch(id, "ada")).reply()["statusCode"], 404, "{id}");
    }
    // Who may invoke the function itself is another caller too, unless it was theirs.
    let error = function.invoke(&json!({"id": of_ada.id()})).error();
    assert!(error.starts_with("NotFound: results/"), "{error}");
}

#[test]
fn a_direct_caller_gets_the_reply_itself() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_folder(folder.path()).store;
    let function = Function::start("result", &[("STORE_URL", store.name())]);
    let label = |content_type: &str| Label {
        content_type: content_type.to_owned(),
        status: 200,
        owner: Some(Owner::of(&["internal"])),
    };
    for (content_type, content, expected) in [
        ("application/json", &b"{\"value\":[1]}"[..], json!({"value": [1]})),
        ("text/csv", b"a,b\n", json!({"status": 200, "contentType": "text/csv", "content": "a,b\n"})),
        ("image/png", b"\x89", json!({"status": 200, "contentType": "image/png", "contentBytes": "iQ=="})),
    ] {
        let reference = Reference::random().unwrap();
        let mut content = Spool::of(content.to_vec());
        wait(store.create_large(&reference.key(), &label(content_type), &mut content)).unwrap();
        for id in [reference.id().to_owned(), reference.to_string()] {
            assert_eq!(function.invoke(&json!({"id": id})).reply(), expected);
        }
    }
}

#[test]
fn what_is_too_large_is_fetched_from_a_signed_url() {
    let content = vec![b'x'; 7_000_000];
    let folder = tempfile::tempdir().unwrap();
    let in_folder = in_folder(folder.path()).store;
    let function = Function::start("result", &[("STORE_URL", in_folder.name()), ("HTTP_AUTHORIZER", "jwt")]);
    let reference = keep(&in_folder, 200, "text/csv", &content);
    let reply = function.invoke(&fetch(reference.id(), "ada")).reply();
    assert_eq!(reply["statusCode"], 413);
    assert!(
        reply["body"].as_str().unwrap().contains("the result has 7000000 bytes, more than a reply can carry"),
        "{reply}"
    );

    let s3 = S3::start();
    let store = crate::store::open("s3://store/results-too-large", &s3.settings()).unwrap().store;
    let reference = keep(&store, 200, "text/csv", &content);
    let mut settings = vec![("STORE_URL", store.name()), ("HTTP_AUTHORIZER", "jwt")];
    settings.extend(s3.settings());
    let function = Function::start("result", &settings);
    let reply = function.invoke(&fetch(reference.id(), "ada")).reply();
    assert_eq!(reply["statusCode"], 303);
    let answer = tests::http::get(reply["headers"]["location"].as_str().unwrap());
    assert!(answer.ends_with(std::str::from_utf8(&content).unwrap()));
    assert!(!function.log().contains("X-Amz-Signature"), "the URL is in no log");
}

#[test]
fn only_get_fetches() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}", folder.path().display());
    let function = Function::start("result", &[("STORE_URL", &url), ("HTTP_AUTHORIZER", "jwt")]);
    let mut event = fetch("x", "ada");
    event["requestContext"]["http"]["method"] = json!("POST");
    let reply = function.invoke(&event).reply();
    assert_eq!((&reply["statusCode"], &reply["headers"]["allow"]), (&json!(405), &json!("GET, DELETE")));
    assert!(reply["body"].as_str().unwrap().contains("fetch a result with GET"), "{reply}");
}
