//! Saves whose file did not come in time, and may come yet: after it hung, OBS can take minutes.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::saver::{SAVE_TIMEOUT, Sent};
use super::shows_request;
use crate::obs::driver::reports;
use crate::obs::error::ObsError;
use crate::obs::model::Clip;
use crate::sink::{Command, Outbox};
use crate::time::Time;

/// How long a file may be late.
pub(super) const LATE_TIMEOUT: Duration = Duration::from_secs(180);

/// Late saves, in the order of their requests to OBS.
#[derive(Default)]
pub(super) struct LateSaves(VecDeque<LateSave>);

pub(super) struct LateSave {
    pub(super) savers: Vec<Command>,
    pub(super) sent: Sent,
    /// Whether the commands have ended, with another clip.
    have_ended: bool,
    given_up_at: Instant,
}

impl LateSaves {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, savers: Vec<Command>, sent: Sent, have_ended: bool) {
        self.0.push_back(LateSave { savers, sent, have_ended, given_up_at: Instant::now() + LATE_TIMEOUT });
    }

    /// Takes those that were requested by the time that a file was begun; all, if that is not known.
    pub(super) fn take_until(&mut self, begun: Option<Time>) -> Vec<LateSave> {
        let count = self.0.partition_point(|late| begun.is_none_or(|begun| late.sent.can_have_begun(begun)));
        self.0.drain(..count).collect()
    }

    /// When the first is given up.
    pub(super) fn given_up_at(&self) -> Option<Instant> {
        self.0.front().map(|late| late.given_up_at)
    }

    pub(super) fn give_up_first(&mut self, outbox: &Outbox) {
        if let Some(late) = self.0.pop_front() {
            late.end(outbox, Err(&ObsError::NoClip(SAVE_TIMEOUT + LATE_TIMEOUT)));
        }
    }

    pub(super) fn give_up(mut self, outbox: &Outbox) {
        while !self.is_empty() {
            self.give_up_first(outbox);
        }
    }
}

impl LateSave {
    /// Reports what became of the commands; a clip that begins after them is not theirs.
    pub(super) fn end(self, outbox: &Outbox, result: Result<&Clip, &ObsError>) {
        let result = match result {
            Ok(clip) if !shows_request(clip, &self.savers) => Err(&ObsError::BegunTooLate),
            result => result,
        };
        if let Ok(clip) = result {
            reports::clip_saved(outbox, clip, &self.savers);
        }
        if !self.have_ended {
            for saver in &self.savers {
                outbox.outcome(saver, result.map(drop));
            }
        }
    }
}
