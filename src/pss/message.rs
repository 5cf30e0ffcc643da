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
