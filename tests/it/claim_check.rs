//! Claim check: what is too large for its channel goes to the store as it is, and every function that takes content takes the reference.

use crate::{chart::REQUESTS, mail::email};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use std::{fs, path::Path};
use store::digest::Digest;
use tempfile::TempDir;
use tests::{
    cluster::{self, Cluster},
    events,
    kusto::Kusto,
    lambda::Function,
};

/// Lambda's limit, 6 MB.
const HTTP_LIMIT: usize = 6 * 1024 * 1024;

/// The most that a large result may have resident. A debug build has some 10 MB more of code resident than a release build, for which
/// this is the promise; `make bench-memory` measures that.
const RESIDENT: u64 = 40_000_000;

/// A folder that is a store.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn url(&self) -> String {
        format!("file://{}", self.0.path().display())
    }

    /// The bytes of the result that `reference` names, read past the store.
    fn content(&self, reference: &Value) -> Vec<u8> {
        let id = reference.as_str().unwrap().strip_prefix("store:results/").unwrap();
        let envelope = fs::read_to_string(self.0.path().join("results").join(id)).unwrap();
        let envelope: Value = serde_json::from_str(envelope.trim_end()).unwrap();
        let hash = envelope["sha256"].as_str().unwrap();
        let content = fs::read(self.0.path().join("results/content").join(hash)).unwrap();
        assert_eq!(Digest::of(&content).to_string(), hash);
        assert_eq!(envelope["size"], content.len());
        content
    }

    /// How many results are in it.
    fn results(&self) -> usize {
        let entries = fs::read_dir(self.0.path().join("results")).into_iter().flatten();
        entries.filter(|entry| entry.as_ref().unwrap().path().is_file()).count()
    }
}

fn query(cluster: &Cluster, more: &[(&str, &str)]) -> Function {
    let mut settings = vec![("KUSTO_CLUSTER", cluster.url()), ("KUSTO_DATABASE", "db"), ("HTTP_AUTHORIZER", "none")];
    settings.extend(more);
    Function::start("query", &settings)
}

/// The reply without what is new each time.
fn lasting(reply: &[u8]) -> Value {
    let mut reply: Value = serde_json::from_slice(reply).unwrap();
    assert!(reply["clientRequestId"].take().is_string());
    reply
}

/// Text in which most characters take more room in JSON than they have.
fn awkward(length: usize) -> String {
    "a\"b\\c\n\u{1}é".chars().cycle().take(length).collect()
}

fn one_cell(text: &str) -> Cluster {
    let row = json!([text]).to_string();
    Cluster::answering_json(&cluster::answer(&[("text", "string")], std::iter::once(row)))
}

#[test]
fn a_direct_reply_goes_to_the_store_one_byte_above_its_limit() {
    for format in ["json", "jsonl", "csv", "html", "text"] {
        let cluster = one_cell(&awkward(20_000));
        let request = json!({"query": "T", "format": format});
        let inline = query(&cluster, &[]).invoke(&request).reply();
        let size = inline.to_string().len();
        for (limit, stored) in [(size + 1, 0), (size, 0), (size - 1, 1)] {
            let store = Folder::new();
            let settings = [("STORE_URL", store.url()), ("INLINE_LIMIT", limit.to_string())];
            let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
            let reply = query(&cluster, &settings).invoke(&request).reply();
            assert_eq!(store.results(), stored, "{format} {limit} {}", reply.to_string().len());
            if stored == 0 {
                assert_eq!(lasting(reply.to_string().as_bytes()), lasting(inline.to_string().as_bytes()));
                continue;
            }
            assert_eq!((&reply["rowCount"], &reply["completeness"]), (&json!(1), &json!("complete")));
            assert!(reply.get("value").or(reply.get("content")).is_none(), "{reply}");
            let content = store.content(&reply["resultUrl"]);
            match format {
                "json" => assert_eq!(lasting(&content), lasting(inline.to_string().as_bytes())),
                _ => assert_eq!(String::from_utf8(content).unwrap(), inline["content"]),
            }
        }
    }
}

