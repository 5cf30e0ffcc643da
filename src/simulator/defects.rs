//! Damages messages at random, as real senders do.

use encoding_rs::WINDOWS_1252;
use fastrand::Rng;

use super::message::ConsoleMessage;
use super::outgoing::{Defect, Outgoing};
use crate::event::{Body, Hit, Kind};
use crate::pss::{Dialect, encode, surplus};

#[derive(Debug)]
pub(super) struct DefectMaker {
    dialect: Dialect,
    rng: Rng,
}

impl DefectMaker {
    pub(super) fn new(dialect: Dialect, seed: u64) -> Self {
        Self { dialect, rng: Rng::with_seed(seed) }
    }

    fn one_in(&mut self, many: u32) -> bool {
        self.rng.u32(..many) == 0
    }

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
            let damaged = self.damage(&body, &text);
            let whole = damaged.is_none();
            let bytes = match damaged {
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
            // A message that is cut can only be the last of its datagram.
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
            // Of two messages of the same kind the last one counts, which is lost when they are swapped.
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

    /// Damages a message, at random and if there is a defect for it.
    fn damage(&mut self, body: &Body, text: &str) -> Option<(Defect, Vec<u8>)> {
        if let Body::Hit(hit) = body {
            return self.one_in(6).then(|| (Defect::GluedHits, self.glued(*hit, text)));
        }
        let (message, end) = match text.strip_suffix("\r\n") {
            Some(message) => (message, "\r\n"),
            None => (text, ""),
        };
        // The result is at the end of its message, and in no other message.
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

/// Whether one more field at the end can be distinguished from those of the message.
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
