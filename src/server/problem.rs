//! The answer to a refused request, as in RFC 9457.

use axum::Json;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::answer::{AnswerOutcome, CommandAnswer};

/// A request that is refused: `application/problem+json`.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    /// The title says which kind of problem it is.
    r#type: &'static str,
    #[serde(serialize_with = "number")]
    status: StatusCode,
    title: &'static str,
    /// What is wrong, where, and what to do.
    detail: String,
    /// How the command ended, where it is one that a court took.
    #[serde(flatten)]
    answer: Option<Box<CommandAnswer>>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or_default();
        Self { r#type: "about:blank", status, title, detail: detail.into(), answer: None }
    }

    /// A command that was refused, or has failed.
    fn of(status: StatusCode, answer: CommandAnswer) -> Self {
        let detail = answer.reason.clone().unwrap_or_default();
        Self { answer: Some(Box::new(answer)), ..Self::new(status, detail) }
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

/// A command that was not done is refused in the same form.
impl IntoResponse for CommandAnswer {
    fn into_response(self) -> Response {
        match self.outcome {
            AnswerOutcome::Done => Json(self).into_response(),
            AnswerOutcome::Open => (StatusCode::ACCEPTED, Json(self)).into_response(),
            AnswerOutcome::Refused => Problem::of(StatusCode::CONFLICT, self).into_response(),
            AnswerOutcome::Failed => Problem::of(StatusCode::BAD_GATEWAY, self).into_response(),
        }
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
