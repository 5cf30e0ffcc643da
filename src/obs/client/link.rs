//! A connection to OBS on which every request has a time limit.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use obws::Client;
use obws::error::Error;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tracing::{info, warn};

use super::conversation::Conversation;
use crate::obs::error::ObsError;
use crate::obs::options::ObsOptions;

/// How long an OBS that is not ready is left alone.
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// How long OBS is left in peace between two heartbeats.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(2);

/// So many heartbeats in a row without an answer mean that the connection is dead.
const MAX_MISSED_HEARTBEATS: u32 = 3;

/// A connection to OBS, and how it is.
pub(in crate::obs) struct Link {
    /// Requests go through [`Link::ask`], which sets the time limit that the client lacks.
    pub(in crate::obs) client: Client,
    /// How long OBS may take to answer.
    pub(in crate::obs) limit: Duration,
    /// Requests go through [`Link::send`].
    pub(in crate::obs) conversation: Conversation,
    /// Whose connection it is.
    pub(in crate::obs) options: ObsOptions,
    health: watch::Sender<Health>,
}

/// How a connection is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Health {
    /// OBS answers.
    Well,
    /// OBS left a request unanswered.
    Frozen,
    /// The connection is of no more use, for this reason.
    Lost(Arc<str>),
}

impl Link {
    /// A connection of which nothing bad is known.
    pub(in crate::obs) fn new(client: Client, conversation: Conversation, options: &ObsOptions) -> Self {
        let health = watch::Sender::new(Health::Well);
        Self { client, limit: options.request_timeout, conversation, options: options.clone(), health }
    }

    /// Asks OBS for something by name, within the time limit, and gives its answer's data. While OBS is not ready, as
    /// when it changes its scene collection, it is asked again.
    pub(in crate::obs) async fn send(&self, request: &str, data: Value) -> Result<Value, ObsError> {
        self.when_ready(request, || self.conversation.ask(request, data.clone())).await
    }

    /// As [`Link::send`], for what `obws` can read; `ask` asks once.
    pub(in crate::obs) async fn ask<T, F>(&self, request: &str, ask: impl Fn() -> F) -> Result<T, ObsError>
    where
        F: Future<Output = obws::error::Result<T>>,
    {
        let version = &self.conversation.version;
        version.must_know(request)?;
        let ask = || async { ask().await.map_err(|error| ObsError::of(request, error, &version.in_words())) };
        self.when_ready(request, ask).await
    }

    async fn when_ready<T, F>(&self, request: &str, ask: impl Fn() -> F) -> Result<T, ObsError>
    where
        F: Future<Output = Result<T, ObsError>>,
    {
        let deadline = Instant::now() + self.limit;
        loop {
            match self.within_limit(request, ask()).await? {
                Err(ObsError::NotReady(_)) if Instant::now() < deadline => {
                    self.unless_lost(sleep(RETRY_INTERVAL)).await?
                }
                answer => return answer,
            }
        }
    }

    /// Waits for the answer to a request as long as OBS may take.
    async fn within_limit<T>(&self, request: &str, answer: impl Future<Output = T>) -> Result<T, ObsError> {
        if *self.health.borrow() == Health::Frozen {
            return Err(ObsError::Frozen);
        }
        match self.unless_lost(timeout(self.limit, answer)).await? {
            Ok(answer) => Ok(answer),
            Err(_) => {
                self.freeze();
                Err(ObsError::NoAnswer { request: request.to_owned(), limit: self.limit })
            }
        }
    }

    /// Waits for something that comes only while the connection lasts.
    pub(in crate::obs) async fn unless_lost<T>(&self, awaited: impl Future<Output = T>) -> Result<T, ObsError> {
        tokio::select! {
            biased;
            reason = self.lost() => Err(ObsError::Lost(reason)),
            came = awaited => Ok(came),
        }
    }

    /// Waits until the connection is lost and says why.
    pub(in crate::obs) async fn lost(&self) -> Arc<str> {
        let mut health = self.health.subscribe();
        loop {
            if let Health::Lost(reason) = &*health.borrow_and_update() {
                return Arc::clone(reason);
            }
            // The sender is in `self`, so there is always something to wait for.
            _ = health.changed().await;
        }
    }

    /// Gives the connection up; the first reason stands.
    pub(in crate::obs) fn lose(&self, reason: &str) {
        self.health.send_if_modified(|health| {
            let lost = !matches!(health, Health::Lost(_));
            if lost {
                *health = Health::Lost(Arc::from(reason));
            }
            lost
        });
    }

    /// Asks OBS for a sign of life again and again, and gives the connection up when none comes.
    pub(in crate::obs) async fn heartbeat(&self) -> Infallible {
        let mut silent = 0;
        while silent < MAX_MISSED_HEARTBEATS {
            if silent == 0 {
                sleep(HEARTBEAT_INTERVAL).await;
            }
            // Both connections have to live.
            let general = self.client.general();
            let signs = async { tokio::join!(general.stats(), self.conversation.ask("GetStats", Value::Null)) };
            match timeout(self.limit, signs).await {
                Ok((Err(Error::Send(_) | Error::ReceiveMessage(_)), _) | (_, Err(ObsError::Lost(_)))) => break,
                // A refusal is a sign of life, too.
                Ok(_) => {
                    silent = 0;
                    self.thaw();
                }
                Err(_) => {
                    silent += 1;
                    self.freeze();
                }
            }
        }
        if silent == 0 {
            self.lose("the connection broke");
        } else {
            self.lose("OBS did not answer for a while and the connection was given up; does it hang?");
        }
        pending().await
    }

    fn freeze(&self) {
        if self.turn(&Health::Well, Health::Frozen) {
            warn!("OBS does not answer; actions fail at once until it does");
        }
    }

    fn thaw(&self) {
        if self.turn(&Health::Frozen, Health::Well) {
            info!("OBS answers again");
        }
    }

    fn turn(&self, from: &Health, to: Health) -> bool {
        self.health.send_if_modified(|health| {
            let turns = health == from;
            if turns {
                *health = to;
            }
            turns
        })
    }
}
