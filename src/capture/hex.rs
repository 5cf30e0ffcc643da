//! Payloads in hexadecimal digits, a line each, as `tshark -T fields -e frame.time_epoch -e udp.payload` prints them.
//!
//! The payload is the last field. The first of several is the time: seconds since 1970 or since the beginning, or RFC 3339.

use super::LineProblem;
use crate::time::Time;

/// Seconds from which on a time counts from 1970: a capture is shorter.
const SINCE_1970: f64 = 1e8;

/// The time and the payload of a line; none if its packet had no payload.
pub(super) fn read(line: &[u8], start: Time) -> Result<Option<(Time, Vec<u8>)>, LineProblem> {
    let line = String::from_utf8_lossy(line);
    let mut fields = line.split(is_separator).map(unquoted);
    let last = fields.next_back().unwrap_or_default();
    let at = match fields.next() {
        Some(first) => time(first, start).ok_or_else(|| LineProblem::NoSeconds(short(first)))?,
        None => start,
    };
    if last.is_empty() {
        return Ok(None);
    }
    let payload = payload(last).ok_or_else(|| LineProblem::NoPayload(short(last)))?;
    Ok(Some((at, payload)))
}

/// Whether a line is one of a file of payloads: its last field is the text of a message.
pub(super) fn is_payload(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    let last = line.trim().rsplit(is_separator).next().map(unquoted).unwrap_or_default();
    let text = payload(last).unwrap_or_default();
    let text = text.trim_ascii();
    let is_text = text.iter().all(|byte| !byte.is_ascii_control() || byte.is_ascii_whitespace() || *byte == 0);
    is_text && text.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'{') && text.len() > 2
}

fn is_separator(character: char) -> bool {
    character.is_ascii_whitespace() || matches!(character, ',' | ';')
}

fn unquoted(field: &str) -> &str {
    field.trim_matches(['"', '\''])
}

fn short(field: &str) -> String {
    field.chars().take(40).collect()
}

fn time(field: &str, start: Time) -> Option<Time> {
    if let Ok(time) = field.parse() {
        return Some(time);
    }
    let seconds = field.parse::<f64>().ok().filter(|seconds| (0.0..1e12).contains(seconds))?;
    let start = if seconds >= SINCE_1970 { Time::default() } else { start };
    Some(Time::from_micros(start.as_micros().saturating_add((seconds * 1e6).round() as i64)))
}

/// The bytes of pairs of digits, which colons may part.
fn payload(field: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = field.bytes().filter(|byte| *byte != b':').collect();
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    bytes.collect::<Option<Vec<u8>>>().filter(|_| rest.is_empty())
}
