//! Commands over HTTP: as JSON, or as a path for buttons that can do no more.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::json;
use tokio::time::timeout;

use super::find_clip;
use super::problem::Problem;
use crate::command::{Command, CommandVerb};
use crate::control::{Control, CourtControl};
use crate::event::{CommandEnded, CommandId, CommandOutcome, Origin};
use crate::suggest::{advise_in_words, enumerate};

/// How long the end of a command is awaited.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(15);

type App = State<Arc<Control>>;
type Answer = Result<Response, Problem>;

/// `POST /api/courts/{court}/commands`
pub(super) async fn of_court(
    control: App,
    origin: Extension<Origin>,
    Path(court): Path<String>,
    body: Bytes,
) -> Answer {
    send(&control, &origin, Some(&court), read(&body)?).await
}

/// `POST /api/commands`: the court is the only one; `reload` and `quit` are for all.
pub(super) async fn of_all(control: App, origin: Extension<Origin>, body: Bytes) -> Answer {
    send(&control, &origin, None, read(&body)?).await
}

/// `POST /api/courts/{court}/save/head%20kick`
pub(super) async fn of_path(
    control: App,
    origin: Extension<Origin>,
    Path((court, path)): Path<(String, String)>,
) -> Answer {
    let verb = CommandVerb::read(path.split('/'))
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("/{path} is no command: {error}")))?;
    send(&control, &origin, Some(&court), verb).await
}

fn read(body: &[u8]) -> Result<CommandVerb, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        let detail = format!(
            "the body is no command: {error}; one is, for example, {{\"command\":\"review\",\"what\":\"blue\"}}"
        );
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })
}

/// The court of that name.
pub(super) fn court<'a>(control: &'a Control, name: &str) -> Result<&'a CourtControl, Problem> {
    control.courts.iter().find(|court| *court.name == *name).ok_or_else(|| {
        let advice = advise_in_words("the courts", name, control.courts.iter().map(|court| &*court.name));
        Problem::new(StatusCode::NOT_FOUND, format!("there is no court `{name}`; {advice}"))
    })
}

async fn send(control: &Control, origin: &Origin, named: Option<&str>, verb: CommandVerb) -> Answer {
    let is_of_all = matches!(verb, CommandVerb::Reload {} | CommandVerb::Quit {});
    let courts = match (named, &control.courts[..]) {
        (Some(name), _) => vec![court(control, name)?],
        (None, courts) if is_of_all => courts.iter().collect(),
        (None, [only]) => vec![only],
        (None, courts) => {
            let detail = format!(
                "which court? There are {}: name one (`--court` of `vta ctl`, or the path)",
                enumerate(courts.iter().map(|court| &*court.name))
            );
            return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
        }
    };
    let mut last = None;
    for court in courts {
        last = Some(command(control, court, *origin, verb.clone()).await?);
    }
    match verb {
        CommandVerb::Reload {} => control.reload.notify_one(),
        CommandVerb::Quit {} => control.quit.notify_one(),
        _ => {}
    }
    Ok(match last.flatten() {
        Some(ended) => {
            let status = match ended.outcome {
                CommandOutcome::Done => StatusCode::OK,
                CommandOutcome::Refused => StatusCode::CONFLICT,
                CommandOutcome::Failed => StatusCode::BAD_GATEWAY,
            };
            (status, Json(ended)).into_response()
        }
        None => (StatusCode::ACCEPTED, Json(json!({ "command": verb.name(), "outcome": "open" }))).into_response(),
    })
}

/// Has a court take a command; none if it has not ended in time.
async fn command(
    control: &Control,
    court: &CourtControl,
    origin: Origin,
    mut verb: CommandVerb,
) -> Result<Option<CommandEnded>, Problem> {
    if let CommandVerb::Show { what, found } = &mut verb {
        *found = find_clip::find(control.database.clone(), court.session, what.clone()).await?;
    }
    let command = Command { id: CommandId::new(), origin, by: None, verb };
    match timeout(COMMAND_TIMEOUT, court.command(command)).await {
        Ok(Ok(ended)) => Ok(Some(ended)),
        Ok(Err(error)) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())),
        Err(_) => Ok(None),
    }
}
