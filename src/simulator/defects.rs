//! The defects of real senders, done to messages at random.

use encoding_rs::WINDOWS_1252;
use fastrand::Rng;
use strum::Display;

use super::feed::Outgoing;
use super::message::ConsoleMessage;
use crate::event::{Body, Hit, Kind};
use crate::pss::{Dialect, encode};

/// What can be wrong with a datagram and still be understood; shown in the plural.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq)]
pub enum Defect {
    /// The datagram has the length of the text in UTF-16 units.
    #[strum(serialize = "cut tails")]
    CutTail,
    /// Two hit levels are glued together.
    #[strum(serialize = "glued hits")]
    GluedHits,
    /// `null` where a value is absent.
    #[strum(serialize = "nulls")]
    Null,
    /// A field is empty.
    #[strum(serialize = "empty fields")]
    EmptyField,
    /// There is one more field than documented.
    #[strum(serialize = "extra fields")]
    ExtraField,
    /// Windows-1252 instead of UTF-8.
    #[strum(serialize = "old encodings")]
    SingleByte,
    /// Several messages in one datagram.
    #[strum(serialize = "joined messages")]
    SeveralMessages,
    /// A datagram comes twice.
    #[strum(serialize = "duplicates")]
    Duplicate,
    /// Two messages of a burst come in the other order.
    #[strum(serialize = "swapped neighbours")]
    Swapped,
}

/// Does defects to messages at random.
#[derive(Debug)]
pub(super) struct Spoiler {
    dialect: Dialect,
    rng: Rng,
}

impl Spoiler {
    pub(super) fn new(dialect: Dialect, seed: u64) -> Self {
        Self { dialect, rng: Rng::with_seed(seed) }
    }

    fn one_in(&mut self, many: u32) -> bool {
        self.rng.u32(..many) == 0
    }

    /// The datagrams that a bout becomes.
    pub(super) fn datagrams(&mut self, mut messages: Vec<ConsoleMessage>) -> Vec<Outgoing> {
        let swapped = self.swap(&mut messages);
        let mut datagrams: Vec<Outgoing> = Vec::with_capacity(messages.len());
        let mut burst_before = None;
        for (place, ConsoleMessage { at_ms, burst, body }) in messages.into_iter().enumerate() {
            let Some(text) = encode(&body, self.dialect) else { continue };
            let mut defects = Vec::new();
            if swapped.contains(&place) {
                defects.push(Defect::Swapped);
            }
            let spoilt = self.spoil(&body, &text);
            let whole = spoilt.is_none();
            let bytes = match spoilt {
                Some((defect, bytes)) => {
                    defects.push(defect);
                    bytes
                }
                None => text.into_bytes(),
            };
            match datagrams.last_mut() {
                Some(last) if whole && burst_before == Some(burst) && last.bodies.len() < 4 && self.one_in(12) => {
                    if !last.bytes.ends_with(b"\n") {
                        last.bytes.extend_from_slice(b"\r\n");
                    }
                    last.bytes.extend(bytes);
                    last.bodies.push(body);
                    last.defects.extend(defects);
                    last.defects.push(Defect::SeveralMessages);
                }
                _ => datagrams.push(Outgoing { at_ms, bytes, bodies: vec![body], defects, ends: None }),
            }
            // What is cut can only be the end of a datagram.
            burst_before = whole.then_some(burst);
            if self.one_in(80)
                && let Some(last) = datagrams.last()
            {
                let again = Outgoing { defects: vec![Defect::Duplicate], ..last.clone() };
                datagrams.push(again);
                burst_before = None;
            }
        }
        datagrams
    }

