//! A datagram → its messages; a message → its stream, the body of its event, and notes.

use bytes::Bytes;

use super::encoding::Encoding;
use super::fields::{Fields, is_null, split_first};
use super::joined;
use super::message::Message;
use super::streams::{arena, named};
use super::text::{self, CUT_BY_LIMIT, End};
use super::tkstrike_json;
use crate::event::*;

/// Decodes datagrams whose text is UTF-8, or else Windows-1252; see [`decode_as`].
pub fn decode(datagram: &Bytes, truncated: bool, each: impl FnMut(Message)) {
    decode_as(Encoding::default(), datagram, truncated, each);
}

/// Decodes the messages of a datagram in their order; a blank datagram has none. A JSON object is an event of
/// TK-Strike's second feed, and can give several messages.
///
/// `truncated` says that the datagram was longer than what could be received; text that is not UTF-8 is in the `fallback`
/// encoding.
pub fn decode_as(fallback: Encoding, datagram: &Bytes, truncated: bool, mut each: impl FnMut(Message)) {
    let bytes: &[u8] = datagram;
    // How much a sender cuts off the last message depends on the characters of all of them.
    let surplus = text::surplus_of(bytes);
    let mut start = 0;
    while start < bytes.len() {
        let rest = &bytes[start..];
        let length = rest.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(rest.len());
        let line = trim(&rest[..length]);
        let end = match (start + length == bytes.len(), truncated) {
            (false, _) => End::Line,
            (true, false) => End::Datagram { surplus },
            (true, true) => End::Limit,
        };
        start += length + 1;
        if line.starts_with(b"{") {
            let objects = trim_start(rest);
            let taken = tkstrike_json::decode(objects, line, end, |part| Raw::new(datagram.slice_ref(part)), &mut each);
            start = bytes.len() - objects.len() + taken;
        } else if !line.is_empty() {
            let raw = |part: &[u8]| Raw::new(datagram.slice_ref(part));
            messages(line, raw, end, fallback, &mut each);
        }
    }
}

/// Whether a datagram begins with a message of a documented stream.
pub(crate) fn is_documented(datagram: &[u8]) -> bool {
    let bytes = trim_start(datagram);
    if bytes.starts_with(b"{") {
        let mut is_known = false;
        decode(&Bytes::copy_from_slice(bytes), false, |message| is_known |= message.status == Status::Ok);
        return is_known;
    }
    let end = bytes.iter().position(|byte| matches!(byte, b';' | b'\r' | b'\n')).unwrap_or(bytes.len());
    let name = bytes.get(..end).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default().trim();
    let is_setting = || arena(name, &mut Fields::new(None, 0)).is_some();
    named(name).is_some() || named(&unmarked(name).to_ascii_lowercase()).is_some() || is_setting()
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

/// Decodes a line, which is one message unless a sender has joined several.
fn messages(line: &[u8], raw: impl Fn(&[u8]) -> Raw, end: End, fallback: Encoding, each: &mut impl FnMut(Message)) {
    let whole = message(line, raw(line), end, fallback, None);
    // Of what is read as documented, nothing is another message.
    if whole.status == Status::Ok { each(whole) } else { parts(line, whole, raw, end, fallback, each) }
}

/// Decodes the messages that a sender may have joined in a line; `rest` is the line read as one.
#[cold]
fn parts(
    mut line: &[u8],
    mut rest: Message,
    raw: impl Fn(&[u8]) -> Raw,
    end: End,
    fallback: Encoding,
    each: &mut impl FnMut(Message),
) {
    while let Some(joint) = joined::second_message(line) {
        let (first, second) = line.split_at(joint);
        let note = Some(joined::note(first, second));
        let first = trim(first);
        each(part(first, raw(first), End::Line, fallback, note));
        line = second;
        rest = part(line, raw(line), end, fallback, note);
    }
    each(rest);
}

fn part(line: &[u8], raw: Raw, end: End, fallback: Encoding, note: Option<&'static str>) -> Message {
    message(line, raw, end, fallback, note)
}

// A message is large: this way it is not moved once more.
#[inline(always)]
fn message(line: &[u8], raw: Raw, end: End, fallback: Encoding, joined: Option<&'static str>) -> Message {
    let text = text::read(line, end, fallback);
    let (name, rest) = split_first(&text.text, b';');
    let name = name.trim();
    let mut fields = Fields::new(rest, text.cut_bytes);
    if let Some(joined) = joined {
        fields.note(joined);
    }
    if end == End::Limit {
        fields.note(CUT_BY_LIMIT);
    }
    if text.is_fallback {
        fields.note(format!("not UTF-8: read as {fallback}"));
    }
    let Some(stream) = named(name).or_else(|| named(&unmarked(name).to_ascii_lowercase())) else {
        return match arena(name, &mut fields) {
            Some((stream, body)) => {
                fields.finish();
                Message { stream: stream.into(), status: fields.status(), body, notes: fields.notes, raw }
            }
            None => {
                let body = Body::Unknown(Unknown { fields: as_sent(rest) });
                Message { stream: name.to_owned().into(), status: Status::Unknown, body, notes: fields.notes, raw }
            }
        };
    };
    // The body is large: it is moved directly into the message.
    match stream.read(&mut fields) {
        Ok(body) => {
            fields.finish();
            Message { stream: stream.name.into(), status: fields.status(), body, notes: fields.notes, raw }
        }
        Err(reason) => {
            let sent = as_sent(rest);
            // A message whose fields are all absent is an empty one.
            let (status, sent) = if sent.iter().all(|field| field.is_empty() || is_null(field)) {
                (fields.status(), Vec::new())
            } else {
                fields.note(reason);
                (Status::Invalid, sent)
            };
            let body = Body::Unusable(Unusable { kind: stream.kind, fields: sent });
            Message { stream: stream.name.into(), status, body, notes: fields.notes, raw }
        }
    }
}

/// A name without the byte order mark that some senders begin a text with.
fn unmarked(name: &str) -> &str {
    name.trim_start_matches('\u{feff}')
}

/// The fields as received, for a message that cannot be read.
fn as_sent(rest: Option<&str>) -> Vec<String> {
    let rest = rest.map(|rest| rest.strip_suffix(';').unwrap_or(rest)).filter(|rest| !rest.is_empty());
    rest.map(|rest| rest.split(';').map(|field| field.trim().to_owned()).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_without_fields_whose_end_is_lost_is_recovered() {
        let mut messages = Vec::new();
        decode(&Bytes::from_static(b"wmh;"), false, |message| messages.push((message.status, message.notes)));
        decode(&Bytes::from_static(b"wmh;"), true, |message| messages.push((message.status, message.notes)));
        assert_eq!(messages, [(Status::Ok, Vec::new()), (Status::Recovered, vec![CUT_BY_LIMIT.into()])]);
    }

    #[test]
    fn line_of_a_relay_is_a_console_message() {
        let mut messages = Vec::new();
        decode(&Bytes::from_static(b"Udp Port 6000 connected"), false, |message| messages.push(message));
        let [message] = &messages[..] else { panic!("{messages:?}") };
        assert_eq!((&*message.stream, message.status), ("Udp Port", Status::Ok));
        assert_eq!(message.body, Body::Console(Console::State { state: "connected" }));
    }
}
