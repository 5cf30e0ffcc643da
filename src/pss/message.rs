use std::borrow::Cow;

use crate::event::{Body, Note, Raw, Status};

/// One message of a datagram, decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its first field, in the documented letter case where it is documented.
    pub stream: Cow<'static, str>,
    /// How far the body can be trusted.
    pub status: Status,
    /// Its kind and fields.
    pub body: Body,
    /// Why the status is not `ok`.
    pub notes: Vec<Note>,
    /// Its bytes, without the line end.
    pub raw: Raw,
}

impl Message {
    /// Whether it is a part of an object of TK-Strike's JSON feed.
    pub(crate) fn is_json(&self) -> bool {
        self.raw.bytes().starts_with(b"{")
    }
}