    /// Swaps neighbours of a burst; gives the places of the first of each two.
    fn swap(&mut self, messages: &mut [ConsoleMessage]) -> Vec<usize> {
        let mut swapped = Vec::new();
        let mut place = 0;
        while let Some([one, other]) = messages.get_mut(place..place + 2) {
            // Of two messages of the same kind the last one counts, which nobody can know once they are swapped.
            let may = one.burst == other.burst && Kind::from(&one.body) != Kind::from(&other.body);
            if may && self.one_in(20) {
                std::mem::swap(&mut one.body, &mut other.body);
                swapped.push(place);
                place += 1;
            }
            place += 1;
        }
        swapped
    }

    /// Does a defect to a message, if chance wants it and there is one that it can have.
    fn spoil(&mut self, body: &Body, text: &str) -> Option<(Defect, Vec<u8>)> {
        if let Body::Hit(hit) = body {
            return self.one_in(6).then(|| (Defect::GluedHits, self.glued(*hit, text)));
        }
        let (message, end) = match text.strip_suffix("\r\n") {
            Some(message) => (message, "\r\n"),
            None => (text, ""),
        };
        // The result stands at the end of its message, and in no other.
        if !matches!(body, Body::Result(_)) && self.one_in(3) && surplus(text) > 2 {
            // Only senders that end lines cut them.
            let line = format!("{message}\r\n");
            let units = line.encode_utf16().count();
            return Some((Defect::CutTail, line.into_bytes().into_iter().take(units).collect()));
        }
        if !text.is_ascii() && self.one_in(3) {
            let (bytes, _, unmappable) = WINDOWS_1252.encode(text);
            if !unmappable {
                return Some((Defect::SingleByte, bytes.into_owned()));
            }
        }
        if let Some(places) = optional_fields(body)
            && self.one_in(3)
        {
            let (defect, value) = if self.rng.bool() { (Defect::Null, "null") } else { (Defect::EmptyField, "") };
            let place = self.rng.usize(..places.len());
            let mut fields: Vec<_> = message.split(';').collect();
            let field = fields.get_mut(*places.get(place)?)?;
            *field = value;
            return Some((defect, format!("{}{end}", fields.join(";")).into_bytes()));
        }
        if may_have_more(body) && self.one_in(40) {
            let message = message.strip_suffix(';').unwrap_or(message);
            let number = self.rng.u8(..);
            return Some((Defect::ExtraField, format!("{message};{number}{end}").into_bytes()));
        }
        None
    }

    /// Both sides are hit at once.
    fn glued(&mut self, hit: Hit, text: &str) -> Vec<u8> {
        let other = Hit { side: hit.side.other(), level: self.rng.u8(1..=100) };
        let second = encode(&Body::Hit(other), self.dialect).unwrap_or_default();
        format!("{}{second}", text.trim_end_matches(['\r', '\n', ';'])).into_bytes()
    }
}

/// Bytes that a text takes in UTF-8 beyond its UTF-16 units.
fn surplus(text: &str) -> usize {
    text.len() - text.encode_utf16().count()
}

/// The places of fields that a message is understood without.
fn optional_fields(body: &Body) -> Option<&'static [usize]> {
    match body {
        // Phase, internal id, division.
        Body::BoutConfig(_) => Some(&[2, 9, 10]),
        // Countries.
        Body::Athletes(_) => Some(&[3, 7]),
        // The referee and the first judge.
        Body::Officials(_) => Some(&[1, 2, 4, 5]),
        // The winner's name.
        Body::Result(_) => Some(&[1]),
        _ => None,
    }
}

/// Whether a field behind the last one is told apart from those of the message.
fn may_have_more(body: &Body) -> bool {
    matches!(
        body,
        Body::BoutLoaded {}
            | Body::BoutReady {}
            | Body::Athletes(_)
            | Body::BoutConfig(_)
            | Body::Round(_)
            | Body::Point(_)
            | Body::Score(_)
            | Body::Penalties(_)
            | Body::RoundScores(_)
            | Body::RoundWinners(_)
            | Body::Winner(_)
            | Body::Result(_)
            | Body::Leader(_)
            | Body::RoundStatistics(_)
    )
}
