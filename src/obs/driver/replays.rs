//! Saves of the replay buffer, one at a time. A save is done when OBS's event names the file.
//!
//! A clip ends at the instant of the request to OBS. It serves all commands that came before; a command that comes while
//! OBS saves gets a save of its own, right after.

use std::collections::VecDeque;
use std::iter;
use std::mem;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::tz::TimeZone;
use obws::responses::StatusCode;
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::buffer::{self, Buffer};
use super::{media_file, reports, stand_in};
use crate::action::ObsVerb;
use crate::event::ClipSource;
use crate::naming::with_local_time;
use crate::obs::client::{Client, Timed};
use crate::obs::error::ObsError;
use crate::obs::model::{ActiveRecording, Clip};
use crate::obs::options::ObsOptions;
use crate::sink::{Command, Outbox};
use crate::telemetry::messages;
use crate::time::Time;

/// How long a save may take, from OBS's answer to the finished file.
const SAVE_TIMEOUT: Duration = Duration::from_secs(10);

/// OBS names replays to the second: a save that begins a second after the end of the one before has another name,
/// whatever OBS's clock says. A renamed clip cannot be overwritten.
const MIN_SAVE_INTERVAL: Duration = Duration::from_secs(1);

/// How many commands may be looked over for those that can share a save; more wait in the lane.
const MAX_WAITING: usize = 64;

/// How long to try to name a clip: a jury waits for it.
const RENAME_TIMEOUT: Duration = Duration::from_millis(100);

/// How long a file that OBS has finished may be missing: it may have been taken away.
const FILE_TIMEOUT: Duration = Duration::from_secs(2);

/// Saves replays.
pub(super) struct Replays<'a> {
    pub(super) client: &'a Client,
    pub(super) options: &'a ObsOptions,
    pub(super) outbox: &'a Outbox,
    pub(super) buffer: &'a Buffer<'a>,
    pub(super) commands: mpsc::Receiver<Command>,
    /// Commands that were taken from the lane and wait for their save.
    pub(super) waiting: VecDeque<Command>,
    /// The recording that OBS writes, of which a part can stand in for a replay.
    pub(super) recording: &'a watch::Sender<Option<ActiveRecording>>,
    /// The paths that OBS's events name.
    pub(super) saved: mpsc::Receiver<PathBuf>,
    /// When the last clip was finished that still has the name that OBS gave it.
    pub(super) last_named_by_obs: Option<Instant>,
}

