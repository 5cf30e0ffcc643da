//! A packet of a file, before its content is read.

use crate::time::Time;

/// No packet, and no block around one, is longer than that, in bytes; what claims to be is damaged.
pub(super) const MAX_LENGTH: u32 = 1 << 24;

pub(super) struct Frame<'a> {
    pub(super) at: Time,
    pub(super) content: Content,
    pub(super) bytes: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Something from a network, of this link type.
    Packet(u32),
    /// One of our own JSON objects.
    Report,
}
