//! Recordings: begun and ended when OBS's events say so, and named when the file is final.

use std::mem;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use obws::events::{Event, OutputState};
use obws::responses::StatusCode;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::{media_file, reports};
use crate::action::ObsVerb;
use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::obs::model::{ActiveRecording, StartedBy};
use crate::sink::{Command, Outbox};
use crate::telemetry::messages;
use crate::time::Time;

/// How long OBS may take to begin a recording or to finish its file: a recording that has no picture yet ends at the
/// next key frame, which by OBS's defaults can be ten seconds away.
const STATE_CHANGE_TIMEOUT: Duration = Duration::from_secs(15);

/// How much earlier than by its event a recording can have begun by its duration.
const BEGIN_TOLERANCE: Duration = Duration::from_secs(2);

/// Stands for the path of a recording that OBS does not name.
const NO_PATH: &str = "its path is not known";

/// How long to try to name a finished file, which OBS or a virus scanner may hold for a moment.
const RENAME_TIMEOUT: Duration = Duration::from_secs(2);

/// An event of a recording, and when it came.
pub(super) type Change = (Time, Event);

/// What the recording output does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Idle,
    Starting,
    Recording,
    Stopping,
}

/// Starts and stops recordings.
pub(super) struct Recordings<'a> {
    pub(super) client: &'a Client,
    pub(super) outbox: &'a Outbox,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) changes: mpsc::Receiver<Change>,
    pub(super) stage: Stage,
    pub(super) recording: &'a watch::Sender<Option<ActiveRecording>>,
    /// Recordings that earlier sessions have left.
    pub(super) left: &'a Mutex<Vec<ActiveRecording>>,
    /// Whether it is known what OBS records.
    pub(super) is_known: bool,
    /// Whether a recording that no rule began is split when a rule begins one.
    pub(super) splits: bool,
    /// When OBS began to stop: the instant of the last frame.
    pub(super) stopping_at: Option<Time>,
}

