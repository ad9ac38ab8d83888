//! Who may have the page: there is no login, so only a browser on this machine, and no page of somebody else in it.

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;

/// Refuses what a page from elsewhere makes a browser send: by a name of its own that leads to this machine, or by a form.
pub(super) async fn around(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let refused = match host(headers) {
        None => Some("this page is only at an address of this machine: open it at 127.0.0.1 or localhost"),
        Some(host) if request.method() == Method::POST && !is_own(headers, &host) => {
            Some("the form was not sent by this page: send it from here")
        }
        Some(_) => None,
    };
    match refused {
        Some(why) => (StatusCode::FORBIDDEN, why).into_response(),
        None => next.run(request).await,
    }
}

/// Whether the request was not made by another page: typed in, linked from this page, or by no browser.
pub(super) fn followed_here(headers: &HeaderMap) -> bool {
    text(headers, "sec-fetch-site").is_none_or(|site| ["none", "same-origin"].contains(&site))
}

/// The host that the browser believes to talk to, where that is this machine whatever its names lead to.
fn host(headers: &HeaderMap) -> Option<Authority> {
    let host: Authority = text(headers, HOST.as_str())?.parse().ok()?;
    let name = host.host().trim_start_matches('[').trim_end_matches(']');
    let is_loopback = name.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    (is_loopback || name.eq_ignore_ascii_case("localhost")).then_some(host)
}

/// Whether the page that sent the request is this one.
fn is_own(headers: &HeaderMap, host: &Authority) -> bool {
    text(headers, ORIGIN.as_str())
        .and_then(|origin| origin.strip_prefix("http://"))
        .is_some_and(|origin| host == origin)
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
