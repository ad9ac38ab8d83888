//! Who may ask a server without a login: any program of this machine, and of browsers only those that show a page of that server. A page from
//! elsewhere can make a browser send what it likes, by its own name that leads to this machine or across origins.

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;

/// Refuses what a page from elsewhere makes a browser send. A browser says the origin of all that may change something; of what it only gets, the
/// host that it believes to talk to is all there is.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = host(headers);
    let refused = match text(headers, ORIGIN.as_str()) {
        Some(origin) if !is_own(origin, host.as_ref()) => {
            Some("a page from elsewhere sent this: only pages of this server and programs may")
        }
        None if host.is_none() && request.method() == Method::GET => {
            Some("this is only at an address of this machine: open it at 127.0.0.1 or localhost")
        }
        _ => None,
    };
    match refused {
        Some(why) => (StatusCode::FORBIDDEN, why).into_response(),
        None => next.run(request).await,
    }
}

/// Whether the request was not made by another page: typed in, linked from this page, or by no browser.
pub(crate) fn followed_here(headers: &HeaderMap) -> bool {
    text(headers, "sec-fetch-site").is_none_or(|site| ["none", "same-origin"].contains(&site))
}

/// The host that the browser believes to talk to, where that is this machine whatever its names lead to.
fn host(headers: &HeaderMap) -> Option<Authority> {
    let host: Authority = text(headers, HOST.as_str())?.parse().ok()?;
    let name = host.host().trim_start_matches('[').trim_end_matches(']');
    let is_loopback = name.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    (is_loopback || name.eq_ignore_ascii_case("localhost")).then_some(host)
}

/// Whether the page that sent the request is this server's.
fn is_own(origin: &str, host: Option<&Authority>) -> bool {
    origin.strip_prefix("http://").zip(host).is_some_and(|(origin, host)| host == origin)
}

/// A header; one that is no text counts as one that nobody expects.
fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}
