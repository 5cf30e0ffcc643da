//! TK-Strike's second feed: a JSON object → messages.
//!
//! An object names what happened (`eventType`) and has the state of the bout: number, round, clock, score and gam-jeom.
//! Each of these becomes a message like those of the other protocol; `eventType` is the stream of all of them. A wrong
//! value makes only its own message invalid. A type without an equivalent becomes one unknown message with the object's
//! fields.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;

use serde::Deserialize;
use serde::de::{Error, MapAccess, Visitor};
use serde_json::{Deserializer, Map, Value};

use super::clock;
use super::fields::{Number, Reason, number};
use super::groups::MAX_COUNT;
use super::message::Message;
use super::streams::winner_named;
use super::text::{CUT_BY_LIMIT, End};
use crate::event::*;

/// The stream of an object without a type.
const DEFAULT_STREAM: &str = "json";

/// No round lasts so many milliseconds: a longer `roundTimestamp` is a time of day.
const MAX_ROUND_MS: u32 = 3_600_000;

/// What a type adds to the state of the bout.
enum EventType {
    /// Nothing.
    State,
    Ready,
    Clock(Option<ClockAction>),
    Point(Side, Technique),
    Hit(Side),
    GamJeom,
    Review(Requester, ReviewState),
    Finished,
}

impl EventType {
    /// Reads an `eventType`; those of overtime begin with `OT_`.
    fn read(name: &str) -> Option<Self> {
        let name = name.strip_prefix("OT_").unwrap_or(name);
        Some(match name {
            "START_MATCH" => Self::Ready,
            "START_ROUND" | "RESUME" => Self::Clock(Some(ClockAction::Start)),
            "TIMEOUT" => Self::Clock(Some(ClockAction::Stop)),
            "END_ROUND" => Self::Clock(Some(ClockAction::End)),
            "ROUNDCOUNTDOWN_CHANGE" | "GOLDENPOINTCOUNTDOWN_CHANGE" => Self::Clock(None),
            "NEXT_ROUND" => Self::State,
            "MATCH_FINISHED" => Self::Finished,
            _ => match (name.strip_prefix("BLUE_"), name.strip_prefix("RED_")) {
                (Some(what), _) => Self::of_side(Side::Blue, Requester::Blue, what)?,
                (_, Some(what)) => Self::of_side(Side::Red, Requester::Red, what)?,
                _ => return None,
            },
        })
    }

    fn of_side(side: Side, coach: Requester, what: &str) -> Option<Self> {
        Some(match what {
            "PUNCH_POINT" => Self::Point(side, Technique::Punch),
            "BODY_POINT" => Self::Point(side, Technique::Body),
            "HEAD_POINT" => Self::Point(side, Technique::Head),
            "BODY_TECH_POINT" => Self::Point(side, Technique::TechnicalBody),
            "HEAD_TECH_POINT" => Self::Point(side, Technique::TechnicalHead),
            "BODY_HIT" | "HEAD_HIT" => Self::Hit(side),
            "ADD_GAME_JEON" | "REMOVE_GAME_JEON" => Self::GamJeom,
            "VIDEO_REQUEST" => Self::Review(coach, ReviewState::Requested),
            "VIDEO_QUOTA_ACCEPTED" => Self::Review(coach, ReviewState::Accepted),
            _ => return None,
        })
    }
}

/// Decodes the JSON object that `bytes` begin with; gives how many of them it took.
///
/// The end of a broken object is not known: it is taken to be the `line` that it begins, which ended by `end`.
pub(super) fn decode(
    bytes: &[u8],
    line: &[u8],
    end: End,
    raw: impl FnOnce(&[u8]) -> Raw,
    mut each: impl FnMut(Message),
) -> usize {
    let mut objects = Deserializer::from_slice(bytes).into_iter::<Unambiguous>();
    match objects.next() {
        Some(Ok(Unambiguous(fields))) => {
            let length = objects.byte_offset();
            Object { fields: &fields, raw: raw(bytes.get(..length).unwrap_or(bytes)) }.messages(&mut each);
            length
        }
        other => {
            let reason = other.and_then(Result::err).map_or_else(String::new, |error| format!(": {error}"));
            let mut notes = vec![Note::Owned(format!("it begins like JSON, but is not valid{reason}"))];
            if end == End::Limit {
                notes.push(CUT_BY_LIMIT.into());
            }
            let body = Body::Unusable(Unusable { kind: Kind::Unknown, fields: Vec::new() });
            each(Message { stream: DEFAULT_STREAM.into(), status: Status::Invalid, body, notes, raw: raw(line) });
            line.len()
        }
    }
}

