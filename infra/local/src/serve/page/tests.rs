use crate::node::Node;
use crate::serve::tests::{Endpoint, Reply};
use crate::storage::column_type::ColumnType;
use crate::storage::table::{ColumnSchema, Table};
use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeSet;

/// Texts that do harm where they are not escaped.
const HOSTILE: [&str; 8] = [
    "</textarea></form><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</td></table><iframe src=javascript:alert(1)>",
    "</style></title><svg onload=alert(1)>",
    "</pre><!--",
    "&lt;b&gt; {{ 7 * 7 }}",
    "\u{202e}gpj.exe\u{0}",
];

async fn endpoint(commands: &[&str]) -> Endpoint {
    Endpoint::start_with(Node::default(), commands, None).await
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

impl Endpoint {
    /// Follows a link to a query.
    async fn follow(&self, query: &str, headers: &[(&str, &str)]) -> Page {
        Page::of(&self.send("GET", &format!("/?db=NetDefaultDB&query={}", encoded(query)), headers, "").await)
    }

    /// Sends the form from a page of this origin.
    async fn submit(&self, query: &str, origin: Option<&str>) -> Reply {
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
        headers.extend(origin.map(|origin| ("origin", origin)));
        self.send("POST", "/", &headers, format!("db=NetDefaultDB&query={}", encoded(query))).await
    }
}

/// A page as a browser reads it.
struct Page {
    /// Each element with the names of its attributes.
    elements: Vec<String>,
    text: String,
}

impl Page {
    fn of(reply: &Reply) -> Self {
        let html = std::str::from_utf8(&reply.body).expect("UTF-8");
        assert_eq!(reply.status, 200, "{html}");
        let parser = parse_document(RcDom::default(), ParseOpts::default());
        let mut page = Self { elements: Vec::new(), text: String::new() };
        page.take(&parser.one(html).document);
        page
    }

    fn take(&mut self, node: &Handle) {
        match &node.data {
            NodeData::Element { name, attrs, .. } => {
                let attributes: Vec<String> = attrs.borrow().iter().map(|found| found.name.local.to_string()).collect();
                self.elements.push(format!("{} {}", name.local, attributes.join(" ")));
            }
            NodeData::Text { contents } => self.text.push_str(&contents.borrow()),
            _ => {}
        }
        for child in node.children.borrow().iter() {
            self.take(child);
        }
    }

    fn kinds(&self) -> BTreeSet<&str> {
        self.elements.iter().map(String::as_str).collect()
    }

    #[track_caller]
    fn check(&self, shown: &[&str]) {
        for text in shown {
            assert!(self.text.contains(text), "no {text} in {}", self.text);
        }
    }
}

const TABLE: &str = ".set-or-append T <| datatable(Service:string, Count:long) ['search', 1235, 'checkout', 1454]";

#[tokio::test]
async fn the_page_has_the_tables_and_the_commands() {
    let endpoint = endpoint(&[TABLE]).await;
    let reply = endpoint.send("GET", "/", &[], "").await;
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    let policy = reply.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let page = Page::of(&reply);
    page.check(&["NetDefaultDB", "T 2 rows", "Service string", "Count long", ".show tables"]);
    assert!(!page.elements.iter().any(|element| element.starts_with("script")));
}

#[tokio::test]
async fn a_link_runs_what_reads() {
    let endpoint = endpoint(&[TABLE]).await;
    let page = endpoint.follow("T | sort by Count asc | render barchart", &[]).await;
    page.check(&["PrimaryResult: 2 rows", "Count long", "checkout", "1454", "Completed Query NetDefaultDB"]);
    assert!(page.elements.iter().any(|element| element.starts_with("picture")));
    let page = endpoint.follow("T | sort by Count asc", &[]).await;
    assert!(!page.elements.iter().any(|element| element.starts_with("picture")), "no render, no picture");
    endpoint.follow("range n from 1 to 501 step 1", &[]).await.check(&["the first 500 of 501 rows"]);
    endpoint.follow(".show tables", &[]).await.check(&["TableName string", "Completed TablesShow"]);
    endpoint.follow(".show tables | count", &[]).await.check(&[": 1 row"]);
}

#[tokio::test]
async fn an_error_is_shown_as_it_is() {
    let endpoint = endpoint(&[TABLE]).await;
    for query in ["T | where Cuont > 1", "T | wher Count", ".drop table", ".no such command", "print 1 ||", " "] {
        let path = if query.starts_with('.') { "/v1/rest/mgmt" } else { "/v2/rest/query" };
        let reply = endpoint.post(path, &serde_json::json!({"db": "NetDefaultDB", "csl": query})).await;
        let error = reply.json()["error"]["@message"].as_str().expect("an error").to_owned();
        Page::of(&endpoint.submit(query, Some(&endpoint.url)).await).check(&[&error]);
    }
    let missing = Page::of(&endpoint.send("GET", "/?db=Elsewhere&query=T", &[], "").await);
    missing.check(&["Entity ID 'Elsewhere' of kind 'Database' was not found."]);
}

#[tokio::test]
async fn no_page_but_this_one_changes_something() {
    let endpoint = endpoint(&[]).await;
    let create = ".create table Made (a:long)";
    let query = serde_json::json!({"db": "NetDefaultDB", "csl": create}).to_string();
    for origin in ["null", "http://evil.example", "https://127.0.0.1", "http://127.0.0.1", ""] {
        let reply = endpoint.submit(create, Some(origin)).await;
        assert_eq!(reply.status, 403, "{origin:?}");
        for path in ["/v1/rest/mgmt", "/v2/rest/query", "/v1/rest/ingest/NetDefaultDB/T", "/lake/kql/v1/rest/mgmt"] {
            // What a page may send without asking first, and what a program sends.
            for kind in ["text/plain", "application/json"] {
                let headers = [("origin", origin), ("content-type", kind)];
                assert_eq!(endpoint.send("POST", path, &headers, query.clone()).await.status, 403, "{path} {origin}");
            }
        }
    }
    // A name of the attacker's own that leads to this machine: the page is of the same origin.
    let headers = [("host", "evil.example"), ("origin", "http://evil.example"), ("content-type", "application/json")];
    assert_eq!(endpoint.send("POST", "/v1/rest/mgmt", &headers, query).await.status, 403);
    endpoint.follow(create, &[]).await.check(&["which a read-only request may not"]);
    let page = Page::of(&endpoint.send("GET", "/", &[], "").await);
    assert!(!page.text.contains("Made 0 rows"), "{}", page.text);
    let page = Page::of(&endpoint.submit(create, Some(&endpoint.url)).await);
    page.check(&["Made 0 rows", "Completed TableCreate"]);
}

#[tokio::test]
async fn a_link_of_another_page_is_shown_and_not_run() {
    let endpoint = endpoint(&[]).await;
    for (site, runs) in [("cross-site", false), ("same-site", false), ("same-origin", true), ("none", true)] {
        let page = endpoint.follow("print Number=6*7", &[("sec-fetch-site", site)]).await;
        page.check(&["print Number=6*7"]);
        assert_eq!(page.text.contains("Number long"), runs, "{site}");
    }
}

#[tokio::test]
async fn a_name_of_somebody_else_does_not_lead_here() {
    let endpoint = endpoint(&[]).await;
    for (host, status) in [
        ("localhost:8080", 200),
        ("LOCALHOST", 200),
        ("127.0.0.1", 200),
        ("127.8.8.8:1", 200),
        ("[::1]:8080", 200),
        ("evil.example", 403),
        ("localhost.evil.example:8080", 403),
        ("127.0.0.1.evil.example", 403),
        ("192.0.2.1", 403),
        ("0.0.0.0:8080", 403),
        ("", 403),
    ] {
        for path in ["/", "/v1/rest/query?db=NetDefaultDB&csl=print%201"] {
            assert_eq!(endpoint.send("GET", path, &[("host", host)], "").await.status, status, "{host} {path}");
        }
    }
}

#[tokio::test]
async fn an_operation_is_listed_with_its_last_state() {
    let endpoint = endpoint(&[]).await;
    let started = Page::of(&endpoint.submit(".set-or-append async T <| print a=1", Some(&endpoint.url)).await);
    started.check(&["OperationId guid"]);
    let page = Page::of(&endpoint.send("GET", "/", &[], "").await);
    page.check(&["TableSetOrAppend"]);
    assert!(!page.text.contains("starts one"), "{}", page.text);
}

#[tokio::test]
async fn hostile_text_is_text() {
    let endpoint = endpoint(&[TABLE]).await;
    endpoint.node.store.update(|catalog| {
        catalog.database_mut("Empty");
    });
    let benign = [
        endpoint.follow("T | render barchart", &[]).await,
        endpoint.follow("T | where", &[]).await,
        Page::of(&endpoint.submit(".set-or-append async S <| T", Some(&endpoint.url)).await),
        endpoint.follow("T", &[]).await,
    ];
    let known: BTreeSet<&str> = benign.iter().flat_map(Page::kinds).collect();
    endpoint.node.store.update(|catalog| {
        for hostile in HOSTILE {
            let column = ColumnSchema::new(hostile, ColumnType::Long);
            catalog.database_mut(hostile).insert(Table::new(hostile, vec![column]));
        }
    });
    for hostile in HOSTILE {
        let literal = kql::string::quote(hostile);
        for query in [
            format!("print [{literal}] = {literal} | render card with (title={literal})"),
            format!("print x = dynamic({{\"k\": {literal}}}) | as {hostile}"),
            hostile.to_owned(),
        ] {
            let linked = endpoint.follow(&query, &[]).await;
            let sent = Page::of(&endpoint.submit(&query, Some(&endpoint.url)).await);
            let database =
                Page::of(&endpoint.send("GET", &format!("/?db={}&query=a", encoded(hostile)), &[], "").await);
            for page in [linked, sent, database] {
                assert!(page.kinds().is_subset(&known), "{query}: {:?}", page.kinds().difference(&known));
                page.check(&[hostile.trim_end_matches('\0')]);
            }
        }
    }
}
