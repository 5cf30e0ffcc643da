//! A datagram → its messages; a message → its stream, its fields as an event's body, and notes.

use std::borrow::Cow;

use bytes::Bytes;

use super::fields::Fields;
use super::streams::{Unread, arena, known};
use super::text::{self, End};
use super::tkstrike_json;
use crate::event::*;

/// The note on a message whose end did not fit into what can be received.
pub(super) const CUT_BY_THE_LIMIT: &str = "the datagram was longer than can be received: its end is lost";

/// One message of a datagram, decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its first field, in the documented letter case where it is documented.
    pub stream: Cow<'static, str>,
    /// How far the body can be trusted.
    pub status: Status,
    /// What it says.
    pub body: Body,
    /// Why the status is not `ok`.
    pub notes: Vec<Note>,
    /// Its bytes, without the line end.
    pub raw: Raw,
}

/// Decodes the messages of a datagram in their order; a blank one has none. What begins with `{` is an event of
/// TK-Strike's second feed, and can give several.
///
/// `truncated` says that the datagram was longer than what could be received.
pub fn decode(datagram: &Bytes, truncated: bool, mut each: impl FnMut(Message)) {
    let bytes: &[u8] = datagram;
    let mut start = 0;
    while start < bytes.len() {
        let rest = trim_start(&bytes[start..]);
        if rest.starts_with(b"{") {
            let raw = |object: &[u8]| Raw::new(datagram.slice_ref(object));
            start = bytes.len() - rest.len() + tkstrike_json::decode(rest, truncated, raw, &mut each);
            continue;
        }
        let length = bytes[start..].iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(bytes.len() - start);
        let line = trim(&bytes[start..start + length]);
        if !line.is_empty() {
            let end = match (start + length == bytes.len(), truncated) {
                (false, _) => End::Line,
                (true, false) => End::Datagram,
                (true, true) => End::Limit,
            };
            for (part, glued) in unglued(line) {
                each(message(datagram.slice_ref(part), end, glued));
            }
        }
        start += length + 1;
    }
}

fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0
}

/// Takes white space and NULs off the start.
fn trim_start(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && is_blank(*first)
    {
        bytes = rest;
    }
    bytes
}

/// Takes white space and NULs off both ends.
fn trim(bytes: &[u8]) -> &[u8] {
    let mut bytes = trim_start(bytes);
    while let [rest @ .., last] = bytes
        && is_blank(*last)
    {
        bytes = rest;
    }
    bytes
}

/// Parts hit levels that a sender has glued together, `hl1;50hl2;60`; any other line stays one.
fn unglued(line: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    let is_hit = line.starts_with(b"hl");
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let here = rest.take()?;
        let next = if is_hit { here.windows(3).skip(1).position(|w| matches!(w, b"hl1" | b"hl2")) } else { None };
        let (part, more) = match next {
            Some(before) => here.split_at(before + 1),
            None => (here, &[][..]),
        };
        rest = (!more.is_empty()).then_some(more);
        Some((part, part.len() != line.len()))
    })
}

fn message(raw: Bytes, end: End, glued: bool) -> Message {
    let text = text::read(&raw, end);
    let (name, rest) = match text.text.split_once(';') {
        Some((name, rest)) => (name.trim(), Some(rest)),
        None => (text.text.trim(), None),
    };
    let mut fields = Fields::new(rest, text.cut_bytes);
    if glued {
        fields.note("two hit levels were glued together");
    }
    if end == End::Limit {
        fields.note(CUT_BY_THE_LIMIT);
    }
    if text.single_byte {
        fields.note("not UTF-8: read as Windows-1252");
    }
    let known = known(name, &mut fields).or_else(|| {
        let lower = name.to_ascii_lowercase();
        if lower == name { arena(name, &mut fields) } else { known(&lower, &mut fields) }
    });
    let (stream, status, body) = match known {
        Some((stream, _, Ok(body))) => {
            fields.finish();
            let status = if fields.notes.is_empty() { Status::Ok } else { Status::Recovered };
            (Cow::Borrowed(stream), status, body)
        }
        Some((stream, kind, Err(Unread::Empty))) => {
            (Cow::Borrowed(stream), Status::Ok, Body::Unusable(Unusable { kind, fields: Vec::new() }))
        }
        Some((stream, kind, Err(Unread::Invalid(reason)))) => {
            fields.note(reason);
            (Cow::Borrowed(stream), Status::Invalid, Body::Unusable(Unusable { kind, fields: as_sent(rest) }))
        }
        None => (Cow::Owned(name.to_owned()), Status::Unknown, Body::Unknown(Unknown { fields: as_sent(rest) })),
    };
    let notes = fields.notes;
    drop(text);
    Message { stream, status, body, notes, raw: Raw::new(raw) }
}

/// The fields as they came, for a message that cannot be read.
fn as_sent(rest: Option<&str>) -> Vec<String> {
    let rest = rest.map(|rest| rest.strip_suffix(';').unwrap_or(rest)).filter(|rest| !rest.is_empty());
    rest.map(|rest| rest.split(';').map(|field| field.trim().to_owned()).collect()).unwrap_or_default()
}
