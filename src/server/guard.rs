//! Who may send requests: not a page of a foreign site in the operator's browser, and not a computer of the venue
//! without the token.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use crate::event::Origin;

/// What a request must have.
pub(super) struct Guard {
    /// Where the server listens.
    address: SocketAddr,
    token: String,
}

impl Guard {
    pub(super) fn new(address: SocketAddr, token: String) -> Self {
        Self { address, token }
    }

    /// Who sends a request.
    fn origin(&self, method: &Method, headers: &HeaderMap) -> Result<Origin, Problem> {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let is_host = |host: &str| self.is_host(host);
        if !text(header::HOST).is_some_and(is_host) {
            let detail = format!("the Host of the request is not this server's: use http://{}", self.address);
            return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, detail));
        }
        if let Some(origin) = headers.get(header::ORIGIN) {
            let host = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
            if !host.is_some_and(is_host) {
                return Err(Problem::new(StatusCode::FORBIDDEN, "a page of another site may not send this"));
            }
        }
        if let Some(given) = text(header::AUTHORIZATION) {
            return match given.strip_prefix("Bearer ") {
                Some(given) if is_same(given, &self.token) => Ok(Origin::Ctl),
                _ => Err(Problem::new(StatusCode::UNAUTHORIZED, "the token is not that of the running vta")),
            };
        }
        if !self.address.ip().is_loopback() {
            let detail =
                "beyond 127.0.0.1 each request needs `Authorization: Bearer TOKEN`, with the token of the run file";
            return Err(Problem::new(StatusCode::UNAUTHORIZED, detail));
        }
        // A form of a foreign page can send only other types without asking first.
        let has_body = headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
        let is_json = text(header::CONTENT_TYPE).is_some_and(|kind| kind.split(';').next() == Some("application/json"));
        if method == Method::POST && !is_json && (has_body || headers.contains_key(header::TRANSFER_ENCODING)) {
            let detail = "the body of a request is JSON: send `Content-Type: application/json`";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        if method == Method::POST
            && text(HeaderName::from_static("sec-fetch-site"))
                .is_some_and(|site| !["same-origin", "none"].contains(&site))
        {
            return Err(Problem::new(StatusCode::FORBIDDEN, "a page of another site may not send this"));
        }
        Ok(Origin::Http)
    }

    /// Whether a host, with its port, is this server: never a name that a foreign DNS server can point here.
    fn is_host(&self, host: &str) -> bool {
        let port = format!(":{}", self.address.port());
        let Some(name) = host.strip_suffix(&port) else { return false };
        if name == "localhost" {
            return true;
        }
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        // A name of digits is never resolved.
        bare.parse::<IpAddr>().is_ok_and(|ip| !self.address.ip().is_loopback() || ip.is_loopback())
    }
}

/// Compares in a time that does not depend on where they differ.
fn is_same(given: &str, token: &str) -> bool {
    let differ = given.bytes().zip(token.bytes()).fold(0, |differ, (one, other)| differ | (one ^ other));
    given.len() == token.len() && differ == 0
}

pub(super) async fn check(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    match guard.origin(request.method(), request.headers()) {
        Ok(origin) => {
            request.extensions_mut().insert(origin);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}
