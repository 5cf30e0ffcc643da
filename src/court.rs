//! The core: what a court takes in, one step at a time, and what comes of it.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

use crate::action::{Action, Report};
use crate::bout::Bout;
use crate::event::Event;

/// What a court takes in; captures keep each with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A datagram was received.
    Datagram(Datagram),
    /// An edge tells something.
    Report(Report),
    /// The session ends; nothing follows.
    Stop,
}

/// A datagram as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// Its bytes.
    pub bytes: Bytes,
    /// Who sent it; unknown in text traces.
    pub from: Option<SocketAddr>,
    /// Whether it was longer than what could be received.
    pub truncated: bool,
}

/// What comes of a step, in order.
#[derive(Clone, Debug)]
pub enum Output {
    /// Something happened.
    Event {
        /// What happened.
        event: Arc<Event>,
        /// The bout it belongs to; 0 before the first was loaded.
        bout: u32,
    },
    /// Something is to be done.
    Action {
        /// What to do.
        action: Arc<Action>,
        /// The bout it belongs to; 0 before the first was loaded.
        bout: u32,
    },
    /// The state of the bout at a moment worth keeping.
    Bout(Arc<Bout>),
    /// The events from `from_seq` on belong to this bout and not to the one before: the operator had loaded another
    /// bout that never began.
    BoutSplit {
        /// The first event that belongs to it.
        from_seq: u64,
        /// The bout's ordinal.
        ordinal: u32,
    },
}
