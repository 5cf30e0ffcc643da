//! The load and the review that the clips and recordings of rules are for.

use std::collections::BTreeMap;

use super::setup::OpenRecording;
use crate::event::Recording;
use crate::time::Time;

/// Actions whose clip or recording is awaited; more than these are forgotten, the oldest first.
const MAX_AWAITED: usize = 1000;

#[derive(Default)]
pub(super) struct AwaitedMedia {
    /// The latest request for review.
    review: Option<Request>,
    /// The latest saves of replays, by the action's `seq`.
    saves: BTreeMap<u64, Save>,
    /// The reviews whose clips the player is to show, by the action's `seq`.
    plays: BTreeMap<u64, u64>,
    /// The latest recordings, by the action's `seq`.
    recordings: BTreeMap<u64, RecordingRequest>,
    /// The recordings of the court that have not ended, each with its load, by the OBS sink.
    open: BTreeMap<String, (u32, OpenRecording)>,
    /// Those that an earlier session began, ended or not.
    earlier: BTreeMap<String, (u32, OpenRecording)>,
}

/// A recording that an action begins.
#[derive(Clone)]
pub(super) struct RecordingRequest {
    pub(super) load: u32,
    pub(super) name: Option<String>,
    pub(super) at: Time,
}

/// A request for review, by the `seq` of its events: what a rule does for one of them is for that review.
#[derive(Clone, Copy)]
struct Request {
    request: u64,
    /// Of the `review_opened` that follows from it.
    opened: Option<u64>,
}

/// A replay that an action saves.
#[derive(Clone)]
pub(super) struct Save {
    pub(super) reason: String,
    /// The review that it is for.
    pub(super) review: Option<u64>,
    pub(super) load: u32,
    pub(super) stage: SaveStage,
}

/// How far a save has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SaveStage {
    Saving,
    /// Its clip has not come in time, and may come yet.
    Awaited,
    Ended,
}

impl AwaitedMedia {
    /// A review was requested, by the event `request`; `opened` is the `review_opened` that follows from it.
    pub(super) fn begin_review(&mut self, request: u64, opened: Option<u64>) {
        self.review = Some(Request { request, opened });
    }

    /// The request for review that an event is about.
    pub(super) fn review_about(&self, cause: u64) -> Option<u64> {
        let about = |request: &Request| cause == request.request || Some(cause) == request.opened;
        self.review.filter(about).map(|request| request.request)
    }

    pub(super) fn add_save(&mut self, action_seq: u64, save: Save) {
        add(&mut self.saves, action_seq, save);
    }

    /// Takes in how far a save has come; a clip may be reported more than once.
    pub(super) fn save_is(&mut self, action_seq: u64, stage: SaveStage) -> Option<Save> {
        let save = self.saves.get_mut(&action_seq)?;
        save.stage = stage;
        Some(save.clone())
    }

    /// Whether a clip for a review is expected in time.
    pub(super) fn is_saving_for(&self, review: u64) -> bool {
        self.saves.values().any(|save| save.review == Some(review) && save.stage == SaveStage::Saving)
    }

    pub(super) fn add_play(&mut self, action_seq: u64, review: u64) {
        add(&mut self.plays, action_seq, review);
    }

    /// The player has shown a clip or cannot: gives the review that it is of, if the action was about one.
    pub(super) fn played(&mut self, action_seq: u64) -> Option<u64> {
        self.plays.remove(&action_seq)
    }

    pub(super) fn add_recording(&mut self, action_seq: u64, request: RecordingRequest) {
        add(&mut self.recordings, action_seq, request);
    }

    /// The load that a recording was started for; none if no rule of this court did.
    pub(super) fn load_of_recording(&self, recording: &Recording) -> Option<u32> {
        self.begun(recording).map(|(load, _)| load)
    }

    /// A recording has begun, or is known better. Only those that rules of this court began are kept.
    pub(super) fn recording_runs(&mut self, recording: &Recording) {
        if let Some(open) = self.begun(recording) {
            self.open.insert(recording.instance.clone(), open);
        }
    }

    /// A recording has ended.
    pub(super) fn recording_ended(&mut self, recording: &Recording) {
        if self.begun(recording).is_some() {
            self.open.remove(&recording.instance);
        }
    }

    /// Takes over the recordings of an earlier session; `load` is that of the bout that was on.
    pub(super) fn resume(&mut self, recordings: &[OpenRecording], load: u32) {
        for open in recordings {
            let load = if open.is_of_bout { load } else { 0 };
            self.earlier.insert(open.instance.clone(), (load, open.clone()));
        }
        self.open = self.earlier.clone();
    }

    /// A recording that a rule of this court began, with its load.
    fn begun(&self, recording: &Recording) -> Option<(u32, OpenRecording)> {
        let Recording { instance, path, begins_at, split, .. } = recording.clone();
        let (load, name, requested_at) = match recording.action_seq {
            Some(action_seq) => {
                let request = self.recordings.get(&action_seq)?.clone();
                (request.load, request.name, request.at)
            }
            None if recording.earlier_session => {
                let (load, earlier) = self.earlier.get(&instance)?.clone();
                (load, earlier.name, earlier.requested_at)
            }
            None => return None,
        };
        Some((load, OpenRecording { instance, path, begins_at, name, requested_at, split, is_of_bout: false }))
    }

    /// The recordings that have not ended; `load` is that of the bout that is on.
    pub(super) fn open(&self, load: u32) -> Vec<OpenRecording> {
        let of = |(of, open): &(u32, OpenRecording)| OpenRecording { is_of_bout: *of == load, ..open.clone() };
        self.open.values().map(of).collect()
    }
}

/// Adds an entry; the oldest is forgotten when there are too many.
pub(super) fn add<T>(awaited: &mut BTreeMap<u64, T>, action_seq: u64, what: T) {
    while awaited.len() >= MAX_AWAITED {
        awaited.pop_first();
    }
    awaited.insert(action_seq, what);
}