impl Replays<'_> {
    /// Starts the buffer if it does not run, then works until there are no more commands.
    pub(super) async fn run(mut self) {
        if let Err(error) = self.buffer.ready().await {
            messages::obs_replay_buffer_unusable(self.outbox.sink(), error);
        }
        loop {
            if let Some(command) = self.waiting.pop_front() {
                self.save(command).await;
                continue;
            }
            tokio::select! {
                // What OBS saved before a command is not the command's clip.
                biased;
                Some(path) = self.saved.recv() => self.pass_on(&path),
                command = self.commands.recv() => match command {
                    Some(command) => self.save(command).await,
                    None => break,
                }
            }
        }
    }

    /// Carries out a save for this command and for those that can share it.
    async fn save(&mut self, command: Command) {
        let pause = self.until_nameable().await;
        let savers = self.sharing(command);
        let requested_at = Time::now();
        let saved = match pause {
            Ok(()) => self.clip_for(&savers).await,
            Err(lost) => Err(lost),
        };
        let result = match saved {
            Ok(clip) => Ok(clip),
            Err(error) => {
                let recording = self.recording.borrow().clone();
                stand_in::from_recording(self.client, recording, error, requested_at).await
            }
        };
        if let Ok(clip) = &result {
            reports::clip_saved(self.outbox, clip, &savers);
        }
        for saver in savers {
            self.outbox.outcome(&saver, result.as_ref().map(|_| ()).map_err(Clone::clone));
        }
    }

    /// Waits until OBS gives the next replay another name than the last.
    async fn until_nameable(&self) -> Result<(), ObsError> {
        match self.last_named_by_obs {
            Some(last) => self.client.unless_lost(sleep_until(last + MIN_SAVE_INTERVAL)).await,
            None => Ok(()),
        }
    }

    /// The commands that one save serves: the first, and those that wait and want the same name.
    fn sharing(&mut self, first: Command) -> Vec<Command> {
        while self.waiting.len() < MAX_WAITING
            && let Ok(command) = self.commands.try_recv()
        {
            self.waiting.push_back(command);
        }
        let come = mem::take(&mut self.waiting).into_iter();
        let (sharing, waiting): (VecDeque<_>, _) = come.partition(|command| file_name(command) == file_name(&first));
        self.waiting = waiting;
        iter::once(first).chain(sharing).collect()
    }

    /// Makes a clip for these commands.
    async fn clip_for(&mut self, savers: &[Command]) -> Result<Clip, ObsError> {
        let (path, ends_at) = self.save_replay().await?;
        let name = savers.first().and_then(|saver| Some((file_name(saver)?, saver.action.at)));
        let name = name.map(|(name, at)| with_local_time(name, at, TimeZone::system()));
        let file = media_file::finish(self.outbox.sink(), path.clone(), name, RENAME_TIMEOUT).await;
        self.last_named_by_obs = (file.path == path).then(Instant::now);
        let clip = Clip {
            path: file.path,
            from: ClipSource::ReplayBuffer,
            begins_at: file.duration.map(|duration| ends_at - duration),
            ends_at: Some(ends_at),
            note: None,
        };
        let waited = savers.iter().map(|saver| saver.received.elapsed()).max().unwrap_or_default();
        let request = Time::now() - waited;
        if clip.begins_at.is_some_and(|begins_at| begins_at >= request) {
            reports::clip_saved(self.outbox, &clip, &[]);
            return Err(ObsError::BegunTooLate);
        }
        Ok(clip)
    }

    /// Has OBS save a replay; gives its file, and the instant of its last frame.
    async fn save_replay(&mut self) -> Result<(PathBuf, Time), ObsError> {
        while let Ok(path) = self.saved.try_recv() {
            self.pass_on(&path);
        }
        let Timed { sent, received, .. } = match self.client.send("SaveReplayBuffer", Value::Null).await {
            Ok(response) => response,
            Err(error) => return Err(self.recover(error).await),
        };
        // OBS looks at its clock between the request and its response.
        let ends_at = sent + received.since(sent) / 2;
        let deadline = Instant::now() + SAVE_TIMEOUT;
        loop {
            let path = self.client.receive(&mut self.saved, deadline, ObsError::NoClip(SAVE_TIMEOUT)).await?;
            // A save of another program, or an earlier one that was given up.
            if media_file::made_before(&path, sent, self.options.clone()).await {
                self.pass_on(&path);
                continue;
            }
            if !media_file::is_written(&path, deadline.min(Instant::now() + FILE_TIMEOUT)).await {
                return Err(ObsError::ClipMissing(path.to_string_lossy().into_owned()));
            }
            return Ok((path, ends_at));
        }
    }

    /// Does what can be done about a refused save.
    async fn recover(&self, error: ObsError) -> ObsError {
        if !error.is(StatusCode::OutputNotRunning) {
            return buffer::explain(error);
        }
        self.buffer.set(false);
        messages::obs_replay_buffer_was_off(self.outbox.sink());
        match self.buffer.start().await {
            Ok(()) => ObsError::BufferWasStarted,
            Err(reason) => ObsError::BufferCannotStart(Box::new(reason)),
        }
    }

    /// Reports a clip that no command requested.
    fn pass_on(&mut self, path: &Path) {
        self.last_named_by_obs = Some(Instant::now());
        // The instant of its request is not known, so neither is what it shows.
        let (path, from) = (path.to_owned(), ClipSource::ReplayBuffer);
        reports::clip_saved(self.outbox, &Clip { path, from, begins_at: None, ends_at: None, note: None }, &[]);
    }
}

/// The name that a command wants for its clip, if any.
fn file_name(command: &Command) -> Option<&str> {
    match command.action.verb.obs() {
        Some(ObsVerb::SaveReplay { name, .. }) => name.as_deref(),
        _ => None,
    }
}
