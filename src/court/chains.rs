//! Which actions have led to an event, so that rules do not answer their own actions without end.

use std::collections::BTreeMap;

use super::media;
use crate::event::{Body, Event};
use crate::rules::Chain;

/// What led to the latest actions, by their `seq`; those that answer a message or a command are left out.
#[derive(Default)]
pub(super) struct Chains(BTreeMap<u64, Chain>);

impl Chains {
    /// A rule has requested an action in a call.
    pub(super) fn add(&mut self, action_seq: u64, chain: Chain) {
        if chain != Chain::default() {
            media::add(&mut self.0, action_seq, chain);
        }
    }

    /// What led to an event.
    pub(super) fn to(&self, event: &Event) -> Chain {
        let action = match &event.body {
            Body::ActionDone(done) => Some(done.action_seq),
            Body::ActionFailed(failed) => Some(failed.action_seq),
            Body::ClipSaved(clip) => clip.action_seq,
            Body::ClipShown(shown) => shown.action_seq,
            Body::RecordingStarted(recording) | Body::RecordingStopped(recording) => recording.action_seq,
            // It can be one of a handler of anything.
            Body::RuleFailed(_) => None,
            Body::Command(_) => return Chain::default(),
            _ if event.raw.is_some() || event.is_derived() => return Chain::default(),
            _ => None,
        };
        action.and_then(|action| self.0.get(&action)).map_or(Chain::BEGUN, |chain| chain.next())
    }
}
