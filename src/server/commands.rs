//! Commands over HTTP: as JSON, or as a path for buttons that can do no more.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use futures_util::future::join_all;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::answer::{AnswerOutcome, CommandAnswer};
use super::app::{App, COURT_TIMEOUT};
use super::find_clip;
use super::path::CourtPath;
use super::problem::Problem;
use crate::command::{Command, CommandVerb, Refusal};
use crate::control::{Control, CourtControl, NotReloaded};
use crate::event::{CommandId, Origin};
use crate::suggest::{advise_in_words, enumerate};

/// How long the end of a command is awaited.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(15);

type Answer = Result<CommandAnswer, Problem>;

/// `POST /api/courts/{court}/commands`
pub(super) async fn of_court(
    app: State<Arc<App>>,
    origin: Extension<Origin>,
    CourtPath { court, .. }: CourtPath,
    body: Bytes,
) -> Answer {
    send(&app.control, &origin, Some(&court), read(&body)?).await
}

/// `POST /api/commands`: the court is the only one; `reload` and `quit` are for all.
pub(super) async fn of_all(app: State<Arc<App>>, origin: Extension<Origin>, body: Bytes) -> Answer {
    send(&app.control, &origin, None, read(&body)?).await
}

/// `POST /api/courts/{court}/save/head%20kick`
pub(super) async fn of_path(
    app: State<Arc<App>>,
    origin: Extension<Origin>,
    CourtPath { court, words }: CourtPath,
) -> Answer {
    let verb = CommandVerb::read(words.iter().map(String::as_str)).map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, format!("`{}` is no command: {error}", words.join(" ")))
    })?;
    send(&app.control, &origin, Some(&court), verb).await
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
    let named = named.map(|name| court(control, name)).transpose()?;
    match verb {
        CommandVerb::Reload { .. } => reload(control, *origin, named).await,
        CommandVerb::Quit {} => {
            let answer = inform(control, *origin, named, CommandVerb::Quit {}).await;
            control.quit.notify_one();
            Ok(answer)
        }
        verb => match (named, &control.courts[..]) {
            (Some(court), _) | (None, [court]) => command(control, court, *origin, verb).await,
            (None, courts) => {
                let detail = format!(
                    "which court? There are {}: name one (`--court` of `vta ctl`, or the path)",
                    enumerate(courts.iter().map(|court| &*court.name))
                );
                Err(Problem::new(StatusCode::BAD_REQUEST, detail))
            }
        },
    }
}

/// Has a court take a command, and waits for its end.
async fn command(control: &Control, court: &CourtControl, origin: Origin, mut verb: CommandVerb) -> Answer {
    if let CommandVerb::Show { what, found } = &mut verb {
        *found = find_clip::find(control.database.clone(), court.session, what.clone()).await?;
    }
    let name = verb.name();
    match timeout(COMMAND_TIMEOUT, court.command(new(origin, verb))).await {
        Ok(Ok(ended)) => Ok(ended.into()),
        Ok(Err(error)) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())),
        Err(_) => Ok(CommandAnswer::new(name, AnswerOutcome::Open)),
    }
}

fn new(origin: Origin, verb: CommandVerb) -> Command {
    Command { id: CommandId::new(), origin, by: None, verb }
}

/// Reads the rules again; then the courts take the command, with what came of it.
async fn reload(control: &Control, origin: Origin, named: Option<&CourtControl>) -> Answer {
    let reloaded = timeout(COMMAND_TIMEOUT, control.reload()).await.unwrap_or(Err(NotReloaded::Late(COMMAND_TIMEOUT)));
    let refused = reloaded.as_ref().err().map(|error| Refusal { reason: error.to_string() });
    let mut answer = inform(control, origin, named, CommandVerb::Reload { refused }).await;
    Ok(match reloaded {
        Ok(changed) => {
            answer.note = Some(note(control, &changed).await);
            answer
        }
        Err(error) => answer.not_reloaded(&error),
    })
}

/// What has changed in the rules that were read again, and what they leave to be done.
async fn note(control: &Control, changed: &[String]) -> String {
    let changed = match changed {
        [] => "the rules are the same".to_owned(),
        files => format!("changed: {}", files.join(", ")),
    };
    let name = control.config.display().to_string();
    let control = control.clone();
    let has_changed = spawn_blocking(move || control.config_has_changed()).await.unwrap_or(false);
    if has_changed { format!("{changed}; {name} has changed: that needs a restart") } else { changed }
}

/// Has the courts, or one of them, take a command that the program carries out. A court that does not answer holds up
/// nothing.
async fn inform(control: &Control, origin: Origin, named: Option<&CourtControl>, verb: CommandVerb) -> CommandAnswer {
    let courts = named.map_or(&control.courts[..], std::slice::from_ref);
    let commands = courts.iter().map(|court| timeout(COURT_TIMEOUT, court.command(new(origin, verb.clone()))));
    let ends = join_all(commands).await;
    let first = ends.into_iter().find_map(|end| end.ok()?.ok());
    first.map_or_else(|| CommandAnswer::new(verb.name(), AnswerOutcome::Done), CommandAnswer::from)
}
