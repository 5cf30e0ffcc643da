//! Saves of the replay buffer, one at a time, believed only when OBS's event names the file.
//!
//! A clip ends when OBS was asked for it. So it is for commands that came before, and a command that comes while OBS
//! saves gets a save of its own, right after.

use std::collections::VecDeque;
use std::io;
use std::iter;
use std::mem;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::tz::TimeZone;
use obws::responses::StatusCode;
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use tracing::{info, warn};

use super::{media_file, reports};
use crate::action::{ObsVerb, Report};
use crate::event::ClipSource;
use crate::media;
use crate::naming::with_local_time;
use crate::obs::client::{Client, Timed};
use crate::obs::error::ObsError;
use crate::obs::model::{ActiveRecording, BufferState, Clip};
use crate::obs::options::ObsOptions;
use crate::sink::{Command, Outbox};
use crate::time::Time;

/// How long a save may take, from OBS's answer to the finished file.
const SAVE_TIMEOUT: Duration = Duration::from_secs(10);

/// OBS names replays to the second: a save that begins a second after the end of the one before has another name,
/// whatever OBS's clock says. A clip that we have given a name of its own is in nobody's way.
const MIN_SAVE_INTERVAL: Duration = Duration::from_secs(1);

/// How many commands may be looked over for those that can share a save; more wait in the lane.
const MAX_WAITING: usize = 64;

/// A file's time of creation lies up to so much before the truth: within a second OBS gives the same name, and a file that
/// is written over, or on Windows bears the name of one that is gone, has the time of the one before.
const FILE_TIME_TOLERANCE: Duration = Duration::from_millis(1020);

/// How long it is tried to name a clip: a jury waits for it.
const RENAME_TIMEOUT: Duration = Duration::from_millis(100);

/// How long a file that OBS has finished may be missing: it may have been taken away.
const FILE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long to wait before a file that is not there yet is looked for again.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Whether the replay buffer runs, as far as OBS has said it.
pub(super) struct Buffer<'a> {
    active: watch::Sender<Option<bool>>,
    outbox: &'a Outbox,
}

impl<'a> Buffer<'a> {
    /// A buffer of which nothing is known yet.
    pub(super) fn new(outbox: &'a Outbox) -> Self {
        Self { active: watch::Sender::new(None), outbox }
    }

    /// Takes in what OBS says, and tells the courts if it is news.
    pub(super) fn set(&self, active: bool) {
        if self.active.send_replace(Some(active)) != Some(active) {
            self.outbox.send_to_all(|instance| Report::ReplayBuffer { instance, active });
        }
    }

    async fn started(&self) {
        // The sender is in `self`, so the wait cannot fail.
        _ = self.active.subscribe().wait_for(|active| *active == Some(true)).await;
    }
}

/// A replay that OBS has written.
struct Saved {
    path: PathBuf,
    /// When OBS was asked for it: the instant of its last frame.
    at: Time,
}

/// Saves replays.
pub(super) struct Replays<'a> {
    pub(super) client: &'a Client,
    pub(super) options: &'a ObsOptions,
    pub(super) outbox: &'a Outbox,
    pub(super) buffer: &'a Buffer<'a>,
    pub(super) commands: mpsc::Receiver<Command>,
    /// Commands that were taken from the lane and wait for their save.
    pub(super) waiting: VecDeque<Command>,
    /// The recording that OBS is at, of which a part can stand in for a replay.
    pub(super) recording: &'a watch::Sender<Option<ActiveRecording>>,
    /// The paths that OBS's events name.
    pub(super) saved: mpsc::Receiver<PathBuf>,
    /// When the last clip was finished that still has the name that OBS gave it.
    pub(super) last_named_by_obs: Option<Instant>,
}

