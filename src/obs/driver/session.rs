//! The life of one connection: commands go to their lanes, events to whom they concern.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use obws::events::{Event, OutputState};
use tokio::sync::{Notify, mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt as _};

use super::buffer::Buffer;
use super::recordings::{Change, Recordings, Stage};
use super::replays::Replays;
use super::scenes::Program;
use super::{disk, names, requests, scenes};
use crate::action::ObsVerb;
use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::obs::model::ActiveRecording;
use crate::obs::options::ObsOptions;
use crate::obs::presence;
use crate::rules::check::Named;
use crate::sink::{Command, Inbox, Outbox};
use crate::telemetry::messages;
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
    /// Recordings that earlier sessions have left, until it is known what became of them.
    left: Mutex<Vec<ActiveRecording>>,
    /// The scene on program.
    program: Program,
}

impl Memory {
    /// What is known before the first connection: recordings that earlier sessions have left.
    pub(super) fn new(left: Vec<ActiveRecording>) -> Self {
        Self { left: Mutex::new(left), ..Self::default() }
    }
}

/// Works with a connection until there are no more commands, and all that came have ended. The error is why the connection
/// was lost.
pub(super) async fn run(
    options: &ObsOptions,
    client: &Client,
    events: mpsc::Receiver<Event>,
    inbox: &mut Inbox,
    outbox: &Outbox,
    Memory { recording, left, program }: &Memory,
    names: &mut watch::Receiver<Vec<Named>>,
) -> Result<(), Arc<str>> {
    let buffer = &Buffer::new(client, outbox);
    let (collection_changed, presence_asked) = (&Notify::new(), &Notify::new());
    let [(requests, to_request), (saves, to_save), (recordings, to_record), (outputs, to_switch)] =
        std::array::from_fn(|_| mpsc::channel(MAX_WAITING));
    let lanes = Lanes { requests, saves, recordings, outputs };
    let (saved_sender, saved) = mpsc::channel(MAX_EVENTS);
    let (change_sender, changes) = mpsc::channel(MAX_EVENTS);

    let dispatcher = EventDispatcher {
        outbox,
        buffer,
        program,
        collection_changed,
        presence_asked,
        saved: saved_sender,
        changes: change_sender,
    };
    let replays = Replays::new((client, options, outbox), buffer, recording, to_save, saved);
    let recordings = Recordings {
        client,
        outbox,
        commands: to_record,
        changes,
        stage: Stage::Idle,
        recording,
        left,
        is_known: false,
        splits: options.splits_recordings,
        stopping_at: None,
    };

    tokio::select! {
        // Events first, then commands, which their lanes take up in the same turn.
        biased;
        (_, never, ..) = async {
            tokio::join!(
                dispatcher.run(ReceiverStream::new(events)),
                client.heartbeat(),
                scenes::find_out(client, outbox, program, collection_changed),
                disk::watch(client, outbox, options.min_free_mb),
                presence::answer(client, presence_asked),
                names::check(client, options, names),
            )
        } => match never {},
        // When the feeding ends, it drops the lanes; they then finish what they have and end, too.
        (ended, ..) = async {
            tokio::join!(
                biased;
                lanes.feed(client, inbox, outbox),
                requests::run(to_request, client, outbox, program),
                replays.run(),
                recordings.run(),
                requests::run(to_switch, client, outbox, program),
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
    presence_asked: &'a Notify,
    saved: mpsc::Sender<PathBuf>,
    changes: mpsc::Sender<Change>,
}

impl EventDispatcher<'_> {
    /// Works until the connection ends.
    async fn run(self, events: impl Stream<Item = Event>) {
        tokio::pin!(events);
        while let Some(event) = events.next().await {
            match event {
                Event::ReplayBufferStateChanged { state: OutputState::Started, .. } => self.buffer.set(true),
                Event::ReplayBufferStateChanged { state: OutputState::Stopped, .. } => self.buffer.set(false),
                Event::ReplayBufferSaved { path } => {
                    if let Err(lost) = self.saved.try_send(path) {
                        messages::obs_events_lost(self.outbox.sink(), lost);
                    }
                }
                Event::RecordFileChanged { .. } | Event::RecordStateChanged { .. } => {
                    if let Err(lost) = self.changes.try_send((Time::now(), event)) {
                        messages::obs_events_lost(self.outbox.sink(), lost);
                    }
                }
                Event::CurrentProgramSceneChanged { id } => self.program.set(&id.name, self.outbox),
                Event::CurrentSceneCollectionChanged { .. } => self.collection_changed.notify_one(),
                event if presence::is_question(&event) => self.presence_asked.notify_one(),
                _ => {}
            }
        }
    }
}
