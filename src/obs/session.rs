//! The life of one connection: commands go to their lanes, events to whom they concern.

use std::path::PathBuf;
use std::sync::Arc;

use obws::events::{Event, EventStream, OutputState};
use tokio::sync::mpsc;
use tokio_stream::StreamExt as _;
use tracing::warn;

use super::ObsOptions;
use super::failure::Failure;
use super::link::Link;
use super::recordings::{Change, Ours, Recordings, Stage};
use super::replays::{Buffer, Replays};
use super::reporter::Reporter;
use super::requests::Requests;
use crate::action::{ObsVerb, Report};
use crate::edge::Command;

/// How many commands a lane may have waiting.
const LANE: usize = 64;

/// How many events of a kind may wait for their lane, which takes them within a request's limit.
const EVENTS: usize = 64;

/// How a session ended.
pub(super) enum Ended {
    /// No more commands will come, and all that came have ended.
    Stopped,
    /// The connection was lost, for this reason.
    Lost(Arc<str>),
}

/// Works with a connection until it is lost or there are no more commands.
pub(super) async fn run(
    options: &ObsOptions,
    link: &Link,
    events: EventStream,
    commands: &mut mpsc::Receiver<Command>,
    reporter: &Reporter,
    ours: &mut Option<Ours>,
) -> Ended {
    let buffer = Buffer::new(reporter);
    let (lanes, [requests, saves, recordings]) = Lanes::new();
    let (saved_sender, saved) = mpsc::channel(EVENTS);
    let (change_sender, changes) = mpsc::channel(EVENTS);

    let requests = Requests { options, link, reporter, commands: requests };
    let replays = Replays { link, reporter, buffer: &buffer, commands: saves, saved, last_clip: None, overdue: false };
    let recordings = Recordings { link, reporter, commands: recordings, changes, stage: Stage::Idle, ours };
    let hearing = Hearing { link, reporter, buffer: &buffer, saved: saved_sender, changes: change_sender };

    tokio::select! {
        // When the feeding ends, it drops the lanes; they then finish what they have and end, too.
        (ended, ..) = async {
            tokio::join!(lanes.feed(link, commands, reporter), requests.run(), replays.run(), recordings.run())
        } => ended,
        (_, never) = async { tokio::join!(hearing.run(events), link.heartbeat()) } => match never {},
    }
}

/// Where commands wait: in each lane they keep their order, and no lane holds up another.
struct Lanes {
    requests: mpsc::Sender<Command>,
    saves: mpsc::Sender<Command>,
    recordings: mpsc::Sender<Command>,
}

impl Lanes {
    /// The lanes, and their ends in the order of the fields.
    fn new() -> (Self, [mpsc::Receiver<Command>; 3]) {
        let (requests, requests_end) = mpsc::channel(LANE);
        let (saves, saves_end) = mpsc::channel(LANE);
        let (recordings, recordings_end) = mpsc::channel(LANE);
        (Self { requests, saves, recordings }, [requests_end, saves_end, recordings_end])
    }

    /// Puts commands in their lanes until the connection is lost or there are no more.
    async fn feed(self, link: &Link, commands: &mut mpsc::Receiver<Command>, reporter: &Reporter) -> Ended {
        loop {
            let command = tokio::select! {
                biased;
                reason = link.lost() => return Ended::Lost(reason),
                command = commands.recv() => match command {
                    Some(command) => command,
                    None => return Ended::Stopped,
                },
            };
            let lane = match command.action.verb.obs() {
                Some(ObsVerb::SaveReplay { .. }) => &self.saves,
                Some(ObsVerb::StartRecording { .. } | ObsVerb::StopRecording {}) => &self.recordings,
                _ => &self.requests,
            };
            if let Err(refused) = lane.try_send(command) {
                reporter.outcome(&refused.into_inner(), Err(Failure::TooMany(LANE)));
            }
        }
    }
}

/// Hears OBS's events, so quickly that none are lost.
struct Hearing<'a> {
    link: &'a Link,
    reporter: &'a Reporter,
    buffer: &'a Buffer<'a>,
    saved: mpsc::Sender<PathBuf>,
    changes: mpsc::Sender<Change>,
}

impl Hearing<'_> {
    /// Hears until the connection ends, and then says that it is lost.
    async fn run(self, mut events: EventStream) {
        let mut reason = "the connection was closed";
        while let Some(event) = events.next().await {
            match event {
                Event::ExitStarted => reason = "OBS was closed",
                Event::CurrentProgramSceneChanged { id } => {
                    self.reporter.to_all(|instance| Report::SceneChanged { instance, scene: id.name });
                }
                Event::ReplayBufferStateChanged { state: OutputState::Started, .. } => self.buffer.set(true),
                Event::ReplayBufferStateChanged { state: OutputState::Stopped, .. } => self.buffer.set(false),
                Event::ReplayBufferSaved { path } => {
                    if let Err(lost) = self.saved.try_send(path) {
                        warn!("OBS saves replays faster than they are taken: {lost}");
                    }
                }
                Event::RecordStateChanged { state, path, .. } => {
                    if let Err(lost) = self.changes.try_send(Change { state, path }) {
                        warn!("OBS starts and stops recordings faster than that is followed: {lost}");
                    }
                }
                _ => {}
            }
        }
        self.link.lose(reason);
    }
}
