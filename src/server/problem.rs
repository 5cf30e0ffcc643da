//! The answer to a refused request, as in RFC 9457.

use axum::Json;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A request that is refused: `application/problem+json`.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    #[serde(serialize_with = "number")]
    status: StatusCode,
    title: String,
    /// What is wrong, where, and what to do.
    detail: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or_default().to_owned();
        Self { status, title, detail: detail.into() }
    }
}

fn number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, [(header::CONTENT_TYPE, "application/problem+json")], Json(self)).into_response()
    }
}

pub(super) async fn no_such_path(uri: Uri) -> Problem {
    let detail = format!("there is no {}; docs/control.md lists the paths", uri.path());
    Problem::new(StatusCode::NOT_FOUND, detail)
}

pub(super) async fn no_such_method(method: Method, uri: Uri) -> Problem {
    let detail = format!("{method} is not for {}: what is read is GET, what is done is POST", uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}
