//! The properties that hold for any bytes; the fuzz target and the tests of its corpus share them.

use std::sync::Arc;

use bytes::Bytes;
use vta::court::{Court, Datagram, Input, Output};
use vta::event::{Body, Event, Note, Raw, Status};
use vta::pss;
use vta::rules::Rules;
use vta::time::Time;

/// Separates the datagrams of one input.
const SEPARATOR: u8 = 0x1e;

/// Reads the bytes as datagrams, each after a byte that says when it came, and checks everything that follows from
/// them.
pub fn check(bytes: &[u8]) {
    let mut court = Court::new(Arc::from("court-1"), Vec::new(), Rules::none());
    let mut outputs = Vec::new();
    let mut at = Time::from_micros(1_780_000_000_000_000);
    let mut messages = Counts::default();
    for part in bytes.split(|byte| *byte == SEPARATOR) {
        let (when, datagram) = part.split_first().unwrap_or((&b'0', &[]));
        at = later(at, *when);
        let (bytes, truncated) = (Bytes::copy_from_slice(datagram), when & 8 != 0);
        check_messages(&bytes, truncated, &mut messages);
        court.step(at, &Input::Datagram(Datagram { bytes, from: None, truncated }), &mut outputs);
    }
    court.step(at, &Input::Stop, &mut outputs);
    court.advance(Time::from_micros(i64::MAX), &mut outputs);
    check_outputs(&outputs, messages);
}

/// How many messages were decoded, of each feed.
#[derive(Debug, Default)]
struct Counts {
    pss: usize,
    json: usize,
}

fn is_json(raw: &Raw) -> bool {
    raw.bytes().starts_with(b"{")
}

/// The time of the next datagram: a burst, a second, a pause, a day, a clock that was set.
fn later(at: Time, when: u8) -> Time {
    let step: i64 = match when & 7 {
        0 => 0,
        1 => 13_000,
        2 => 1_000_000,
        3 => 5_000_000,
        4 => 86_400_000_000,
        5 => -2_000_000,
        6 => i64::MIN,
        _ => i64::MAX,
    };
    Time::from_micros(at.as_micros().saturating_add(step))
}

/// Every byte that is not blank is kept, in order, and each message has the right status.
fn check_messages(datagram: &Bytes, truncated: bool, counts: &mut Counts) {
    let blank = |bytes: &[u8]| bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0);
    let begin = datagram.as_ptr() as usize;
    // The bytes of the previous message; the events of one JSON object share theirs.
    let (mut from, mut to) = (0, 0);
    let mut messages = 0;
    pss::decode(datagram, truncated, |message| {
        messages += 1;
        *if is_json(&message.raw) { &mut counts.json } else { &mut counts.pss } += 1;
        let raw = message.raw.bytes();
        let start = raw.as_ptr() as usize - begin;
        let end = start + raw.len();
        assert!(!blank(raw), "a message of nothing: {message:?}");
        if (start, end) != (from, to) || messages == 1 {
            assert!(start >= to, "a byte twice: {message:?}");
            assert!(blank(&datagram[to..start]), "bytes lost before {message:?}");
        }
        (from, to) = (start, end);
        check_trust(message.status, &message.body, &message.notes, &message.raw);
    });
    assert!(blank(&datagram[to..]), "bytes lost at the end of {datagram:?}");
}

fn check_trust(status: Status, body: &Body, notes: &[Note], raw: &Raw) {
    match status {
        Status::Ok => assert!(notes.is_empty(), "{raw:?}: {notes:?}"),
        Status::Recovered => assert!(!notes.is_empty(), "{raw:?}: recovered, and no note says from what"),
        Status::Invalid => {
            assert!(!notes.is_empty(), "{raw:?}: invalid, and no note says why");
            assert!(matches!(body, Body::Unusable(_)), "{raw:?}: invalid, and {body:?} all the same");
        }
        Status::Unknown => assert!(matches!(body, Body::Unknown(_)), "{raw:?}: unknown, and {body:?} all the same"),
    }
}

/// Whether a message contains the replacement character, or an escape of JSON that may be it.
fn sends_lost(raw: &Raw) -> bool {
    raw.bytes().windows(3).any(|window| window == "\u{fffd}".as_bytes()) || raw.bytes().contains(&b'\\')
}

/// Events are numbered without a gap, their time never runs back, and each follows from an earlier one.
fn check_outputs(outputs: &[Output], messages: Counts) {
    let events: Vec<&Event> = outputs
        .iter()
        .filter_map(|output| match output {
            Output::Event { event, .. } => Some(&**event),
            _ => None,
        })
        .collect();
    let (json, pss): (Vec<&Raw>, Vec<&Raw>) =
        events.iter().filter_map(|event| event.raw.as_ref()).partition(|raw| is_json(raw));
    // Of the JSON, what the PSS messages say already is left out.
    assert_eq!(pss.len(), messages.pss);
    assert!(json.len() <= messages.json);
    for (seq, event) in (1..).zip(&events) {
        assert_eq!(event.seq, seq);
        assert!(event.cause.is_none_or(|cause| cause < seq), "{event:?} follows from a later event");
        let line = serde_json::to_string(event).unwrap_or_default();
        assert!(line.starts_with('{') && !line.contains('\n'), "{event:?} is no line: {line}");
        // Bytes that are no text are shown as U+FFFD in the message itself, which comes last, and nowhere else.
        let lost = line.rsplit_once("\"raw\":").is_some_and(|(fields, _)| fields.contains('\u{fffd}'));
        assert!(!lost || event.raw.as_ref().is_some_and(sends_lost), "half a character in {line}");
    }
    assert!(events.is_sorted_by_key(|event| event.at), "the time runs back in {events:?}");
    let loads = outputs.iter().filter_map(|output| match output {
        Output::Event { load, .. } => Some(load),
        _ => None,
    });
    assert!(loads.is_sorted(), "a load is renumbered");
}
