//! The life of one connection: commands go to their lanes, events to whom they concern.

mod disk;
mod file_name;
mod media_file;
mod outputs;
mod recordings;
mod replays;
mod reporter;
mod requests;
mod scenes;
pub(super) mod supervisor;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use obws::events::{Event, EventStream, OutputState};
use tokio::sync::{mpsc, watch};
use tokio_stream::StreamExt as _;
use tracing::warn;

use self::disk::Disk;
use self::outputs::Outputs;
use self::recordings::{ActiveRecording, Change, ChangeKind, Recordings, Stage};
use self::replays::{Buffer, Replays};
use self::reporter::Reporter;
use self::requests::Requests;
use self::scenes::{Program, Scenes};
use super::client::Connection;
use super::client::Link;
use super::error::ObsError;
use super::options::ObsOptions;
use crate::action::ObsVerb;
use crate::sink::Command;
use crate::time::Time;

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

/// What is known of an instance beyond its connections.
#[derive(Default)]
pub(super) struct Memory {
    /// The recording that OBS is at.
    recording: watch::Sender<Option<ActiveRecording>>,
    /// The scene on program.
    program: Program,
    /// Whether a recording of somebody else is split when one of ours is to begin.
    splits: bool,
    /// From how much on, in MB, little is left of the disk.
    min_free_mb: u64,
}

impl Memory {
    /// Nothing is known yet.
    pub(super) fn new(options: &ObsOptions) -> Self {
        Self { splits: options.splits_recordings, min_free_mb: options.min_free_mb, ..Self::default() }
    }
}

/// Works with a connection until it is lost or there are no more commands.
pub(super) async fn run(
    Connection { link, events, told }: Connection,
    commands: &mut mpsc::Receiver<Command>,
    reporter: &Reporter,
    Memory { recording, program, splits, min_free_mb }: &mut Memory,
) -> Ended {
    let link = &link;
    let buffer = Buffer::new(reporter);
    let (lanes, [requests, saves, recordings, outputs]) = Lanes::new();
    let (saved_sender, saved) = mpsc::channel(EVENTS);
    let (change_sender, changes) = mpsc::channel(EVENTS);

    let requests = Requests { link, reporter, program, commands: requests };
    let recording = &*recording;
    let replays = Replays {
        link,
        reporter,
        buffer: &buffer,
        commands: saves,
        waiting: VecDeque::new(),
        saved,
        recording,
        last_named_by_obs: None,
    };
    let recordings = Recordings {
        link,
        reporter,
        commands: recordings,
        changes,
        stage: Stage::Idle,
        recording,
        splits: *splits,
        stopping_at: None,
    };
    let outputs = Outputs { link, reporter, commands: outputs };
    let scenes = Scenes { link, reporter, told, program };
    let disk = Disk { link, reporter, min_free_mb: *min_free_mb };
    let dispatcher = EventDispatcher { link, buffer: &buffer, saved: saved_sender, changes: change_sender };

    tokio::select! {
        // When the feeding ends, it drops the lanes; they then finish what they have and end, too.
        (ended, ..) = async {
            tokio::join!(
                lanes.feed(link, commands, reporter),
                requests.run(),
                replays.run(),
                recordings.run(),
                outputs.run()
            )
        } => ended,
        (.., never) = async { tokio::join!(dispatcher.run(events), scenes.run(), disk.run(), link.heartbeat()) } => match never {},
    }
}

/// Where commands wait: in each lane they keep their order, and no lane holds up another.
struct Lanes {
    requests: mpsc::Sender<Command>,
    saves: mpsc::Sender<Command>,
    recordings: mpsc::Sender<Command>,
    outputs: mpsc::Sender<Command>,
}

impl Lanes {
    /// The lanes, and their ends in the order of the fields.
    fn new() -> (Self, [mpsc::Receiver<Command>; 4]) {
        let (requests, requests_end) = mpsc::channel(LANE);
        let (saves, saves_end) = mpsc::channel(LANE);
        let (recordings, recordings_end) = mpsc::channel(LANE);
        let (outputs, outputs_end) = mpsc::channel(LANE);
        (Self { requests, saves, recordings, outputs }, [requests_end, saves_end, recordings_end, outputs_end])
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
                Some(ObsVerb::StartRecording { .. } | ObsVerb::StopRecording {} | ObsVerb::Chapter { .. }) => {
                    &self.recordings
                }
                Some(ObsVerb::Streaming { .. } | ObsVerb::VirtualCamera { .. }) => &self.outputs,
                _ => &self.requests,
            };
            if let Err(refused) = lane.try_send(command) {
                reporter.outcome(&refused.into_inner(), Err(ObsError::TooMany(LANE)));
            }
        }
    }
}

/// Hears OBS's events, so quickly that none are lost.
struct EventDispatcher<'a> {
    link: &'a Link,
    buffer: &'a Buffer<'a>,
    saved: mpsc::Sender<PathBuf>,
    changes: mpsc::Sender<Change>,
}

impl EventDispatcher<'_> {
    /// Hears until the connection ends, and then says that it is lost.
    async fn run(self, mut events: EventStream) {
        let mut reason = "the connection was closed";
        while let Some(event) = events.next().await {
            match event {
                Event::ExitStarted => reason = "OBS was closed",
                Event::ReplayBufferStateChanged { state: OutputState::Started, .. } => self.buffer.set(true),
                Event::ReplayBufferStateChanged { state: OutputState::Stopped, .. } => self.buffer.set(false),
                Event::ReplayBufferSaved { path } => {
                    if let Err(lost) = self.saved.try_send(path) {
                        warn!("OBS saves replays faster than they are taken: {lost}");
                    }
                }
                Event::RecordFileChanged { path } => self.change(ChangeKind::File, Some(path)),
                Event::RecordStateChanged { state, path, .. } => {
                    self.change(ChangeKind::State(state), path);
                }
                _ => {}
            }
        }
        self.link.lose(reason);
    }

    fn change(&self, kind: ChangeKind, path: Option<String>) {
        if let Err(lost) = self.changes.try_send(Change { kind, path, at: Time::now() }) {
            warn!("OBS starts and stops recordings faster than that is followed: {lost}");
        }
    }
}
