//! The sinks that act for a court.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;

use super::court_runtime::{Acted, Target};
use crate::action::{Action, ActionSink, Outcome, Verb};
use crate::sink::Command;

/// The queues of a court's sinks.
#[derive(Debug)]
pub(super) struct Sinks {
    pub(super) court: Arc<str>,
    pub(super) obs: HashMap<Arc<str>, mpsc::Sender<Command>>,
    pub(super) player: Option<mpsc::Sender<Command>>,
}

impl Sinks {
    pub(super) fn new(court: Arc<str>) -> Self {
        Self { court, obs: HashMap::new(), player: None }
    }
}

impl Target for Sinks {
    fn act(&mut self, action: &Arc<Action>) -> Acted {
        let queue = match action.verb.sink() {
            ActionSink::Timeline | ActionSink::Log => return Acted::Done,
            ActionSink::Obs(instance) => instance.and_then(|instance| self.obs.get(instance)),
            ActionSink::Player => self.player.as_ref(),
        };
        let command = Command { court: self.court.clone(), action: action.clone(), received: Instant::now() };
        let (command, reason) = match queue {
            None => (command, missing(&action.verb)),
            Some(queue) => match queue.try_send(command) {
                Ok(()) => return Acted::Awaited,
                Err(mpsc::error::TrySendError::Full(command)) => (command, "too many actions wait for it already"),
                Err(mpsc::error::TrySendError::Closed(command)) => (command, "vta is about to end"),
            },
        };
        Acted::Ended(command.ended(Outcome::Failed { reason: reason.to_owned() }))
    }
}

fn missing(verb: &Verb) -> &'static str {
    match verb.sink() {
        ActionSink::Player => "no player serves this court: add a sink of `type: player`",
        _ => "no OBS serves this court: add a sink of `type: obs`",
    }
}
