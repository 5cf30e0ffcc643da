//! The sinks that act for a court.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::components::{Component, Components};
use super::court_runtime::{Acted, Target};
use super::obs_names::ObsNames;
use crate::action::{Action, ActionSink, Outcome, Report};
use crate::config::{Config, Sink};
use crate::court::{OpenRecording, Resume};
use crate::event::{Body, CommandEnded, CommandId, Event};
use crate::obs::ObsOptions;
use crate::player::PlayerOptions;
use crate::queue::Sender;
use crate::served::Served;
use crate::sink::{Command, Courts};
use crate::telemetry::StatusHandle;
use crate::{obs, player};

/// Commands that may wait for one sink.
const MAX_COMMANDS: usize = 256;

/// The queues of a court's sinks.
#[derive(Debug)]
pub(super) struct Sinks {
    pub(super) court: Arc<str>,
    pub(super) obs: HashMap<Arc<str>, mpsc::Sender<Command>>,
    pub(super) player: Option<mpsc::Sender<Command>>,
    /// Where the ends of commands are awaited.
    awaited: HashMap<CommandId, oneshot::Sender<CommandEnded>>,
}

impl Sinks {
    pub(super) fn new(court: Arc<str>) -> Self {
        Self { court, obs: HashMap::new(), player: None, awaited: HashMap::new() }
    }

    /// Sends the end of a command there.
    pub(super) fn await_end(&mut self, id: CommandId, end: oneshot::Sender<CommandEnded>) {
        // Those whose sender waits no longer are forgotten.
        self.awaited.retain(|_, end| !end.is_closed());
        self.awaited.insert(id, end);
    }
}

impl Target for Sinks {
    fn act(&mut self, action: &Arc<Action>) -> Acted {
        let (queue, missing) = match action.verb.sink() {
            ActionSink::Timeline | ActionSink::Log => return Acted::Done,
            ActionSink::Obs(instance) => {
                let queue = instance.and_then(|instance| self.obs.get(instance));
                (queue, "no OBS serves this court: add a sink of `type: obs`")
            }
            ActionSink::Player => (self.player.as_ref(), "no player serves this court: add a sink of `type: player`"),
        };
        let command = Command { court: self.court.clone(), action: action.clone(), received: Instant::now() };
        let (command, reason) = match queue {
            None => (command, missing),
            Some(queue) => match queue.try_send(command) {
                Ok(()) => return Acted::Awaited,
                Err(mpsc::error::TrySendError::Full(command)) => (command, "too many actions wait for it already"),
                Err(mpsc::error::TrySendError::Closed(command)) => (command, "vta is about to end"),
            },
        };
        Acted::Ended(command.ended(Outcome::Failed { reason: reason.to_owned() }))
    }

    fn note(&mut self, event: &Event) {
        if let Body::CommandEnded(ended) = &event.body
            && let Some(end) = self.awaited.remove(&ended.id)
        {
            // The sender may be gone.
            let _gone = end.send((**ended).clone());
        }
    }
}

/// Starts the OBS drivers and players, for courts that take reports at these queues and go on with what earlier sessions
/// have left; returns the sinks of each court.
///
/// # Panics
/// Outside a tokio runtime.
pub(super) fn start(
    config: &Config,
    reports: &HashMap<Arc<str>, Sender<Report>>,
    resumes: &HashMap<Arc<str>, Arc<Resume>>,
    names: &ObsNames,
    components: &mut Components,
) -> HashMap<Arc<str>, Sinks> {
    let mut sinks: HashMap<Arc<str>, Sinks> =
        reports.keys().map(|court| (court.clone(), Sinks::new(court.clone()))).collect();
    // The queue of commands that a sink takes, and the courts that it serves, in whose sinks `put` puts the queue.
    let mut serve = |served: &Served, put: &dyn Fn(&mut Sinks, mpsc::Sender<Command>)| {
        let (commands, queue) = mpsc::channel(MAX_COMMANDS);
        sinks.values_mut().filter(|sinks| served.serves(&sinks.court)).for_each(|sinks| put(sinks, commands.clone()));
        let courts = reports.iter().filter(|(court, _)| served.serves(court));
        (queue, courts.map(|(court, reports)| (court.clone(), reports.clone())).collect::<Courts>())
    };
    for (name, sink) in &config.sinks {
        let (status, task) = match sink {
            Sink::Obs(sink) => {
                let put = |sinks: &mut Sinks, commands| drop(sinks.obs.insert(name.clone(), commands));
                let (queue, courts) = serve(&sink.courts, &put);
                let status = StatusHandle::new("obs", name);
                let left = left_recordings(name, &courts, resumes);
                (status.clone(), obs::spawn(ObsOptions::of(name, sink), queue, courts, left, names.of(name), status))
            }
            Sink::Player(sink) => {
                let (queue, courts) = serve(&sink.courts, &|sinks, commands| sinks.player = Some(commands));
                let status = StatusHandle::new("player", name);
                (status.clone(), player::spawn(PlayerOptions::of(name, sink), queue, courts, status))
            }
            // These take all that courts give out, not commands.
            Sink::Store(_) | Sink::Capture(_) | Sink::Log(_) => continue,
        };
        components.add(Component::task(status, task));
    }
    sinks
}

/// The recordings of an OBS that earlier sessions of the courts that it serves have left.
fn left_recordings(
    instance: &str,
    courts: &Courts,
    resumes: &HashMap<Arc<str>, Arc<Resume>>,
) -> Vec<(Arc<str>, OpenRecording)> {
    let of = |court: &Arc<str>| resumes.get(court).and_then(|resume| resume.snapshot.as_ref());
    let left = courts.keys().filter_map(|court| Some((court, of(court)?)));
    left.flat_map(|(court, snapshot)| snapshot.recordings.iter().map(|recording| (court.clone(), recording.clone())))
        .filter(|(_, recording)| recording.instance == instance)
        .collect()
}
