//! How courts are: all of it as JSON, or one value as text.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::timeout;

use super::app::{App, COURT_TIMEOUT};
use super::commands;
use super::path::CourtPath;
use super::problem::Problem;
use crate::control::{Control, CourtControl};
use crate::rules;
use crate::source::SenderStatus;
use crate::suggest::advise_in_words;

/// How a court is.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct CourtStatus {
    pub(crate) court: String,
    pub(crate) session: String,
    /// Where it receives its datagrams.
    pub(crate) listens: SocketAddr,
    /// Who has sent them in the last minute.
    pub(crate) senders: Vec<SenderStatus>,
    /// What it answers.
    #[serde(flatten)]
    pub(crate) answer: CourtAnswer,
    /// What was counted since the start, by name.
    pub(crate) counters: BTreeMap<String, u64>,
}

/// What a court answers, or that it does not.
#[derive(Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum CourtAnswer {
    State(CourtState),
    NoAnswer {
        /// Why there is no answer.
        no_answer: String,
    },
}

/// What a court answers.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct CourtState {
    /// Whether an operator has paused its rules.
    pub(crate) paused: bool,
    /// Whether bouts that are loaded now are rehearsals.
    pub(crate) rehearsal: bool,
    /// The file names of its rules.
    pub(crate) rules: Vec<String>,
    /// The bout as rules see it.
    pub(crate) bout: Value,
}

/// What a court answers.
///
/// # Errors
/// Why it does not, in plain words.
async fn state_of(court: &CourtControl) -> Result<CourtState, String> {
    let late = |_| format!("the court does not answer within {} seconds", COURT_TIMEOUT.as_secs());
    let state = timeout(COURT_TIMEOUT, court.state()).await.map_err(late)?.map_err(|error| error.to_string())?;
    Ok(CourtState {
        paused: state.is_paused,
        rehearsal: state.is_rehearsal,
        rules: state.rules,
        bout: rules::bout_as_json(&state.bout),
    })
}

async fn status_of(court: &CourtControl) -> CourtStatus {
    CourtStatus {
        court: court.name.to_string(),
        session: court.session.to_string(),
        listens: court.listens,
        senders: court.senders.get(),
        answer: match state_of(court).await {
            Ok(state) => CourtAnswer::State(state),
            Err(no_answer) => CourtAnswer::NoAnswer { no_answer },
        },
        counters: court.counters.named().into_iter().map(|(name, count)| (name.to_owned(), count)).collect(),
    }
}

/// All courts, also those that do not answer.
pub(super) async fn all(control: &Control) -> Vec<CourtStatus> {
    join_all(control.courts.iter().map(status_of)).await
}

/// The courts that do not answer, each with the reason.
pub(super) async fn silent(control: &Control) -> Vec<String> {
    let states = control
        .courts
        .iter()
        .map(|court| async move { state_of(court).await.err().map(|error| format!("{}: {error}", court.name)) });
    join_all(states).await.into_iter().flatten().collect()
}

pub(super) async fn list(app: State<Arc<App>>) -> Json<Vec<CourtStatus>> {
    Json(all(&app.control).await)
}

pub(super) async fn court(app: State<Arc<App>>, path: CourtPath) -> Result<Json<CourtStatus>, Problem> {
    let status = status_of(commands::court(&app.control, &path.court)?).await;
    match status.answer {
        CourtAnswer::NoAnswer { no_answer } => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, no_answer)),
        CourtAnswer::State(_) => Ok(Json(status)),
    }
}

/// A value of the bout as text: `score`, `clock`, `blue/name`.
pub(super) async fn value(app: State<Arc<App>>, path: CourtPath) -> Result<String, Problem> {
    let state = state_of(commands::court(&app.control, &path.court)?).await;
    let bout = state.map_err(|no_answer| Problem::new(StatusCode::SERVICE_UNAVAILABLE, no_answer))?.bout;
    let words: Vec<_> = path.words.iter().map(String::as_str).collect();
    if words == ["score"] {
        let points = |side: &str| {
            bout.get(side).and_then(|side| side.get("score")).map_or(0, |score| score.as_u64().unwrap_or(0))
        };
        return Ok(format!("{}:{}", points("blue"), points("red")));
    }
    let mut value = &bout;
    for &part in &words {
        value = match value.get(part) {
            Some(inner) => inner,
            None => {
                let names = value.as_object().into_iter().flat_map(|object| object.keys().map(String::as_str));
                let extra = (value == &bout).then_some("score");
                let advice = advise_in_words("there are", part, names.chain(extra));
                let detail = format!("a court has no `{}`; {advice}", words.join("/"));
                return Err(Problem::new(StatusCode::NOT_FOUND, detail));
            }
        };
    }
    Ok(match (&words[..], value) {
        (["clock"], Value::Number(seconds)) => {
            let seconds = seconds.as_u64().unwrap_or(0);
            format!("{}:{:02}", seconds / 60, seconds % 60)
        }
        (_, Value::Null) => String::new(),
        (_, Value::String(text)) => text.clone(),
        (_, value) => value.to_string(),
    })
}