impl Recordings<'_> {
    /// Works until there are no more commands.
    pub(super) async fn run(mut self) {
        if let Err(error) = self.find_out().await {
            messages::obs_recording_unknown(self.outbox.sink(), error);
        }
        loop {
            tokio::select! {
                biased;
                Some(change) = self.changes.recv() => self.apply(change).await,
                command = self.commands.recv() => {
                    let Some(command) = command else { break };
                    let result = self.carry_out(&command).await;
                    self.outbox.outcome(&command, result);
                }
            }
        }
    }

    async fn carry_out(&mut self, command: &Command) -> Result<(), ObsError> {
        self.find_out().await?;
        match command.action.verb.obs() {
            Some(ObsVerb::StartRecording { name }) => self.start(StartedBy::new(command, name.as_deref())).await,
            Some(ObsVerb::StopRecording {}) => self.stop(&command.court).await,
            Some(ObsVerb::Chapter { name }) => self.chapter(name).await,
            _ => Err(ObsError::NotForObs(command.action.verb.name())),
        }
    }

    /// Finds out what OBS records, unless that is known.
    async fn find_out(&mut self) -> Result<(), ObsError> {
        if self.is_known {
            return Ok(());
        }
        let status = self.client.record_status().await?;
        let path = if status.active { self.client.recorded_file().await? } else { None };
        // While OBS pauses, the time of a recording stands still, so its beginning cannot be counted back from it.
        let begins_at = Time::now() - Duration::try_from(status.duration).unwrap_or_default();
        let begins_at = (!status.paused).then_some(begins_at);
        let mut running = None;
        let left = mem::take(&mut *self.left.lock().unwrap_or_else(PoisonError::into_inner));
        for known in left.into_iter().chain(self.recording.send_replace(None)) {
            if status.active && is_same(&known, path.as_deref(), begins_at) {
                running = Some(known);
            } else {
                self.interrupted(known).await;
            }
        }
        self.is_known = true;
        if status.active {
            self.stage = Stage::Recording;
            let running = match running {
                Some(known) => ActiveRecording { path: known.path.or(path), ..known },
                None => ActiveRecording { path, begins_at, started_by: None },
            };
            if running.started_by.as_ref().is_some_and(StartedBy::is_of_earlier_session) {
                messages::obs_recording_goes_on(self.outbox.sink(), running.path.as_deref().unwrap_or(NO_PATH));
                reports::recording_started(self.outbox, &running);
            }
            self.recording.send_replace(Some(running));
        }
        Ok(())
    }

    /// Names the file of a recording that has ended while OBS was not connected, and reports it.
    async fn interrupted(&self, mut lost: ActiveRecording) {
        messages::obs_recording_interrupted(self.outbox.sink(), lost.path.as_deref().unwrap_or(NO_PATH));
        let duration = self.name(&mut lost).await;
        let ends_at = lost.begins_at.zip(duration).map(|(begins_at, duration)| begins_at + duration);
        reports::recording_interrupted(self.outbox, &lost, ends_at);
    }

    async fn start(&mut self, starter: StartedBy) -> Result<(), ObsError> {
        if self.stage == Stage::Stopping {
            self.wait_for(Stage::Idle, "finishing the recording before").await?;
        }
        if self.stage != Stage::Idle {
            let running = self.recording.borrow().as_ref().and_then(|running| running.started_by.clone());
            match running {
                None if self.splits => return self.split(Some(starter)).await,
                None => return Err(ObsError::SomeoneRecords),
                // The rules that began it know of it no longer.
                Some(earlier) if earlier.is_of_earlier_session() && earlier.court == starter.court => {
                    if earlier.split {
                        return self.split(Some(starter)).await;
                    }
                    self.end().await?;
                }
                Some(_) => return Err(ObsError::RecordingAlready),
            }
        }
        match self.client.call("StartRecord", Value::Null).await {
            Err(error) if error.is(StatusCode::OutputRunning) => return Err(ObsError::SomeoneRecords),
            answer => answer?,
        }
        self.stage = Stage::Starting;
        self.recording.send_replace(Some(ActiveRecording { started_by: Some(starter), ..ActiveRecording::default() }));
        self.wait_for(Stage::Recording, "starting to record").await
    }

    /// Ends the recording that this court began.
    async fn stop(&mut self, court: &Arc<str>) -> Result<(), ObsError> {
        let running = self.recording.borrow().clone();
        match running.map(|running| running.started_by) {
            Some(None) => return Err(ObsError::NotOurRecording),
            Some(Some(starter)) if starter.court != *court => return Err(ObsError::RecordingOf(starter.court)),
            // It goes on, as before the connection.
            Some(Some(starter)) if starter.split => return self.split(None).await,
            _ => {}
        }
        self.end().await
    }

    async fn end(&mut self) -> Result<(), ObsError> {
        if self.stage != Stage::Stopping {
            match self.client.call("StopRecord", Value::Null).await {
                Err(error) if error.is(StatusCode::OutputNotRunning) => {
                    self.stage = Stage::Idle;
                    self.recording.send_replace(None);
                    return Err(ObsError::NotRecording);
                }
                answer => answer?,
            }
            self.stage = Stage::Stopping;
        }
        self.wait_for(Stage::Idle, "finishing the recording").await
    }

    /// Ends the file that OBS writes to and lets it go on with another, which belongs to an action or to none.
    async fn split(&mut self, started_by: Option<StartedBy>) -> Result<(), ObsError> {
        self.client.call("SplitRecordFile", Value::Null).await?;
        let deadline = Instant::now() + STATE_CHANGE_TIMEOUT;
        let started_by = started_by.map(|starter| StartedBy { split: true, ..starter });
        loop {
            match self.next_change(deadline, "splitting the recording").await? {
                (at, Event::RecordFileChanged { path }) => {
                    self.continue_in(path, at, started_by).await;
                    return Ok(());
                }
                change => self.apply(change).await,
            }
        }
    }

    /// The recording goes on in another file; the one before is final.
    async fn continue_in(&mut self, path: String, at: Time, started_by: Option<StartedBy>) {
        let before = self.recording.send_replace(None);
        if let Some(before) = before.filter(|before| before.started_by.is_some()) {
            self.finish(before, at).await;
        }
        let running = ActiveRecording { path: Some(path), begins_at: Some(at), started_by };
        reports::recording_started(self.outbox, &running);
        self.recording.send_replace(Some(running));
    }

    /// Sets a chapter mark in the recording, where OBS can: hybrid MP4, from OBS 30.2 on.
    async fn chapter(&mut self, name: &str) -> Result<(), ObsError> {
        self.client.call("CreateRecordChapter", json!({"chapterName": name})).await
    }

    /// Follows OBS's events until it is at `goal`.
    async fn wait_for(&mut self, goal: Stage, doing: &'static str) -> Result<(), ObsError> {
        let deadline = Instant::now() + STATE_CHANGE_TIMEOUT;
        while self.stage != goal {
            let change = self.next_change(deadline, doing).await?;
            self.apply(change).await;
            if goal == Stage::Recording && self.stage == Stage::Idle {
                return Err(ObsError::RecordingDidNotStart);
            }
        }
        Ok(())
    }

    async fn next_change(&mut self, deadline: Instant, doing: &'static str) -> Result<Change, ObsError> {
        let late = ObsError::RecordingStuck { doing, limit: STATE_CHANGE_TIMEOUT };
        self.client.receive(&mut self.changes, deadline, late).await
    }

    /// Takes in an event and reports it to the courts.
    async fn apply(&mut self, (at, event): Change) {
        match event {
            // OBS splits it by itself, or a person does: it still belongs to the action that began it.
            Event::RecordFileChanged { path } => {
                let started_by = self.recording.borrow().as_ref().and_then(|running| running.started_by.clone());
                self.continue_in(path, at, started_by).await;
            }
            Event::RecordStateChanged { state: OutputState::Starting, .. } => self.stage = Stage::Starting,
            Event::RecordStateChanged { state: OutputState::Started, path, .. } => {
                self.stage = Stage::Recording;
                let started_by = self.recording.send_replace(None).and_then(|running| running.started_by);
                // Not every version names it here.
                let path = match path {
                    None => self.client.recorded_file().await.ok().flatten(),
                    named => named,
                };
                let running = ActiveRecording { path, begins_at: Some(at), started_by };
                reports::recording_started(self.outbox, &running);
                self.recording.send_replace(Some(running));
            }
            Event::RecordStateChanged { state: OutputState::Stopping, .. } => {
                self.stage = Stage::Stopping;
                self.stopping_at = Some(at);
            }
            Event::RecordStateChanged { state: OutputState::Stopped, path, .. } => {
                // A recording that never began leaves no file and is not reported.
                let began = self.stage != Stage::Starting;
                self.stage = Stage::Idle;
                let running = self.recording.send_replace(None).unwrap_or_default();
                let ends_at = self.stopping_at.take().unwrap_or(at);
                if began {
                    self.finish(ActiveRecording { path: path.or(running.path), ..running }, ends_at).await;
                }
            }
            _ => {}
        }
    }

    /// Names a file that is final and reports it. The first frame lies the file's duration before the last.
    async fn finish(&self, mut running: ActiveRecording, ends_at: Time) {
        let duration = self.name(&mut running).await;
        running.begins_at = duration.map(|duration| ends_at - duration).or(running.begins_at);
        reports::recording_stopped(self.outbox, &running, ends_at);
    }

    /// Gives a file that is final its name; gives how long it plays.
    async fn name(&self, recording: &mut ActiveRecording) -> Option<Duration> {
        let path = recording.path.as_ref()?;
        let name = recording.started_by.as_ref().and_then(|starter| starter.name.clone());
        let finished = media_file::finish(self.outbox.sink(), path.into(), name, RENAME_TIMEOUT).await;
        recording.path = Some(finished.path.to_string_lossy().into_owned());
        finished.duration
    }
}

/// Whether OBS still makes a recording, by the file that it writes and when it began to record. Without a path the time
/// decides: the first frame can come long after the beginning.
fn is_same(known: &ActiveRecording, path: Option<&str>, begins_at: Option<Time>) -> bool {
    match (known.path.as_deref(), path) {
        (Some(known), Some(path)) => Path::new(known) == Path::new(path),
        _ => known.begins_at.zip(begins_at).is_some_and(|(known, now)| {
            known.since(now) <= BEGIN_TOLERANCE && now.since(known) <= STATE_CHANGE_TIMEOUT
        }),
    }
}
