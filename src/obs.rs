//! OBS Studio, driven through obs-websocket: replays, scenes, recordings, sources, texts, filters, sound, media, streams.
//!
//! One task per instance ([`spawn`]) stays connected, carries out [`Command`]s, and reports to the courts how they ended
//! and what OBS does by itself.
//!
//! - Without OBS a command fails at once, with the reason; the task goes on trying to connect.
//! - Every request has a time limit. When one is left unanswered the instance is frozen: further commands fail at
//!   once until OBS answers again. When it stays silent the connection is given up and made anew.
//! - Saves, recordings, streams and everything else wait in lanes of their own: a save that waits for its file holds
//!   up no scene. Within a lane, commands keep their order.
//! - A report to a court whose queue is full is dropped with a warning: a slow court does not hold up OBS.
//! - One connection carries requests and events. The task that takes a command writes the request to the socket.
//! - When the channel of commands is closed, what is in flight is finished, within its limits, and the task ends.

mod client;
mod driver;
mod error;
mod file_time;
mod inventory;
mod model;
mod named;
mod options;
mod paths;
mod presence;
mod query;

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

pub use self::inventory::{Inventory, ObsFiles};
use self::model::ActiveRecording;
pub use self::model::BufferState;
pub(crate) use self::named::{LookedUp, in_words, look_up, names};
pub use self::options::ObsOptions;
pub use self::paths::SharedFolders;
pub use self::query::doctor::examine;
pub use self::query::status::{InstanceStatus, Ready, Recording, State, status};
pub use self::query::{QueryError, inventory};
use crate::court::OpenRecording;
use crate::rules::check::Named;
use crate::sink::{Command, Courts, supervise};
use crate::telemetry::StatusHandle;

/// Starts the task that drives an OBS instance until `commands` is closed and what was in flight has ended.
///
/// Outcomes go to the court that gave the command, everything else to all `courts`. `left` are the recordings that earlier
/// sessions of courts have begun and not ended: OBS may still make them. `names` is what the rules name in OBS: it is looked
/// up, and what OBS has not is written to the log.
///
/// # Panics
///
/// Outside a tokio runtime.
pub fn spawn(
    options: ObsOptions,
    commands: mpsc::Receiver<Command>,
    courts: Courts,
    left: Vec<(Arc<str>, OpenRecording)>,
    names: watch::Receiver<Vec<Named>>,
    status: StatusHandle,
) -> JoinHandle<()> {
    let left = left.into_iter().map(|(court, recording)| ActiveRecording::left(&court, recording)).collect();
    let instance = driver::ObsInstance::new(&options, courts, left, names);
    tokio::spawn(supervise(instance, options, commands, status))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::collections::HashMap;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::action::{Action, Report};

    #[tokio::test]
    async fn without_obs_a_command_fails_at_once_and_says_why() {
        use crate::action::{ObsVerb, Outcome};
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (commands, receiver) = mpsc::channel(4);
        let (reports, court) = crate::queue::bounded(16);
        let driver = spawn(
            ObsOptions { port, ..ObsOptions::example("127.0.0.1") },
            receiver,
            HashMap::from([(Arc::from("court-1"), reports)]),
            Vec::new(),
            watch::channel(Vec::new()).1,
            StatusHandle::new("obs", "replay"),
        );
        let scene = ObsVerb::Scene { scene: "Replay".to_owned() }.on(None);
        let action = Action { seq: 7, at: Default::default(), rule: Arc::from("a.rhai"), cause: 1, verb: scene };
        let command = Command { court: Arc::from("court-1"), action: Arc::new(action), received: Instant::now() };
        // The first may come before the first attempt has failed, and says so; the others know the reason.
        let mut reason = String::new();
        while !reason.contains("refused") {
            commands.send(command.clone()).await.unwrap();
            let report = tokio::task::spawn_blocking({
                let court = court.clone();
                move || court.recv_timeout(Duration::from_secs(5)).unwrap()
            });
            let Report::Outcome { action_seq: 7, outcome: Outcome::Failed { reason: failed }, took_us, .. } =
                report.await.unwrap()
            else {
                panic!("expected an error")
            };
            assert!(took_us < 1_000_000 || !reason.is_empty(), "{took_us} µs");
            reason = failed;
        }
        assert_eq!(
            reason,
            format!(
                "OBS `replay` is not connected: connection refused at 127.0.0.1:{port}; is OBS running and is its \
                 WebSocket server on?"
            )
        );
        drop(commands);
        driver.await.unwrap();
    }
}