#[test]
fn a_reply_over_http_goes_to_the_store_one_byte_above_the_limit_of_lambda() {
    let store = Folder::new();
    let sized = |length: usize, settings: &[(&str, &str)], format: &str| {
        let cluster = one_cell(&"~".repeat(length));
        query(&cluster, settings).invoke(&events::http(&json!({"query": "T", "format": format}).to_string())).reply()
    };
    for format in ["json", "csv"] {
        let around = sized(0, &[], format).to_string().len();
        let largest = HTTP_LIMIT - around;
        for (length, stored) in [(largest - 1, false), (largest, false), (largest + 1, true)] {
            let before = store.results();
            let reply = sized(length, &[("STORE_URL", &store.url())], format);
            assert_eq!(reply["statusCode"], 200, "{format} {length}");
            assert_eq!(store.results() - before, usize::from(stored), "{format} {length}");
            let body = reply["body"].as_str().unwrap();
            let content = if stored {
                let body: Value = serde_json::from_str(body).unwrap();
                assert_eq!(reply["headers"]["content-type"], "application/json");
                store.content(&body["resultUrl"])
            } else {
                assert_eq!(reply.to_string().len(), around + length);
                body.as_bytes().to_vec()
            };
            let content = String::from_utf8(content).unwrap();
            assert_eq!(content.matches('~').count(), content.matches(&"~".repeat(length)).count() * length, "cut");
            assert!(content.len() > length);
        }
        let refused = sized(largest + 1, &[], format);
        assert_eq!(refused["statusCode"], 413);
        assert!(refused["body"].as_str().unwrap().contains("set STORE_URL, so that it goes to the store"), "{refused}");
    }
}

