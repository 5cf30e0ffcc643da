//! Recordings: begun and ended when OBS's events say so, and named when the file is final.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use obws::events::OutputState;
use obws::responses::StatusCode;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{info, warn};

use super::failure::Failure;
use super::file_name;
use super::link::Link;
use super::reporter::Reporter;
use crate::action::{ObsVerb, Report};
use crate::edge::Command;

/// How long OBS may take to begin a recording or to finish its file: a recording that has no picture yet ends at the
/// next key frame, which by OBS's defaults can be ten seconds away.
const CHANGE_LIMIT: Duration = Duration::from_secs(15);

/// A finished file may be held for a moment, by OBS or by a virus scanner.
const RENAME_ATTEMPTS: u32 = 10;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(200);

/// What OBS says of its recording.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) state: OutputState,
    pub(super) path: Option<String>,
}

/// The recording that we began. It outlives a connection that was given up because OBS was frozen.
#[derive(Debug)]
pub(super) struct Ours {
    name: Option<String>,
}

/// What OBS is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Idle,
    Starting,
    Recording,
    Stopping,
}

/// Starts and stops recordings.
pub(super) struct Recordings<'a> {
    pub(super) link: &'a Link,
    pub(super) reporter: &'a Reporter,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) changes: mpsc::Receiver<Change>,
    pub(super) stage: Stage,
    pub(super) ours: &'a mut Option<Ours>,
}

impl Recordings<'_> {
    /// Works until there are no more commands.
    pub(super) async fn run(mut self) {
        if let Err(failure) = self.look().await {
            warn!("it is not known whether OBS records: {failure}");
        }
        loop {
            tokio::select! {
                biased;
                Some(change) = self.changes.recv() => self.hear(change).await,
                command = self.commands.recv() => {
                    let Some(command) = command else { break };
                    let result = match command.action.verb.obs() {
                        Some(ObsVerb::StartRecording { name }) => self.start(name.clone()).await,
                        Some(ObsVerb::StopRecording {}) => self.stop().await,
                        _ => Err(Failure::NotForObs(command.action.verb.name())),
                    };
                    self.reporter.outcome(&command, result);
                }
            }
        }
        // Events end when OBS does, and its recording with it.
        if self.changes.is_closed() {
            *self.ours = None;
        }
    }

    /// Finds out whether OBS records, and whether it is still the recording that we began.
    async fn look(&mut self) -> Result<(), Failure> {
        let status = self.link.ask("GetRecordStatus", self.link.client.recording().status()).await?;
        if status.active {
            self.stage = Stage::Recording;
        }
        if let Some(ours) = self.ours.take_if(|_| !status.active) {
            warn!(name = ours.name, "the recording ended while OBS was not connected; its file keeps OBS's name");
        }
        Ok(())
    }

    async fn start(&mut self, name: Option<String>) -> Result<(), Failure> {
        if self.stage == Stage::Stopping {
            self.until(Stage::Idle, "finishing the recording before").await?;
        }
        let already = if self.ours.is_some() { Failure::RecordingAlready } else { Failure::SomeoneRecords };
        if self.stage != Stage::Idle {
            return Err(already);
        }
        match self.link.ask("StartRecord", self.link.client.recording().start()).await {
            Err(failure) if failure.is(StatusCode::OutputRunning) => return Err(already),
            answer => answer?,
        }
        self.stage = Stage::Starting;
        *self.ours = Some(Ours { name });
        self.until(Stage::Recording, "starting to record").await
    }

    async fn stop(&mut self) -> Result<(), Failure> {
        if self.stage != Stage::Stopping {
            match self.link.ask("StopRecord", self.link.client.recording().stop()).await {
                Err(failure) if failure.is(StatusCode::OutputNotRunning) => {
                    self.stage = Stage::Idle;
                    *self.ours = None;
                    return Err(Failure::NotRecording);
                }
                answer => answer?,
            };
            self.stage = Stage::Stopping;
        }
        self.until(Stage::Idle, "finishing the recording").await
    }

    /// Follows OBS's events until it is at `goal`.
    async fn until(&mut self, goal: Stage, doing: &'static str) -> Result<(), Failure> {
        let deadline = Instant::now() + CHANGE_LIMIT;
        while self.stage != goal {
            match timeout_at(deadline, self.link.unless_lost(self.changes.recv())).await {
                Ok(Ok(Some(change))) => self.hear(change).await,
                // Events end with the connection.
                Ok(Ok(None)) => return Err(Failure::Lost(self.link.lost().await)),
                Ok(Err(lost)) => return Err(lost),
                Err(_) => return Err(Failure::RecordingStuck { doing, limit: CHANGE_LIMIT }),
            }
            if goal == Stage::Recording && self.stage == Stage::Idle {
                return Err(Failure::RecordingDidNotStart);
            }
        }
        Ok(())
    }

    /// Takes in what OBS says and tells the courts.
    async fn hear(&mut self, Change { state, path }: Change) {
        match state {
            OutputState::Starting => self.stage = Stage::Starting,
            OutputState::Started => {
                self.stage = Stage::Recording;
                self.reporter.to_all(|instance| Report::RecordingStarted { instance, path });
            }
            OutputState::Stopping => self.stage = Stage::Stopping,
            OutputState::Stopped => {
                // A recording that never began leaves no file and is not reported.
                let began = self.stage != Stage::Starting;
                self.stage = Stage::Idle;
                let name = self.ours.take().and_then(|ours| ours.name);
                if began {
                    let path = named(path, name).await;
                    self.reporter.to_all(|instance| Report::RecordingStopped { instance, path });
                }
            }
            _ => {}
        }
    }
}

/// Gives a finished file its name, if it is on this machine; otherwise it keeps its own.
async fn named(path: Option<String>, name: Option<String>) -> Option<String> {
    let (Some(path), Some(name)) = (&path, name) else { return path };
    match rename_patiently(Path::new(path), &name).await {
        Ok(renamed) => Some(renamed.to_string_lossy().into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            info!(path, name, "the recording is not on this machine and keeps its name");
            Some(path.clone())
        }
        Err(error) => {
            warn!(path, name, "the recording keeps its name, since it cannot be renamed: {error}");
            Some(path.clone())
        }
    }
}

async fn rename_patiently(path: &Path, name: &str) -> io::Result<PathBuf> {
    let mut attempt = 1;
    loop {
        let (from, to) = (path.to_owned(), name.to_owned());
        let renamed = spawn_blocking(move || file_name::rename(&from, &to))
            .await
            .unwrap_or_else(|panic| Err(io::Error::other(panic)));
        match renamed {
            Err(error) if error.kind() != io::ErrorKind::NotFound && attempt < RENAME_ATTEMPTS => {
                attempt += 1;
                sleep(BETWEEN_ATTEMPTS).await;
            }
            renamed => return renamed,
        }
    }
}
