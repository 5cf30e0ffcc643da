//! The life of one connection: commands go to their lanes, events to whom they concern.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use obws::events::{Event, OutputState};
use tokio::sync::{Notify, mpsc, watch};
use tracing::warn;

use super::disk::Disk;
use super::outputs::Outputs;
use super::recordings::{Change, ChangeKind, Recordings, Stage};
use super::replays::{Buffer, Replays};
use super::requests::Requests;
use super::scenes::{Program, Scenes};
use crate::action::ObsVerb;
use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::obs::model::ActiveRecording;
use crate::obs::options::ObsOptions;
use crate::sink::{Command, Inbox, Outbox};
use crate::time::Time;

/// How many commands a lane may have waiting.
const MAX_WAITING: usize = 64;

/// How many events of a kind may wait for their lane, which takes them within a request's limit.
const MAX_EVENTS: usize = 64;

/// What is known of an instance beyond its connections.
#[derive(Default)]
pub(super) struct Memory {
    /// The recording that OBS writes.
    recording: watch::Sender<Option<ActiveRecording>>,
    /// The scene on program.
    program: Program,
}

/// Works with a connection until there are no more commands, and all that came have ended. The error is why the connection
/// was lost.
pub(super) async fn run(
    options: &ObsOptions,
    client: &Client,
    events: mpsc::Receiver<Event>,
    inbox: &mut Inbox,
    outbox: &Outbox,
    Memory { recording, program }: &Memory,
) -> Result<(), Arc<str>> {
    let buffer = &Buffer::new(outbox);
    let collection_changed = &Notify::new();
    let (lanes, [requests, saves, recordings, outputs]) = Lanes::new();
    let (saved_sender, saved) = mpsc::channel(MAX_EVENTS);
    let (change_sender, changes) = mpsc::channel(MAX_EVENTS);

    let dispatcher =
        EventDispatcher { outbox, buffer, program, collection_changed, saved: saved_sender, changes: change_sender };
    let requests = Requests { client, outbox, program, commands: requests };
    let replays = Replays {
        client,
        options,
        outbox,
        buffer,
        commands: saves,
        waiting: VecDeque::new(),
        saved,
        recording,
        last_named_by_obs: None,
    };
    let recordings = Recordings {
        client,
        outbox,
        commands: recordings,
        changes,
        stage: Stage::Idle,
        recording,
        splits: options.splits_recordings,
        stopping_at: None,
    };
    let outputs = Outputs { client, outbox, commands: outputs };
    let scenes = Scenes { client, outbox, program, collection_changed };
    let disk = Disk { client, outbox, min_free_mb: options.min_free_mb };

    tokio::select! {
        // Events first, then commands, each followed by the lanes that it is for: what comes is handled at once.
        biased;
        (_, never, ..) = async { tokio::join!(dispatcher.run(events), client.heartbeat(), scenes.run(), disk.run()) } => match never {},
        // When the feeding ends, it drops the lanes; they then finish what they have and end, too.
        (ended, ..) = async {
            tokio::join!(
                biased;
                lanes.feed(client, inbox, outbox),
                requests.run(),
                replays.run(),
                recordings.run(),
                outputs.run()
            )
        } => ended,
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
        let (requests, requests_end) = mpsc::channel(MAX_WAITING);
        let (saves, saves_end) = mpsc::channel(MAX_WAITING);
        let (recordings, recordings_end) = mpsc::channel(MAX_WAITING);
        let (outputs, outputs_end) = mpsc::channel(MAX_WAITING);
        (Self { requests, saves, recordings, outputs }, [requests_end, saves_end, recordings_end, outputs_end])
    }

    /// Puts commands in their lanes until the connection is lost or there are no more.
    async fn feed(self, client: &Client, inbox: &mut Inbox, outbox: &Outbox) -> Result<(), Arc<str>> {
        loop {
            let command = tokio::select! {
                biased;
                reason = client.lost() => return Err(reason),
                command = inbox.next() => match command {
                    Some(command) => command,
                    None => return Ok(()),
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
                outbox.outcome(&refused.into_inner(), Err(ObsError::TooMany(MAX_WAITING)));
            }
        }
    }
}

/// Hands OBS's events on to those that they concern, so quickly that none are lost.
struct EventDispatcher<'a> {
    outbox: &'a Outbox,
    buffer: &'a Buffer<'a>,
    program: &'a Program,
    collection_changed: &'a Notify,
    saved: mpsc::Sender<PathBuf>,
    changes: mpsc::Sender<Change>,
}

impl EventDispatcher<'_> {
    /// Works until the connection ends.
    async fn run(self, mut events: mpsc::Receiver<Event>) {
        while let Some(event) = events.recv().await {
            match event {
                Event::ReplayBufferStateChanged { state: OutputState::Started, .. } => self.buffer.set(true),
                Event::ReplayBufferStateChanged { state: OutputState::Stopped, .. } => self.buffer.set(false),
                Event::ReplayBufferSaved { path } => {
                    if let Err(lost) = self.saved.try_send(path) {
                        warn!("OBS saves replays faster than they are taken: {lost}");
                    }
                }
                Event::RecordFileChanged { path } => self.change(ChangeKind::File, Some(path)),
                Event::RecordStateChanged { state, path, .. } => self.change(ChangeKind::State(state), path),
                Event::CurrentProgramSceneChanged { id } => self.program.set(&id.name, self.outbox),
                Event::CurrentSceneCollectionChanged { .. } => self.collection_changed.notify_one(),
                _ => {}
            }
        }
    }

    fn change(&self, kind: ChangeKind, path: Option<String>) {
        if let Err(lost) = self.changes.try_send(Change { kind, path, at: Time::now() }) {
            warn!("OBS starts and stops recordings faster than that is followed: {lost}");
        }
    }
}