#[test]
fn a_mail_of_references_is_the_mail_of_the_results() {
    let kusto = Kusto::with_tables(&[("Requests", REQUESTS)]);
    let [store, mails] = [(); 2].map(|()| Folder::new());
    let url = store.url();
    let settings = [("STORE_URL", url.as_str()), ("INLINE_LIMIT", "6000")];
    let chart = json!({"query": "Requests", "chartType": "Time Chart", "title": "Requests", "attach": ["csv", "svg"]});
    let rows =
        json!({"query": "Requests | union Requests, Requests, Requests, Requests, Requests, Requests, Requests"});
    let chart = kusto.function("query-chart", &settings).invoke(&chart).reply();
    let rows = kusto.function("query", &[settings[0], ("INLINE_LIMIT", "1000")]).invoke(&rows).reply();
    assert!(rows["resultUrl"].is_string() && rows["value"].is_null(), "{rows}");
    for file in chart["attachments"].as_array().unwrap() {
        assert!(file["content"].is_null() && file["url"].is_string(), "{file}");
    }
    let file = json!({"name": "again.png", "contentType": "image/png", "url": chart["attachments"][0]["url"]});
    let request = |chart: &Value, rows: &Value, file: &Value| {
        json!({
            "to": "soc@example.com", "subject": "s", "idempotencyKey": "one", "dryRun": true, "attachments": [file],
            "sections": [{"result": chart}, {"result": rows}],
        })
    };
    let function = email(&mails.url(), &settings[..1]);
    let by_reference = function.invoke(&request(&chart, &rows, &file)).reply();
    // The same with everything in its place.
    let whole = |file: &Value| {
        let mut file = file.clone();
        file["content"] = json!(BASE64_STANDARD.encode(store.content(&file["url"])));
        file.as_object_mut().unwrap().remove("url");
        file
    };
    let mut whole_chart = chart.clone();
    whole_chart["attachments"] = chart["attachments"].as_array().unwrap().iter().map(whole).collect();
    let whole_rows: Value = serde_json::from_slice(&store.content(&rows["resultUrl"])).unwrap();
    let mut whole_file = whole(&file);
    whole_file["contentBytes"] = whole_file["content"].take();
    whole_file.as_object_mut().unwrap().remove("content");
    let inline = function.invoke(&request(&whole_chart, &whole_rows, &whole_file)).reply();
    let message = |reply: &Value| {
        let message = reply["message"].as_str().unwrap().to_owned();
        assert!(!message.contains("store:results"), "a reference is in the mail");
        message.lines().filter(|line| !line.starts_with("Date: ")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(message(&by_reference), message(&inline));
    assert_eq!(by_reference["rowCount"], inline["rowCount"]);
}

#[test]
fn a_result_of_66_megabytes_is_not_held() {
    let cluster = Cluster::answering_json(&cluster::half_a_million_rows());
    let store = Folder::new();
    let connections = cluster.connection_with_the_highest_limits();
    let function = Function::start("query", &[("KUSTO_CONNECTIONS", &connections), ("STORE_URL", &store.url())]);
    let reply = function.invoke(&json!({"query": "T"})).reply();
    assert_eq!(reply["rowCount"], 500_000);
    let content = store.content(&reply["resultUrl"]);
    assert!((66_000_000..67_000_000).contains(&content.len()), "{} bytes", content.len());
    let resident = function.peak_resident();
    assert!(resident <= RESIDENT, "{resident} bytes were resident");
    let end = String::from_utf8_lossy(&content[content.len() - 2000..]);
    assert!(end.contains("service number 0499999 of the shop"), "{end}");
    assert!(content.starts_with(b"{\"value\":[{\"Timestamp\":"));
    assert_eq!(content.windows(14).filter(|window| window == b"{\"Timestamp\":\"").count(), 500_000);
}

#[test]
fn a_store_that_fails_is_named() {
    let cluster = one_cell(&"x".repeat(1000));
    let limit = ("INLINE_LIMIT", "500");
    let without = query(&cluster, &[limit]).invoke(&json!({"query": "T"})).error();
    assert!(
        without.starts_with(
            "LimitExceeded: the reply has more bytes than the 500 that this call can carry: set STORE_URL"
        ),
        "{without}"
    );
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("results"), "a file where a folder is to be").unwrap();
    let url = format!("file://{}", folder.path().display());
    let error = query(&cluster, &[limit, ("STORE_URL", &url)]).invoke(&json!({"query": "T"})).error();
    assert!(error.starts_with(&format!("Unavailable: the store {url} refuses: ")), "{error}");
    assert!(error.contains("check STORE_URL"), "{error}");
    let (init, _) = query(&cluster, &[("STORE_URL", "file:///dev/null/store")]).refusal();
    let message = init.unwrap()["errorMessage"].as_str().unwrap().to_owned();
    assert!(message.starts_with("STORE_URL: the folder /dev/null/store cannot be used: "), "{message}");
}

#[test]
fn a_reference_that_is_not_the_callers_is_not_there() {
    let [store, mails] = [(); 2].map(|()| Folder::new());
    let url = store.url();
    let rows = query(&one_cell(&"x".repeat(1000)), &[("INLINE_LIMIT", "500"), ("STORE_URL", &url)]);
    let reply = rows.invoke(&json!({"query": "T"})).reply();
    let function = email(&mails.url(), &[("STORE_URL", &url)]);
    let request = |reply: &Value| json!({"to": "soc@example.com", "subject": "s", "sections": [{"result": reply}]});
    assert_eq!(function.invoke(&request(&reply)).reply()["sent"], true);
    // An HTTP caller is another one than who may invoke the function itself.
    let foreign = function.invoke(&events::http(&request(&reply).to_string())).reply();
    assert_eq!(foreign["statusCode"], 404, "{foreign}");
    let path = store.0.path().join("results");
    let (id, hash) = (reply["resultUrl"].as_str().unwrap()["store:results/".len()..].to_owned(), "content");
    tamper(&path.join(hash));
    let error = function.invoke(&request(&reply)).error();
    assert_eq!(
        error,
        format!(
            "Internal: the result of section 1: results/{id} is not what was stored: its hash is another; make the result again"
        )
    );
    assert_eq!(fs::read_dir(mails.0.path()).unwrap().count(), 1, "nothing was sent");
}

/// Changes one byte of each file in `folder`.
fn tamper(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut content = fs::read(&path).unwrap();
        content[0] ^= 1;
        fs::write(&path, content).unwrap();
    }
}
