//! Several messages that a sender has put on one line: without anything between them, or parted by `;`, blanks or NULs.

use super::streams::{Stream, named};
use crate::event::Kind;

/// Streams with names and other free text, in which a documented name need not begin a message.
const TEXTS: [Kind; 4] = [Kind::Athletes, Kind::BoutConfig, Kind::Officials, Kind::Result];
/// Messages made of names and values: these names are their own.
const GROUPS: [Kind; 3] = [Kind::Score, Kind::Penalties, Kind::RoundScores];
/// Fields that a message with free text has before another may begin, and before one may be glued to it.
const TEXT_FIELDS: usize = 3;
const TEXT_FIELDS_BEFORE_GLUED: usize = 2;
/// What a relay's line begins with.
const RELAY: &[u8] = b"Udp Port ";
/// Bytes of the name of a stream.
const NAME: usize = 3;

/// Where the second message of a line begins; none if it has one message, as far as that can be known.
pub(super) fn second_message(line: &[u8]) -> Option<usize> {
    let name = line.split(|byte| matches!(byte, b';' | 0)).next().unwrap_or_default();
    let first = stream(name.trim_ascii());
    let is_relay = line.get(..RELAY.len()).is_some_and(|name| name.eq_ignore_ascii_case(RELAY));
    let mut fields = 0;
    (1..line.len()).find(|&at| {
        let (before, rest) = line.split_at(at);
        fields += usize::from(before.ends_with(b";"));
        let (Some(name), None | Some(b';' | 0)) = (rest.get(..NAME), rest.get(NAME)) else { return false };
        let Some(second) = stream(name) else { return false };
        if before.ends_with(b"\0") {
            return true;
        }
        let is_field = before.trim_ascii_end().ends_with(b";");
        match &first {
            None => is_relay,
            Some(first) if TEXTS.contains(&first.kind) => {
                let is_glued = fields >= TEXT_FIELDS_BEFORE_GLUED && ends_in_a_code(before);
                let may_begin = is_field && fields >= TEXT_FIELDS || is_glued;
                may_begin && name.iter().all(|byte| !byte.is_ascii_uppercase())
            }
            Some(first) => !(is_field && first.kind == second.kind && GROUPS.contains(&first.kind)),
        }
    })
}

/// Whether a text ends in a number, a country or a decision, which are no part of a name.
fn ends_in_a_code(text: &[u8]) -> bool {
    let is_code = |last: &[u8; 3]| last.iter().all(u8::is_ascii_uppercase);
    text.last().is_some_and(u8::is_ascii_digit) || text.last_chunk().is_some_and(is_code)
}

/// The note on two messages that were joined.
pub(super) fn note(first: &[u8], second: &[u8]) -> &'static str {
    let is_hit = |line: &[u8]| line.get(..2).is_some_and(|name| name.eq_ignore_ascii_case(b"hl"));
    if is_hit(first) && is_hit(second) {
        "two hit levels were glued together"
    } else {
        "it was on one line with another message"
    }
}

fn stream(name: &[u8]) -> Option<Stream> {
    named(&std::str::from_utf8(name).ok()?.to_ascii_lowercase())
}
