//! How long and how large a request may be.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::timeout;

use super::connections::Connection;
use super::problem::Problem;

/// The longest body of a request, in bytes.
pub(super) const MAX_BODY: usize = 64 << 10;
/// How long a client may take for the body of a request.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an answer may take: longer than a command.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// Reads the body of a request, and then has it answered.
pub(super) async fn keep(
    connection: Extension<Arc<Connection>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let whole = Bytes::from_request(Request::from_parts(parts.clone(), body), &());
    let body = timeout(BODY_TIMEOUT, whole).await.map_err(|_| {
        let detail = format!("the body of the request did not come within {} seconds", BODY_TIMEOUT.as_secs());
        Problem::new(StatusCode::REQUEST_TIMEOUT, detail)
    })?;
    let body = body.map_err(|refused| {
        let detail = match refused.status() {
            StatusCode::PAYLOAD_TOO_LARGE => format!("the body of the request is longer than {MAX_BODY} bytes"),
            _ => format!("the body of the request cannot be read: {}", refused.body_text()),
        };
        Problem::new(refused.status(), detail)
    })?;
    let _answering = connection.answering();
    timeout(ANSWER_TIMEOUT, next.run(Request::from_parts(parts, Body::from(body)))).await.map_err(|_| {
        let detail = format!("vta did not answer within {} seconds", ANSWER_TIMEOUT.as_secs());
        Problem::new(StatusCode::GATEWAY_TIMEOUT, detail)
    })
}
