//! How the server reaches the running vta: requests to its courts, and its components.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Sender, TrySendError};
use tokio::sync::{Notify, oneshot};

use crate::bout::{Bout, SessionId};
use crate::command::Command;
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::event::CommandEnded;
use crate::source::Senders;
use crate::telemetry::{Counters, StatusHandle};
use crate::time::Time;

/// Requests that may wait for a court.
pub(crate) const MAX_REQUESTS: usize = 64;

/// A request to a court, which answers it between two of its inputs.
pub(crate) enum CourtRequest {
    /// To take a command; its end is sent back.
    Command(Arc<Command>, oneshot::Sender<CommandEnded>),
    /// How it is. This is no input: nothing follows from it.
    State(oneshot::Sender<CourtState>),
}

/// How a court is at a moment.
#[derive(Clone, Debug)]
pub(crate) struct CourtState {
    /// The bout that is on.
    pub(crate) bout: Arc<Bout>,
    /// The file names of its rules.
    pub(crate) rules: Vec<String>,
    /// Whether they are paused.
    pub(crate) is_paused: bool,
    /// Whether bouts that are loaded now are rehearsals.
    pub(crate) is_rehearsal: bool,
}

/// A court of the running vta.
#[derive(Clone, Debug)]
pub(crate) struct CourtControl {
    /// Its name.
    pub(crate) name: Arc<str>,
    /// Its session.
    pub(crate) session: SessionId,
    /// Where it receives its datagrams, and who sends them.
    pub(crate) listens: SocketAddr,
    pub(crate) senders: Senders,
    /// What it counts.
    pub(crate) counters: Arc<Counters>,
    requests: Sender<CourtRequest>,
}

/// Why a court gives no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// It has too much to do.
    #[error("too many requests wait for the court already")]
    Busy,
    /// It has ended.
    #[error("the court has ended: vta is about to end")]
    Ended,
}

impl CourtControl {
    /// A court that takes requests at a queue.
    pub(crate) fn new(
        name: Arc<str>,
        session: SessionId,
        (listens, senders): (SocketAddr, Senders),
        counters: Arc<Counters>,
        requests: Sender<CourtRequest>,
    ) -> Self {
        Self { name, session, listens, senders, counters, requests }
    }

    /// Sends a command to the court; gives its end.
    ///
    /// # Errors
    /// The court does not take it, or ends before.
    pub(crate) async fn command(&self, command: Command) -> Result<CommandEnded, NoAnswer> {
        self.request(|answer| CourtRequest::Command(Arc::new(command), answer)).await
    }

    /// How the court is.
    ///
    /// # Errors
    /// It does not answer.
    pub(crate) async fn state(&self) -> Result<CourtState, NoAnswer> {
        self.request(CourtRequest::State).await
    }

    async fn request<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> CourtRequest) -> Result<T, NoAnswer> {
        let (answer, answered) = oneshot::channel();
        self.requests.try_send(request(answer)).map_err(|error| match error {
            TrySendError::Full(_) => NoAnswer::Busy,
            TrySendError::Disconnected(_) => NoAnswer::Ended,
        })?;
        answered.await.map_err(|_| NoAnswer::Ended)
    }
}

/// Asks for the rules to be read again; what came of it is sent back once all courts have them.
pub(crate) type ReloadRequest = oneshot::Sender<Result<Vec<String>, Vec<Diagnostic>>>;

/// Why the rules were not read again.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum NotReloaded {
    /// They are wrong.
    #[error("the changed rules are wrong, and those from before go on")]
    Wrong(Vec<Diagnostic>),
    /// They may still be read.
    #[error("the rules were not read within {0:?}")]
    Late(Duration),
    /// Rules are read no longer.
    #[error("the rules cannot be read: vta is about to end, or too many requests to read them wait already")]
    Ended,
}

impl NotReloaded {
    /// All that is wrong with the rules.
    pub(crate) fn mistakes(&self) -> &[Diagnostic] {
        match self {
            Self::Wrong(mistakes) => mistakes,
            Self::Late(_) | Self::Ended => &[],
        }
    }
}

/// A running vta.
#[derive(Clone, Debug)]
pub(crate) struct Control {
    /// The event's name.
    pub(crate) event: String,
    /// When it was started.
    pub(crate) started_at: Time,
    /// Its config.
    pub(crate) config: PathBuf,
    /// What it ran with from the start: [`Config::effective`].
    pub(crate) effective: String,
    /// Its database, if it has one.
    pub(crate) database: Option<PathBuf>,
    /// The courts, in the order of the config.
    pub(crate) courts: Vec<CourtControl>,
    /// How each component is, in the order of their start.
    pub(crate) components: Vec<StatusHandle>,
    /// Where the rules are read again.
    pub(crate) reload: Sender<ReloadRequest>,
    /// Asks the program to end in order.
    pub(crate) quit: Arc<Notify>,
}

impl Control {
    /// Whether the file of the config says something else now.
    pub(crate) fn config_has_changed(&self) -> bool {
        Config::load(&self.config).map_or(true, |config| config.effective != self.effective)
    }

    /// Has the rules read again; ends once all courts have them, and gives the files that have changed.
    ///
    /// # Errors
    /// They are wrong, or cannot be read.
    pub(crate) async fn reload(&self) -> Result<Vec<String>, NotReloaded> {
        let (answer, answered) = oneshot::channel();
        self.reload.try_send(answer).map_err(|_| NotReloaded::Ended)?;
        answered.await.map_err(|_| NotReloaded::Ended)?.map_err(NotReloaded::Wrong)
    }
}
