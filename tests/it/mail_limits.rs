//! Large results and attachments: what becomes of them in a mail, by each transport, and in how much memory.

use crate::mail::{decoded, email};
use runtime::invocation::Caller;
use serde_json::{Value, json};
use std::{fs, path::Path, time::Duration};
use store::{envelope::Label, reference::Reference, spool::Spool, store::Store};
use tempfile::TempDir;
use tests::{
    cloud,
    cluster::{self, Cluster},
    lambda::{Function, Outcome},
    network::{Network, Reply},
    python,
};

/// Rows that are 32 MB in a reply, and 22 MB as CSV.
const ROWS: usize = 340_000;

/// The most that a mail of them may have resident (the promise is 256 MB of a function with 512).
const RESIDENT: u64 = 256_000_000;

fn url(folder: &TempDir) -> String {
    format!("file://{}", folder.path().display())
}

/// The reply of a query with 32 MB, which is in `store`.
fn large_result(store: &str) -> Value {
    let cluster = Cluster::answering_json(&cluster::requests(ROWS));
    let connections = cluster.connection_with_the_highest_limits();
    let function = Function::start("query", &[("KUSTO_CONNECTIONS", &connections), ("STORE_URL", store)]);
    let reply = invoke(&function, &json!({"query": "T"})).reply();
    let bytes = reply["resultBytes"].as_u64().unwrap();
    assert!((32_000_000..34_000_000).contains(&bytes), "the result has {bytes} bytes, so this measures something else");
    reply
}

/// A mail of its own for each transport.
fn mail_of(result: &Value, transport: &str) -> Value {
    json!({"idempotencyKey": transport, "to": "soc@example.com", "title": "Requests", "sections": [{"title": "All", "result": result}]})
}

/// What a mail with the large result must be: its first rows, and all of them beside it.
fn check(mail: &Path) {
    let read = python::run("check_mail.py", &[mail]);
    assert_eq!(json!([read["defects"], read["bareLineFeeds"]]), json!([[], 0]));
    let text = read["text"].as_str().unwrap();
    assert!(text.lines().any(|line| line == "50 of 340,000 rows; all in All.csv"), "{text}");
    let [file] = &read["attachments"].as_array().unwrap()[..] else { panic!("{}", read["structure"]) };
    assert_eq!(file["name"], "All.csv");
    let content = decoded(file["content"].as_str().unwrap());
    let content = String::from_utf8(content).unwrap();
    assert_eq!(content.lines().count(), ROWS + 1);
    let last = format!("\"service number \"\"{}\"\" of the shop\",\"{}\"\r\n", ROWS - 1, (ROWS - 1) % 7);
    assert!(content.ends_with(&last), "{}", &content[content.len() - 200..]);
}

/// A build without optimisation takes its time for 32 MB.
fn invoke(function: &Function, request: &Value) -> Outcome {
    function.invoke_text(&request.to_string(), Duration::from_secs(58))
}

fn check_memory(function: &Function) {
    let resident = function.peak_resident();
    assert!(resident < RESIDENT, "{resident} bytes were resident");
}