/// The fields of an object; one that comes twice with two values is an error.
struct Unambiguous(Map<String, Value>);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UnambiguousVisitor)
    }
}

struct UnambiguousVisitor;

impl<'de> Visitor<'de> for UnambiguousVisitor {
    type Value = Unambiguous;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unambiguous, A::Error> {
        let mut fields = Map::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            match fields.get(&name) {
                Some(known) if *known != value => {
                    return Err(A::Error::custom(format!("`{name}` is sent twice, as {known} and as {value}")));
                }
                _ => fields.insert(name, value),
            };
        }
        Ok(Unambiguous(fields))
    }
}

struct Object<'a> {
    fields: &'a Map<String, Value>,
    raw: Raw,
}

impl Object<'_> {
    fn messages(&self, each: &mut impl FnMut(Message)) {
        let stream = self.text("eventType");
        let Some(event_type) = stream.as_deref().and_then(EventType::read) else {
            return each(self.unknown());
        };
        let mut count = 0;
        let mut part = |kind: Kind, names: &[&str], body: Result<Option<Body>, Reason>| {
            let (status, body, notes) = match body {
                Ok(None) => return,
                Ok(Some(body)) => (Status::Ok, body, Vec::new()),
                Err(reason) => {
                    let fields = self.as_sent(|name| names.contains(&name));
                    (Status::Invalid, Body::Unusable(Unusable { kind, fields }), vec![Note::Owned(reason)])
                }
            };
            count += 1;
            each(Message { stream: self.stream(), status, body, notes, raw: self.raw.clone() });
        };
        // In their logical order.
        part(Kind::BoutConfig, &["matchNumber", "matchVMInternalId"], Ok(self.bout_config()));
        if let EventType::Ready = event_type {
            part(Kind::BoutReady, &[], Ok(Some(Body::BoutReady {})));
        }
        let round = self.number("roundNumber", 1..=99);
        part(Kind::Round, &["roundNumber"], round.map(|round| round.map(|round| Body::Round(Round { round }))));
        // Points taken back have no equivalent.
        let removes = self.fields.get("eventRemovePoints") == Some(&Value::Bool(true));
        let taken_back = removes && matches!(event_type, EventType::Point(..));
        match event_type {
            EventType::Hit(side) => part(Kind::Hit, &["hitlevel"], self.hit(side)),
            EventType::Point(side, technique) if !taken_back => {
                part(Kind::Hit, &["hitlevel"], self.hit_of_point(side));
                let points = technique.points();
                part(Kind::Point, &[], Ok(Some(Body::Point(Point { side, technique, points }))));
            }
            _ => {}
        }
        let names = ["bluePenalties", "redPenalties"];
        let needed = matches!(event_type, EventType::GamJeom);
        part(Kind::Penalties, &names, self.sides(names, needed).map(|sides| sides.map(Body::Penalties)));
        let names = ["bluePoints", "redPoints"];
        part(Kind::Score, &names, self.sides(names, false).map(|sides| sides.map(Body::Score)));
        part(Kind::Clock, &["roundTimestampStr", "roundTimestamp"], self.clock(&event_type));
        match event_type {
            EventType::Finished => {
                part(Kind::Result, &["blueRoundWins", "redRoundWins", "matchFinalDecision"], self.result());
                part(Kind::Winner, &["matchWinner"], self.winner());
            }
            EventType::Review(side, state) => {
                part(Kind::Review, &[], Ok(Some(Body::Review(Review { side, state, verdict: None }))));
            }
            _ => {}
        }
        if count == 0 || taken_back {
            each(self.unknown());
        }
    }

    fn unknown(&self) -> Message {
        let fields = self.as_sent(|name| name != "eventType");
        let (stream, raw) = (self.stream(), self.raw.clone());
        Message { stream, status: Status::Unknown, body: Body::Unknown(Unknown { fields }), notes: Vec::new(), raw }
    }

    fn stream(&self) -> Cow<'static, str> {
        self.text("eventType").map_or(Cow::Borrowed(DEFAULT_STREAM), |name| Cow::Owned(name.into_owned()))
    }

    /// A field's value as text; none if it is absent, `null` or blank.
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        match self.fields.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.trim()).filter(|text| !matches!(*text, "" | "null")).map(Cow::Borrowed),
            other => Some(Cow::Owned(other.to_string())),
        }
    }

    fn number<T: Number>(&self, name: &'static str, range: RangeInclusive<T>) -> Result<Option<T>, Reason> {
        self.text(name).map(|value| number(name, &value, range)).transpose()
    }

    /// Fields as `name=value`.
    fn as_sent(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        self.fields
            .iter()
            .filter(|(name, _)| wanted(name))
            .map(|(name, value)| match value {
                Value::String(text) => format!("{name}={text}"),
                other => format!("{name}={other}"),
            })
            .collect()
    }

    fn bout_config(&self) -> Option<Body> {
        let text = |name| self.text(name).map(Cow::into_owned);
        let config =
            BoutConfig { number: text("matchNumber"), internal_id: text("matchVMInternalId"), ..BoutConfig::default() };
        (config != BoutConfig::default()).then(|| Body::BoutConfig(Box::new(config)))
    }

    fn hit(&self, side: Side) -> Result<Option<Body>, Reason> {
        let level = self.number("hitlevel", 1..=100)?.ok_or("`hitlevel` is missing")?;
        Ok(Some(Body::Hit(Hit { side, level })))
    }

    /// The hit that a point was given for; level 0 means that there was none.
    fn hit_of_point(&self, side: Side) -> Result<Option<Body>, Reason> {
        let level = self.number("hitlevel", 0..=100)?.filter(|level| *level > 0);
        Ok(level.map(|level| Body::Hit(Hit { side, level })))
    }

    fn sides(&self, [blue, red]: [&'static str; 2], needed: bool) -> Result<Option<Pair>, Reason> {
        match (Pair { blue: self.number(blue, 0..=MAX_COUNT)?, red: self.number(red, 0..=MAX_COUNT)? }) {
            Pair { blue: None, red: None } if needed => Err(format!("`{blue}` and `{red}` are missing")),
            Pair { blue: None, red: None } => Ok(None),
            sides => Ok(Some(sides)),
        }
    }

    /// The clock's text, or else its milliseconds; both have fractions, which the scoreboard does not show.
    fn clock(&self, event_type: &EventType) -> Result<Option<Body>, Reason> {
        let seconds = match self.text("roundTimestampStr") {
            Some(text) => Some(clock::read(&text)?.seconds),
            None => self.number("roundTimestamp", 0..=MAX_ROUND_MS)?.map(|milliseconds| milliseconds / 1000),
        };
        match (seconds, event_type) {
            (Some(seconds), EventType::Clock(action)) => Ok(Some(Body::Clock(Clock { seconds, action: *action }))),
            (Some(seconds), _) => Ok(Some(Body::Clock(Clock { seconds, action: None }))),
            (None, EventType::Clock(_)) => Err("`roundTimestampStr` and `roundTimestamp` are missing".to_owned()),
            (None, _) => Ok(None),
        }
    }

    fn winner(&self) -> Result<Option<Body>, Reason> {
        let word = self.text("matchWinner").ok_or("`matchWinner` is missing")?;
        Ok(Some(Body::Winner(Winner { winner: winner_named("matchWinner", &word)? })))
    }

    fn result(&self) -> Result<Option<Body>, Reason> {
        let won = |name| self.number(name, 0..=99u8);
        let result = match (won("blueRoundWins")?, won("redRoundWins")?) {
            (Some(blue), Some(red)) => Some(format!("{blue}-{red}")),
            _ => None,
        };
        let decision = self.text("matchFinalDecision").map(|word| {
            let unknown = |_| format!("`matchFinalDecision` is `{word}`, which is no decision code of World Taekwondo");
            word.to_ascii_uppercase().parse().map_err(unknown)
        });
        let banner = ResultBanner { name: None, result, decision: decision.transpose()? };
        Ok((banner != ResultBanner::default()).then_some(Body::Result(banner)))
    }
}
