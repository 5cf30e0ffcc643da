//! What a path below `/api/courts/` names.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;

use super::problem::Problem;

/// A court, and the words after it: a part of a path is a word, also where a `/` in it is written as `%2F`.
pub(super) struct CourtPath {
    pub(super) court: String,
    pub(super) words: Vec<String>,
}

impl<S: Sync> FromRequestParts<S> for CourtPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let path = parts.uri.path();
        let read = |word: &str| match percent_decode_str(word).decode_utf8() {
            Ok(word) => Ok(word.into_owned()),
            Err(error) => Err(Problem::new(StatusCode::BAD_REQUEST, format!("{path} is no UTF-8: {error}"))),
        };
        let rest = path.strip_prefix("/api/courts/").unwrap_or_default();
        let (court, words) = rest.split_once('/').unwrap_or((rest, ""));
        Ok(Self { court: read(court)?, words: words.split('/').map(read).collect::<Result<_, _>>()? })
    }
}