#[test]
fn a_result_of_32_megabytes_is_attached_or_refused_by_the_limit_of_the_transport() {
    let [store, mails] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let store_url = url(&store);
    let result = large_result(&store_url);
    let settings = [("STORE_URL", store_url.as_str())];

    let function = email(&url(&mails), &settings);
    let reply = invoke(&function, &mail_of(&result, "file")).reply();
    assert_eq!(json!([reply["sent"], reply["rowCount"]]), json!([true, ROWS]));
    let id = reply["messageId"].as_str().unwrap().trim_matches(['<', '>']).to_owned();
    check(&mails.path().join(format!("{id}.eml")));
    // The same, named more often than there is room for.
    let mut often = mail_of(&result, "often");
    often["sections"] = json!(vec![often["sections"][0].clone(); 20]);
    let error = invoke(&function, &often).error();
    assert!(error.starts_with("LimitExceeded: the result of section 3: results/"), "{error}");
    check_memory(&function);

    // A server that says it takes 32 MiB.
    let (_server, port) = python::start("smtp_server.py", &[mails.path()]);
    let function = email(&format!("smtp://127.0.0.1:{port}"), &settings);
    assert_eq!(invoke(&function, &mail_of(&result, "smtp")).reply()["sent"], true);
    check(&mails.path().join("1.eml"));
    check_memory(&function);

    let network = Network::new(|seen| match seen.host.starts_with("email.") {
        true => Reply::json(json!({"MessageId": seen.body.len().to_string()}).to_string()),
        false => cloud::well(seen),
    });
    let settings = network.settings(&settings);
    let function = email("ses://", &[&settings[..], &[("HTTP_AUTHORIZER", "iam")]].concat());
    let reply = invoke(&function, &mail_of(&result, "ses")).reply();
    let bytes: usize = reply["providerId"].as_str().unwrap().parse().unwrap();
    assert!(bytes > 40_000_000, "{bytes}");
    let sent: Value = serde_json::from_str(&network.requests()[0].body).unwrap();
    let message = mails.path().join("ses.eml");
    fs::write(&message, decoded(sent["Content"]["Raw"]["Data"].as_str().unwrap())).unwrap();
    check(&message);
    check_memory(&function);

    network.forget();
    let graph = [
        ("AZURE_TENANT_ID", "contoso.onmicrosoft.com"),
        ("AZURE_CLIENT_ID", "11111111-2222"),
        ("AZURE_CLIENT_SECRET", cloud::SECRET),
        ("HTTP_AUTHORIZER", "iam"),
    ];
    let function = email("graph://reports@example.net", &[&settings[..], &graph].concat());
    let error = invoke(&function, &mail_of(&result, "graph")).error();
    assert!(
        error.starts_with("LimitExceeded: the mail has 4") && error.contains("more than the 4000000 that it takes"),
        "{error}"
    );
    assert_eq!(network.asked(), Vec::<String>::new());
}

/// Leaves a content in the store for whoever may invoke the function itself.
fn leave(store: &str, content: Vec<u8>) -> String {
    let store = Store::open(store, &|_| None, || Err("a folder".to_owned())).unwrap();
    let reference = Reference::random().unwrap();
    let label = Label { content_type: "text/csv".to_owned(), status: 200, owner: Some(Caller::Internal.owner()) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(store.create_large(&reference.key(), &label, &mut Spool::of(content))).unwrap();
    reference.to_string()
}

#[test]
fn an_attachment_of_no_bytes_or_of_41_megabytes_is_named_and_not_sent() {
    let [store, mails] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let store_url = url(&store);
    let server = Cluster::answering(Vec::new());
    let inline = |bytes: usize| {
        use base64::Engine as _;
        json!({"name": "rows.csv", "contentBytes": base64::prelude::BASE64_STANDARD.encode(vec![b'7'; bytes])})
    };
    let referred = |bytes: usize| json!({"name": "rows.csv", "url": leave(&store_url, vec![b'7'; bytes])});
    let too_large = ["has 41000000 bytes, more than the 26214400", "bytes, more than the 6291456 that email takes"];
    for transport in [url(&mails), server.url().replace("http", "smtp")] {
        let function = email(&transport, &[("STORE_URL", &store_url)]);
        for (attachment, error_type, what) in [
            (inline(0), "BadRequest", "the attachment \"rows.csv\" is empty: leave it out, or give its content"),
            (referred(0), "BadRequest", "the attachment \"rows.csv\" is empty: leave it out, or give its content"),
            (inline(41_000_000), "LimitExceeded", too_large[1]),
            (referred(41_000_000), "LimitExceeded", too_large[0]),
        ] {
            let request = json!({"to": "soc@example.com", "subject": "s", "body": "b", "attachments": [attachment]});
            let error = function.invoke(&request).error();
            assert!(error.starts_with(error_type) && error.contains(what), "{error}");
        }
    }
    assert_eq!((fs::read_dir(mails.path()).unwrap().count(), server.connections()), (0, 0));
}
