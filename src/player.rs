//! Plays clips in mpv, one at a time: a new clip takes the place of the one before.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command as Process};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::action::{Outcome, Verb};
use crate::edge::{Command, Courts, deliver};

/// A player that ends sooner has shown nothing.
const STARTS_WITHIN: Duration = Duration::from_millis(300);

/// How to start the player.
#[derive(Clone, Debug)]
pub struct PlayerOptions {
    /// The program, found on the path or given with its folder.
    pub command: PathBuf,
    /// Arguments that come before ours.
    pub arguments: Vec<String>,
}

/// Starts the task that plays clips until `commands` is closed; the player stays open then, for the jury still watch.
///
/// # Panics
/// Outside a tokio runtime.
pub fn spawn(options: PlayerOptions, mut commands: mpsc::Receiver<Command>, courts: Courts) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut playing: Option<Child> = None;
        while let Some(command) = commands.recv().await {
            close(playing.take()).await;
            let outcome = match &command.action.verb {
                Verb::Play { path, last_seconds, speed } => match play(&options, path, *last_seconds, *speed) {
                    Ok(mut child) => match tokio::time::timeout(STARTS_WITHIN, child.wait()).await {
                        // It plays.
                        Err(_) => {
                            playing = Some(child);
                            Outcome::Done
                        }
                        Ok(ended) => {
                            let how = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
                            let player = options.command.display();
                            Outcome::Failed { reason: format!("the player `{player}` ended at once: {how}") }
                        }
                    },
                    Err(reason) => Outcome::Failed { reason },
                },
                _ => Outcome::Done,
            };
            if let Some(reports) = courts.get(&command.court) {
                deliver(&command.court, reports, command.ended(outcome));
            }
        }
    })
}

fn play(options: &PlayerOptions, path: &str, last_seconds: Option<f64>, speed: f64) -> Result<Child, String> {
    // mpv itself would open a window and say nothing that a jury reads.
    std::fs::metadata(path).map_err(|error| format!("the clip `{path}` cannot be opened: {error}"))?;
    let mut process = Process::new(&options.command);
    process.args(&options.arguments).args(["--no-terminal", "--force-window=immediate", "--keep-open=yes"]);
    process.arg(format!("--speed={speed}"));
    if let Some(seconds) = last_seconds {
        process.arg(format!("--start=-{seconds}"));
    }
    process.arg("--").arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    process.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            format!(
                "the player `{}` was not found: install mpv, or say in `command` where it is",
                options.command.display()
            )
        }
        _ => format!("the player `{}` did not start: {error}", options.command.display()),
    })
}

/// Ends the player, if it still runs.
async fn close(playing: Option<Child>) {
    if let Some(mut child) = playing {
        // It may have been closed by hand.
        if let Err(error) = child.kill().await {
            tracing::debug!("the player had ended: {error}");
        }
    }
}
