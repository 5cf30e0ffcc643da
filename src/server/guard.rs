//! Who may send requests: not a page of a foreign site in the operator's browser, and not a computer of the venue
//! without the token.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::connections::Connection;
use super::problem::Problem;
use crate::event::Origin;

const FOREIGN_PAGE: &str = "a page of another site may not send this";

/// What each request must have.
pub(super) struct Guard {
    /// Whether programs of this computer alone reach the server: then they need no token.
    is_local: bool,
    token: String,
}

impl Guard {
    pub(super) fn new(listens: SocketAddr, token: String) -> Self {
        Self { is_local: listens.ip().is_loopback(), token }
    }

    /// Who sends a request, which came in at that address.
    fn origin(&self, local: SocketAddr, request: &Request) -> Result<Origin, Problem> {
        let headers = request.headers();
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let named = headers.get_all(header::HOST).iter().map(|host| host.to_str().ok());
        let target = request.uri().authority().map(|target| Some(target.as_str()));
        let hosts: Vec<_> = named.chain(target).collect();
        if hosts.is_empty() || !hosts.iter().all(|host| host.is_some_and(|host| is_host(host, local))) {
            let detail = format!("the Host of the request is not this server's: use http://{local}");
            return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, detail));
        }
        if let Some(origin) = headers.get(header::ORIGIN) {
            let host = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
            if !host.is_some_and(|host| is_host(host, local)) {
                return Err(Problem::new(StatusCode::FORBIDDEN, FOREIGN_PAGE));
            }
        }
        // A form of a foreign page can send only other types without asking first.
        let has_body = headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
        let is_json = text(header::CONTENT_TYPE).is_some_and(|kind| {
            kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
        });
        let is_post = request.method() == Method::POST;
        if is_post && !is_json && (has_body || headers.contains_key(header::TRANSFER_ENCODING)) {
            let detail = "the body of a request is JSON: send `Content-Type: application/json`";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let site = text(HeaderName::from_static("sec-fetch-site"));
        if is_post && site.is_some_and(|site| !["same-origin", "none"].contains(&site)) {
            return Err(Problem::new(StatusCode::FORBIDDEN, FOREIGN_PAGE));
        }
        match text(header::AUTHORIZATION).map(|given| given.strip_prefix("Bearer ")) {
            Some(Some(given)) if is_same(given, &self.token) => Ok(Origin::Ctl),
            Some(_) => Err(Problem::new(StatusCode::UNAUTHORIZED, "the token is not that of the running vta")),
            None if self.is_local || request.uri().path() == "/health" => Ok(Origin::Http),
            None => {
                let detail =
                    "beyond 127.0.0.1 each request needs `Authorization: Bearer TOKEN`, with the token of the run file";
                Err(Problem::new(StatusCode::UNAUTHORIZED, detail))
            }
        }
    }
}

/// Whether a host is this server, reached at that address: never a name that a foreign DNS server can point here.
fn is_host(host: &str, local: SocketAddr) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        // Within the brackets of an IPv6 address.
        Some((_, rest)) if rest.ends_with(']') => (host, None),
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    if port.map_or(local.port() != 80, |port| port != local.port().to_string()) {
        return false;
    }
    let names = [local.ip().to_canonical(), Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    name.eq_ignore_ascii_case("localhost")
        || names.iter().any(|ip| match ip {
            IpAddr::V4(ip) => name == ip.to_string(),
            IpAddr::V6(ip) => name == format!("[{ip}]"),
        })
}

/// Compares in a time that does not depend on where they differ.
fn is_same(given: &str, token: &str) -> bool {
    let differ = given.bytes().zip(token.bytes()).fold(0, |differ, (one, other)| differ | (one ^ other));
    given.len() == token.len() && differ == 0
}

pub(super) async fn check(
    State(guard): State<Arc<Guard>>,
    Extension(connection): Extension<Arc<Connection>>,
    mut request: Request,
    next: Next,
) -> Response {
    match guard.origin(connection.local, &request) {
        Ok(origin) => {
            request.extensions_mut().insert(origin);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn at_port_80_the_host_has_no_port() {
        let local = "192.168.7.20:80".parse().unwrap();
        for host in ["192.168.7.20", "192.168.7.20:80", "localhost", "[::1]", "[::1]:80"] {
            assert!(is_host(host, local), "{host}");
        }
        for host in ["192.168.7.21", "192.168.7.20:8080", "192.168.7.20:080", "[::2]", "::1", "evil.example"] {
            assert!(!is_host(host, local), "{host}");
        }
    }

    #[test]
    fn a_socket_of_both_families_is_reached_at_the_address_as_it_is_written() {
        let local = "[::ffff:192.168.7.20]:7800".parse().unwrap();
        assert!(is_host("192.168.7.20:7800", local));
    }
}
