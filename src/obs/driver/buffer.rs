//! The replay buffer: whether it runs, and how it is started.

use std::time::Duration;

use obws::responses::StatusCode;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::action::Report;
use crate::event::ReplayBuffer;
use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::obs::model::BufferState;
use crate::sink::Outbox;
use crate::telemetry::messages;

/// How long OBS may take to stop the buffer: it stops at the instant of the request, which it may reach late.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);

/// Whether the replay buffer runs, as far as it is known.
pub(super) struct Buffer<'a> {
    client: &'a Client,
    outbox: &'a Outbox,
    active: watch::Sender<Option<bool>>,
}

impl<'a> Buffer<'a> {
    /// A buffer of which nothing is known yet.
    pub(super) fn new(client: &'a Client, outbox: &'a Outbox) -> Self {
        Self { client, outbox, active: watch::Sender::new(None) }
    }

    /// Takes in whether it runs, and reports a change to the courts.
    pub(super) fn set(&self, active: bool) {
        if self.active.send_replace(Some(active)) != Some(active) {
            self.outbox.send_to_all(|instance| Report::ReplayBuffer(ReplayBuffer { instance, active }));
        }
    }

    /// Starts it if it does not run.
    pub(super) async fn ready(&self) -> Result<(), ObsError> {
        let state = self.client.buffer_state().await?;
        self.set(state == BufferState::Running);
        match state {
            BufferState::Running => Ok(()),
            BufferState::Stopped => {
                messages::obs_replay_buffer_starting(self.outbox.sink());
                self.start().await
            }
            BufferState::NotEnabled => Err(ObsError::BufferNotEnabled),
        }
    }

    /// Starts the buffer; OBS answers before it runs, and answers well when a dialog keeps it from running. A start that
    /// comes while it is still stopping is lost, and so it is sent twice.
    pub(super) async fn start(&self) -> Result<(), ObsError> {
        for _ in 0..2 {
            match self.client.call("StartReplayBuffer", Value::Null).await {
                Err(error) if error.is(StatusCode::OutputRunning) => self.set(true),
                answer => answer.map_err(explain)?,
            }
            let started = timeout(self.client.request_timeout / 2, self.client.unless_lost(self.started()));
            if let Ok(started) = started.await {
                return started;
            }
        }
        Err(ObsError::BufferDidNotStart(self.client.request_timeout))
    }

    /// Stops the buffer and starts it again; what it has is lost.
    pub(super) async fn restart(&self) -> Result<(), ObsError> {
        self.client.call("StopReplayBuffer", Value::Null).await.map_err(explain)?;
        let stopped = timeout(STOP_TIMEOUT, self.client.unless_lost(self.stopped())).await;
        stopped.unwrap_or(Err(ObsError::BufferDidNotStop(STOP_TIMEOUT)))?;
        self.start().await
    }

    /// Waits until the buffer does not run.
    pub(super) async fn stopped(&self) {
        self.becomes(false).await;
    }

    async fn started(&self) {
        self.becomes(true).await;
    }

    async fn becomes(&self, wanted: bool) {
        // The sender is in `self`, so the wait cannot fail.
        _ = self.active.subscribe().wait_for(|active| *active == Some(wanted)).await;
    }
}

/// OBS says only that the buffer is not there; the error says what to do.
pub(super) fn explain(error: ObsError) -> ObsError {
    if error.is(StatusCode::InvalidResourceState) { ObsError::BufferNotEnabled } else { error }
}
