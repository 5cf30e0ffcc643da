//! Keeps an instance connected: tries for ever, and fails the commands that come while there is no connection.

use std::sync::Arc;
use std::time::Duration;

use obws::events::Event;
use tokio::sync::{mpsc, watch};

use super::session::{self, Memory};
use crate::action::Report;
use crate::event::{ObsConnected, ObsDisconnected};
use crate::obs::client::{Client, ConnectError};
use crate::obs::error::ObsError;
use crate::obs::model::ActiveRecording;
use crate::obs::options::ObsOptions;
use crate::rules::check::Named;
use crate::sink::{Command, Courts, Ended, Inbox, Outbox, Supervised};
use crate::telemetry::messages;

/// The pause after a refused password, which only a person can put right.
const PASSWORD_PAUSE: Duration = Duration::from_secs(30);

/// An instance over all its connections.
pub(in crate::obs) struct ObsInstance {
    outbox: Outbox,
    memory: Memory,
    /// What the rules name in it.
    names: watch::Receiver<Vec<Named>>,
    /// Why there is no connection.
    reason: Arc<str>,
    /// The old version that was warned of.
    warned_of: Option<String>,
}

impl ObsInstance {
    pub(in crate::obs) fn new(
        options: &ObsOptions,
        courts: Courts,
        left: Vec<ActiveRecording>,
        mut names: watch::Receiver<Vec<Named>>,
    ) -> Self {
        // They have not been looked up yet.
        names.mark_changed();
        Self {
            names,
            outbox: Outbox::new(Arc::clone(&options.instance), courts),
            memory: Memory::new(left),
            reason: Arc::from(format!("still connecting to {}", options.address())),
            warned_of: None,
        }
    }

    fn connected(&mut self, options: &ObsOptions, client: &Client) {
        let version = &client.version;
        let (obs_version, websocket_version) = (version.obs.clone(), version.websocket.clone());
        messages::obs_connected(&options.instance, options.address(), &obs_version);
        if version.is_older_than(30, 2) && self.warned_of.as_ref() != Some(&obs_version) {
            messages::obs_old(&options.instance, &obs_version, &websocket_version);
            self.warned_of = Some(obs_version.clone());
        }
        self.outbox
            .send_to_all(|instance| Report::ObsConnected(ObsConnected { instance, obs_version, websocket_version }));
    }
}

impl Supervised for ObsInstance {
    type Options = ObsOptions;
    type Running = (Client, mpsc::Receiver<Event>);
    type Error = ConnectError;

    const MAX_PAUSE: Duration = Duration::from_secs(5);

    fn max_hold(options: &ObsOptions) -> Duration {
        options.request_timeout
    }

    async fn start(options: &ObsOptions) -> Result<Self::Running, ConnectError> {
        Client::connect(options).await
    }

    async fn work(
        &mut self,
        options: &ObsOptions,
        (client, events): Self::Running,
        inbox: &mut Inbox,
    ) -> Ended<ConnectError> {
        self.connected(options, &client);
        let Err(reason) =
            session::run(options, &client, events, inbox, &self.outbox, &self.memory, &mut self.names).await
        else {
            return Ended::Stopped;
        };
        messages::obs_disconnected(&options.instance, &reason);
        self.outbox
            .send_to_all(|instance| Report::ObsDisconnected(ObsDisconnected { instance, reason: reason.to_string() }));
        self.reason = Arc::clone(&reason);
        Ended::Lost { reason: reason.to_string(), at_once: false }
    }

    fn failed(&mut self, error: &ConnectError, is_news: bool) -> Option<Duration> {
        self.reason = Arc::from(error.to_string());
        if is_news {
            messages::obs_not_connected(self.outbox.sink(), error);
        }
        error.needs_a_person().then_some(PASSWORD_PAUSE)
    }

    fn refuse(&mut self, command: &Command, _: Option<&ConnectError>) {
        let (instance, reason) = (Arc::from(self.outbox.sink()), Arc::clone(&self.reason));
        self.outbox.outcome(command, Err(ObsError::NotConnected { instance, reason }));
    }
}
