//! The load and the review that the clips and recordings of rules are for.

use std::collections::BTreeMap;

/// Actions whose clip or recording is awaited; more than these are forgotten, the oldest first.
const MAX_AWAITED: usize = 1000;

#[derive(Default)]
pub(super) struct AwaitedMedia {
    /// The latest request for review.
    review: Option<Request>,
    /// The latest saves of replays, by the action's `seq`.
    saves: BTreeMap<u64, Save>,
    /// The load of each recording, by the action's `seq`.
    recordings: BTreeMap<u64, u32>,
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

    pub(super) fn add_recording(&mut self, action_seq: u64, load: u32) {
        add(&mut self.recordings, action_seq, load);
    }

    /// The load that a recording was started for.
    pub(super) fn load_of_recording(&self, action_seq: u64) -> Option<u32> {
        self.recordings.get(&action_seq).copied()
    }
}

/// Adds an entry; the oldest is forgotten when there are too many.
pub(super) fn add<T>(awaited: &mut BTreeMap<u64, T>, action_seq: u64, what: T) {
    while awaited.len() >= MAX_AWAITED {
        awaited.pop_first();
    }
    awaited.insert(action_seq, what);
}
