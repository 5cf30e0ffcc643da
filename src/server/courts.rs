//! How courts are: all of it as JSON, or one value as text.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::Value;

use super::commands;
use super::problem::Problem;
use super::status::CourtStatus;
use crate::control::{Control, CourtControl};
use crate::rules;
use crate::suggest::advise_in_words;

type App = State<Arc<Control>>;

async fn status_of(court: &CourtControl) -> Result<CourtStatus, Problem> {
    let state = court.state().await;
    let state = state.map_err(|error| Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()))?;
    Ok(CourtStatus {
        court: court.name.to_string(),
        session: court.session.to_string(),
        paused: state.is_paused,
        rehearsal: state.is_rehearsal,
        rules: state.rules,
        bout: rules::bout_as_json(&state.bout),
        counters: court.counters.named().into_iter().map(|(name, count)| (name.to_owned(), count)).collect(),
    })
}

pub(super) async fn all(control: &Control) -> Result<Vec<CourtStatus>, Problem> {
    let mut courts = Vec::new();
    for court in &control.courts {
        courts.push(status_of(court).await?);
    }
    Ok(courts)
}

pub(super) async fn list(State(control): App) -> Result<Json<Vec<CourtStatus>>, Problem> {
    all(&control).await.map(Json)
}

pub(super) async fn court(State(control): App, Path(name): Path<String>) -> Result<Json<CourtStatus>, Problem> {
    status_of(commands::court(&control, &name)?).await.map(Json)
}

/// A value of the bout as text: `score`, `clock`, `blue/name`.
pub(super) async fn value(State(control): App, Path((name, path)): Path<(String, String)>) -> Result<String, Problem> {
    let CourtStatus { bout, .. } = status_of(commands::court(&control, &name)?).await?;
    if path == "score" {
        let points = |side: &str| {
            bout.get(side).and_then(|side| side.get("score")).map_or(0, |score| score.as_u64().unwrap_or(0))
        };
        return Ok(format!("{}:{}", points("blue"), points("red")));
    }
    let mut value = &bout;
    for part in path.split('/') {
        value = match value.get(part) {
            Some(inner) => inner,
            None => {
                let names = value.as_object().into_iter().flat_map(|object| object.keys().map(String::as_str));
                let extra = (value == &bout).then_some("score");
                let advice = advise_in_words("there are", part, names.chain(extra));
                return Err(Problem::new(StatusCode::NOT_FOUND, format!("a court has no `{path}`; {advice}")));
            }
        };
    }
    Ok(match (path.as_str(), value) {
        ("clock", Value::Number(seconds)) => {
            let seconds = seconds.as_u64().unwrap_or(0);
            format!("{}:{:02}", seconds / 60, seconds % 60)
        }
        (_, Value::Null) => String::new(),
        (_, Value::String(text)) => text.clone(),
        (_, value) => value.to_string(),
    })
}
