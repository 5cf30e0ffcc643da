//! How OBS saves a replay: the request, the event or the query that names the file, and a buffer that stops or lags.

use std::path::{Path, PathBuf};
use std::time::Duration;

use obws::responses::StatusCode;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::obs::client::{Client, Timed};
use crate::obs::driver::buffer::{self, Buffer};
use crate::obs::error::ObsError;
use crate::obs::file_time;
use crate::obs::options::ObsOptions;
use crate::sink::Outbox;
use crate::telemetry::messages;
use crate::time::Time;

/// How long a save may take, from OBS's answer to the finished file.
pub(super) const SAVE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait for the event of a saved replay before OBS is queried for its file: now and then OBS loses the event.
/// It comes within a second, as a rule.
const EVENT_TIMEOUT: Duration = Duration::from_secs(2);

/// After it hung, OBS begins the file of a save many seconds after the request, until the buffer is started again.
const MAX_LAG: Duration = Duration::from_secs(2);

pub(super) struct Saver<'a> {
    client: &'a Client,
    options: &'a ObsOptions,
    outbox: &'a Outbox,
    buffer: &'a Buffer<'a>,
    /// The paths that OBS's events name.
    pub(super) saved: mpsc::Receiver<PathBuf>,
    /// The path that OBS named last.
    last: Option<PathBuf>,
    /// The path that a query found; its event may still come.
    found: Option<PathBuf>,
    /// How long after its request the last save was begun, if that was too long.
    lag: Option<Duration>,
    /// Whether the buffer was started again for this lag.
    was_restarted: bool,
}

/// A save that OBS has accepted.
#[derive(Clone, Copy)]
pub(super) struct Sent {
    /// When it was requested.
    pub(super) at: Time,
    /// The instant of the last frame of its file.
    pub(super) ends_at: Time,
}

impl Sent {
    /// Whether a file that was begun then can be that of this save, or of a later one.
    pub(super) fn can_have_begun(&self, begun: Time) -> bool {
        file_time::can_follow(begun, self.at)
    }
}

impl<'a> Saver<'a> {
    pub(super) fn new(
        client: &'a Client,
        options: &'a ObsOptions,
        outbox: &'a Outbox,
        buffer: &'a Buffer<'a>,
        saved: mpsc::Receiver<PathBuf>,
    ) -> Self {
        Self { client, options, outbox, buffer, saved, last: None, found: None, lag: None, was_restarted: false }
    }

    /// Has OBS save a replay.
    pub(super) async fn send(&self) -> Result<Sent, ObsError> {
        match self.client.send("SaveReplayBuffer", Value::Null).await {
            // OBS looks at its clock between the request and its response.
            Ok(Timed { sent, received, .. }) => Ok(Sent { at: sent, ends_at: sent + received.since(sent) / 2 }),
            Err(error) if error.is(StatusCode::OutputNotRunning) => {
                messages::obs_replay_buffer_was_off(self.outbox.sink());
                Err(self.start_buffer(ObsError::BufferWasStarted).await)
            }
            Err(error) => Err(buffer::explain(error)),
        }
    }

    /// Waits until OBS's event names a file, or a query finds the one that was saved.
    pub(super) async fn next(&mut self, sent: Sent, deadline: Instant) -> Result<PathBuf, ObsError> {
        loop {
            let late = deadline.min(Instant::now() + EVENT_TIMEOUT);
            let named = tokio::select! {
                biased;
                named = self.client.receive(&mut self.saved, late, ObsError::NoClip(SAVE_TIMEOUT)) => named,
                () = self.buffer.stopped() => return Err(self.start_buffer(ObsError::BufferStopped).await),
            };
            match named {
                Err(ObsError::NoClip(_)) if late < deadline => {}
                Ok(path) if path.as_os_str().is_empty() => return Err(ObsError::ClipUnnamed),
                Ok(path) if self.has_found(&path) => continue,
                named => return named,
            }
            let Ok(Some(path)) = self.client.last_replay().await else { continue };
            // Until a save has ended, OBS gives the file of the one before.
            let is_new = match file_time::begun(&path, self.options.clone()).await {
                Some(begun) => sent.can_have_begun(begun),
                None => self.last.as_ref().is_some_and(|last| *last != path),
            };
            if is_new {
                messages::obs_replay_not_announced(self.outbox.sink(), path.display());
                self.found = Some(path.clone());
                return Ok(path);
            }
        }
    }

    /// Whether an event names the file that a query has found before.
    pub(super) fn has_found(&mut self, path: &Path) -> bool {
        self.found.take_if(|found| *found == path).is_some()
    }

    /// When a file that OBS names was begun, if that is known.
    pub(super) async fn begun(&mut self, path: &Path) -> Option<Time> {
        self.last = Some(path.to_owned());
        file_time::begun(path, self.options.clone()).await
    }

    /// Takes in how long after its request a save was begun.
    pub(super) fn measure(&mut self, lag: Duration) {
        self.lag = Some(lag).filter(|lag| *lag > MAX_LAG);
        self.was_restarted &= self.lag.is_some();
    }

    /// Starts a buffer that lags again, once.
    pub(super) async fn restart_if_lagging(&mut self) {
        let Some(lag) = self.lag.filter(|_| !self.was_restarted) else { return };
        self.was_restarted = true;
        messages::obs_replay_buffer_lags(self.outbox.sink(), lag.as_secs());
        if let Err(error) = self.buffer.restart().await {
            messages::obs_replay_buffer_unusable(self.outbox.sink(), error);
        }
    }

    /// Starts the buffer, which does not run; gives the error of the save that found out, or why it cannot be started.
    async fn start_buffer(&self, error: ObsError) -> ObsError {
        self.buffer.set(false);
        match self.buffer.start().await {
            Ok(()) => error,
            Err(reason) => ObsError::BufferCannotStart(Box::new(reason)),
        }
    }
}