impl Replays<'_> {
    /// Sees to it that the buffer runs, then works until there are no more commands.
    pub(super) async fn run(mut self) {
        if let Err(error) = self.ready().await {
            warn!("replays cannot be saved: {error}");
        }
        loop {
            if let Some(command) = self.waiting.pop_front() {
                self.save(command).await;
                continue;
            }
            tokio::select! {
                // What OBS has saved before a command is not what the command asked for.
                biased;
                Some(path) = self.saved.recv() => self.pass_on(&path),
                command = self.commands.recv() => match command {
                    Some(command) => self.save(command).await,
                    None => break,
                }
            }
        }
    }

    async fn ready(&self) -> Result<(), ObsError> {
        let state = self.client.buffer_state().await?;
        self.buffer.set(state == BufferState::Running);
        match state {
            BufferState::Running => Ok(()),
            BufferState::Stopped => {
                info!("the replay buffer does not run; starting it");
                self.start_buffer().await
            }
            BufferState::NotEnabled => Err(ObsError::BufferNotEnabled),
        }
    }

    /// Starts the buffer; OBS answers before it runs, and answers well when a dialog keeps it from running. A start that
    /// comes while it is still stopping is lost, and so it is asked for twice.
    async fn start_buffer(&self) -> Result<(), ObsError> {
        for _ in 0..2 {
            match self.client.call("StartReplayBuffer", Value::Null).await {
                Err(error) if error.is(StatusCode::OutputRunning) => self.buffer.set(true),
                answer => answer.map_err(explain)?,
            }
            let started = timeout(self.client.request_timeout / 2, self.client.unless_lost(self.buffer.started()));
            if let Ok(started) = started.await {
                return started;
            }
        }
        Err(ObsError::BufferDidNotStart(self.client.request_timeout))
    }

    /// Carries out a save for this command and for those that can share it.
    async fn save(&mut self, command: Command) {
        let name = file_name(&command).map(|name| with_local_time(name, command.action.at, TimeZone::system()));
        let pause = self.until_nameable().await;
        let savers = self.sharing(command);
        let asked = Time::now();
        let saved = match pause {
            Ok(()) => self.save_now().await,
            Err(lost) => Err(lost),
        };
        let result = match saved {
            Ok(Saved { path, at }) => {
                let clip = clip(path.clone(), name, at).await;
                self.last_named_by_obs = (clip.path == path).then(Instant::now);
                let waited = savers.iter().map(|saver| saver.received.elapsed()).max().unwrap_or_default();
                let request = Time::now() - waited;
                if clip.begins_at.is_some_and(|begins_at| begins_at >= request) {
                    reports::clip_saved(self.outbox, &clip, &[]);
                    self.recorded_instead(ObsError::BegunTooLate, asked).await
                } else {
                    Ok(clip)
                }
            }
            Err(error) => self.recorded_instead(error, asked).await,
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

    /// The commands that a save which is asked for now is for: the first, and those that have come and want its name.
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

    /// What was asked for is in the recording, if one runs.
    async fn recorded_instead(&self, error: ObsError, asked: Time) -> Result<Clip, ObsError> {
        // While OBS hangs, its recording does not go on.
        if matches!(error, ObsError::Frozen | ObsError::NoAnswer { .. }) {
            return Err(error);
        }
        let running = self.recording.borrow().clone();
        let Some((path, started_at)) = running.and_then(|running| Some((running.path?, running.begins_at))) else {
            return Err(error);
        };
        let begins_at = self.first_frame_at(started_at).await.or(started_at);
        let has_begun = begins_at.is_none_or(|begins_at| begins_at < asked);
        if !has_begun || !is_playable(path.clone().into()).await {
            warn!("{path} has nothing to show yet that could stand in for the clip");
            return Err(error);
        }
        warn!("the clip is taken from the recording: {error}");
        Ok(Clip {
            path: path.into(),
            from: ClipSource::Recording,
            begins_at,
            ends_at: Some(asked),
            note: Some(error.to_string()),
        })
    }

    /// When the recording has its first frame: a recording that shares its encoder with the replay buffer or the stream
    /// waits for the encoder's next key frame, which can be many seconds after its start.
    async fn first_frame_at(&self, started_at: Option<Time>) -> Option<Time> {
        let status = self.client.record_status().await.ok()?;
        // While OBS pauses, the time of a recording stands still.
        if !status.active || status.paused {
            return None;
        }
        let written = Time::now() - Duration::try_from(status.duration).ok()?;
        started_at.map(|started_at| started_at.max(written))
    }

    /// Asks OBS for a replay and waits for it.
    async fn save_now(&mut self) -> Result<Saved, ObsError> {
        while let Ok(path) = self.saved.try_recv() {
            self.pass_on(&path);
        }
        let Timed { sent, received, .. } = match self.client.send("SaveReplayBuffer", Value::Null).await {
            Ok(response) => response,
            Err(error) => return Err(self.recover(error).await),
        };
        // OBS looks at its clock between the request and its response.
        let at = sent + received.since(sent) / 2;
        let deadline = Instant::now() + SAVE_TIMEOUT;
        loop {
            let path = match timeout_at(deadline, self.client.unless_lost(self.saved.recv())).await {
                Ok(Ok(Some(path))) => path,
                // Events end with the connection.
                Ok(Ok(None)) => return Err(ObsError::Lost(self.client.lost().await)),
                Ok(Err(lost)) => return Err(lost),
                Err(_) => return Err(ObsError::NoClip(SAVE_TIMEOUT)),
            };
            // A save of somebody else's, or an earlier one of ours that was given up.
            if made_before(&path, sent, self.options.clone()).await {
                self.pass_on(&path);
                continue;
            }
            written(&path, deadline.min(Instant::now() + FILE_TIMEOUT)).await?;
            return Ok(Saved { path, at });
        }
    }

    /// Does what can be done about a refused save.
    async fn recover(&self, error: ObsError) -> ObsError {
        if !error.is(StatusCode::OutputNotRunning) {
            return explain(error);
        }
        self.buffer.set(false);
        warn!("a replay was asked for while the replay buffer did not run; starting it");
        match self.start_buffer().await {
            Ok(()) => ObsError::BufferWasStarted,
            Err(reason) => ObsError::BufferCannotStart(Box::new(reason)),
        }
    }

    /// Tells of a clip that none of our commands asked for.
    fn pass_on(&mut self, path: &Path) {
        self.last_named_by_obs = Some(Instant::now());
        // When it was asked for is not known, and so is not what it shows.
        let (path, from) = (path.to_owned(), ClipSource::ReplayBuffer);
        reports::clip_saved(self.outbox, &Clip { path, from, begins_at: None, ends_at: None, note: None }, &[]);
    }
}

/// Names a replay, and finds out from how long it plays which instants it shows.
async fn clip(path: PathBuf, name: Option<String>, ends_at: Time) -> Clip {
    let file = media_file::finish(path, name, RENAME_TIMEOUT).await;
    Clip {
        path: file.path,
        from: ClipSource::ReplayBuffer,
        begins_at: file.duration.map(|duration| ends_at - duration),
        ends_at: Some(ends_at),
        note: None,
    }
}

/// The name that a command wants for its clip, if any.
fn file_name(command: &Command) -> Option<&str> {
    match command.action.verb.obs() {
        Some(ObsVerb::SaveReplay { name, .. }) => name.as_deref(),
        _ => None,
    }
}

/// Says what to do where OBS only says that the buffer is not there.
fn explain(error: ObsError) -> ObsError {
    if error.is(StatusCode::InvalidResourceState) { ObsError::BufferNotEnabled } else { error }
}

/// Waits until the file is there with something in it; trusts OBS if the folder is on another machine.
async fn written(path: &Path, deadline: Instant) -> Result<(), ObsError> {
    loop {
        let looked_for = path.to_owned();
        let there =
            spawn_blocking(move || is_elsewhere(&looked_for) || looked_for.metadata().is_ok_and(|file| file.len() > 0));
        if there.await.unwrap_or(false) {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(ObsError::ClipMissing(path.to_string_lossy().into_owned()));
        }
        sleep(POLL_INTERVAL).await;
    }
}

/// Whether a recording can be played as far as it goes; trusts OBS if the folder is on another machine.
async fn is_playable(path: PathBuf) -> bool {
    spawn_blocking(move || is_elsewhere(&path) || media::is_playable(&path).unwrap_or(false)).await.unwrap_or(false)
}

/// Whether a file is on another machine.
fn is_elsewhere(path: &Path) -> bool {
    !path.parent().is_some_and(Path::is_dir)
}

/// Whether a file was begun before a request, so that an earlier save made it. The clock of another computer may be another
/// one: there it counts how long the file took until it was finished, which is now.
async fn made_before(path: &Path, requested: Time, obs: ObsOptions) -> bool {
    let (path, now) = (path.to_owned(), Time::now());
    let begun = spawn_blocking(move || {
        let file = path.metadata()?;
        let created = Time::from(file.created()?);
        Ok::<_, io::Error>(if obs.is_here() { created } else { now - Time::from(file.modified()?).since(created) })
    });
    matches!(begun.await, Ok(Ok(begun)) if requested.since(begun) > FILE_TIME_TOLERANCE)
}
