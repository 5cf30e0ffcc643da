//! TK-Strike's second feed: a JSON object → messages.
//!
//! An object with a type (`eventType`) names what happened and has the state of the bout: number, round, clock, score and
//! gam-jeom. Each of these becomes a message like those of the other protocol; `eventType` is the stream of all of them. A
//! wrong value makes only its own message invalid. An object that is not known becomes one unknown message with its fields.

mod bout;
mod event_type;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;

use serde::Deserialize;
use serde::de::{Error, MapAccess, Visitor};
use serde_json::{Deserializer, Map, Value};

use self::event_type::{EventType, Happened};
use super::clock;
use super::fields::{Number, Reason, number};
use super::groups::MAX_COUNT;
use super::message::Message;
use super::streams::winner_named;
use super::text::{CUT_BY_LIMIT, End};
use crate::event::*;

/// The stream of an object without a type.
const DEFAULT_STREAM: &str = "json";

/// The streams of the two objects without a type that are known: a bout was loaded, and its result was confirmed.
const CONFIGURED: &str = "new-match-configured";
const CONFIRMED: &str = "match-result";

/// The field with the number of a judge.
const JUDGE: &str = "calledByJudgeNumber";

/// The points that a turning kick has on top of those of a kick, unless the operator has changed that.
const BONUS: u8 = 2;

/// No round lasts so many milliseconds: a longer `roundTimestamp` is a time of day.
const MAX_ROUND_MS: u32 = 3_600_000;

/// No round lasts so many seconds.
const MAX_ROUND_SECONDS: u32 = MAX_ROUND_MS / 1000;

/// A message of an object, if there is one: its kind, the names of its fields, and its body.
type Part<'a> = (Kind, &'a [&'a str], Result<Option<Body>, Reason>);

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
            Object::new(&fields, raw(bytes.get(..length).unwrap_or(bytes))).messages(&mut each);
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
    stream: Cow<'static, str>,
    raw: Raw,
}

impl<'a> Object<'a> {
    fn new(fields: &'a Map<String, Value>, raw: Raw) -> Self {
        let mut object = Self { fields, stream: DEFAULT_STREAM.into(), raw };
        object.stream = match object.text("eventType") {
            Some(name) => name.into_owned().into(),
            None if fields.contains_key("roundsConfig") => CONFIGURED.into(),
            None if fields.contains_key("matchWinnerColor") => CONFIRMED.into(),
            None => DEFAULT_STREAM.into(),
        };
        object
    }

    fn messages(&self, each: &mut impl FnMut(Message)) {
        let mut count = 0;
        let mut part = |(kind, names, body): Part<'_>| {
            let (status, body, notes) = match body {
                Ok(None) => return,
                Ok(Some(body)) => (Status::Ok, body, Vec::new()),
                Err(reason) => {
                    let fields = self.as_sent(|name| names.contains(&name));
                    (Status::Invalid, Body::Unusable(Unusable { kind, fields }), vec![Note::Owned(reason)])
                }
            };
            count += 1;
            each(Message { stream: self.stream.clone(), status, body, notes, raw: self.raw.clone() });
        };
        match (&*self.stream, Happened::read(&self.stream)) {
            (_, Some(happened)) => self.event(happened, &mut part),
            (CONFIGURED, _) => self.configured(&mut part),
            (CONFIRMED, _) => self.confirmed(&mut part),
            _ => {}
        }
        if count == 0 {
            let fields = self.as_sent(|name| name != "eventType");
            let (stream, raw) = (self.stream.clone(), self.raw.clone());
            let body = Body::Unknown(Unknown { fields });
            each(Message { stream, status: Status::Unknown, body, notes: Vec::new(), raw });
        }
    }

    /// The messages of an object with a type, in their logical order.
    fn event(&self, happened: Happened, mut part: impl FnMut(Part<'_>)) {
        let Happened { what, clock_running } = happened;
        let left_ms = self.left_ms().ok().flatten();
        let sure = |body: Body| Ok(Some(body));
        part((Kind::BoutConfig, &["matchNumber", "matchVMInternalId"], Ok(self.bout_config())));
        if let EventType::Ready = what {
            part((Kind::BoutReady, &[], sure(Body::BoutReady {})));
        }
        let round = self.number("roundNumber", 1..=99);
        part((Kind::Round, &["roundNumber"], round.map(|round| round.map(|round| Body::Round(Round { round })))));
        let taken_back = self.fields.get("eventRemovePoints") == Some(&Value::Bool(true));
        match what {
            EventType::Hit(side, sensor) => {
                let names = [sensor_level(side, sensor), "hitlevel"];
                let level = self.level(&names);
                if clock_running {
                    let hit = level.clone().map(|level| Some(Body::Hit(Hit { side, level })));
                    part((Kind::Hit, &names, hit));
                }
                let hit = |level| Some(Body::SensorHit(SensorHit { side, sensor, level, clock_running, left_ms }));
                part((Kind::SensorHit, &names, level.map(hit)));
            }
            EventType::Point(side, technique) | EventType::Bonus(side, technique) if taken_back => {
                part((Kind::PointTakenBack, &[], sure(Body::PointTakenBack(PointTakenBack { side, technique }))));
            }
            EventType::Point(side, technique) => {
                let level = self.number("hitlevel", 0..=100).unwrap_or_else(|reason| {
                    // A wrong level takes no point away.
                    part((Kind::Hit, &["hitlevel"], Err(reason)));
                    None
                });
                let level = level.filter(|level| *level > 0);
                let points = technique.points();
                part((Kind::Point, &[], sure(Body::Point(Point { side, technique, points, level }))));
            }
            EventType::Bonus(side, technique) => {
                let bonus = TechnicalBonus { side, technique, points: BONUS };
                part((Kind::TechnicalBonus, &[], sure(Body::TechnicalBonus(bonus))));
            }
            EventType::Press(side, technique, special) => {
                let press = |judge| JudgePress { side, technique, judge, special, clock_running, left_ms };
                let judge = self.judge().and_then(|judge| judge.ok_or_else(|| format!("`{JUDGE}` is missing")));
                part((Kind::JudgePress, &[JUDGE], judge.map(|judge| Some(Body::JudgePress(press(judge))))));
            }
            EventType::NearMiss(side, change) => {
                part((Kind::NearMiss, &[], sure(Body::NearMiss(NearMiss { side, change }))));
            }
            EventType::Para(side, what) => {
                part((Kind::Para, &[], sure(Body::Para(Para { side, what, clock_running }))));
            }
            EventType::KyeShi => part((Kind::KyeShi, &[], sure(Body::KyeShi {}))),
            EventType::Doctor(state) => part((Kind::Doctor, &[], sure(Body::Doctor(Doctor { state })))),
            EventType::Meeting => {
                let meeting = |judge| Some(Body::Meeting(Meeting { judge }));
                part((Kind::Meeting, &[JUDGE], self.judge().map(meeting)));
            }
            EventType::Console(state) => {
                part((Kind::Console, &[], sure(Body::Console(Console::State { state }))));
            }
            _ => {}
        }
        let names = ["bluePenalties", "redPenalties"];
        let needed = matches!(what, EventType::GamJeom);
        part((Kind::Penalties, &names, self.sides(names, needed).map(|sides| sides.map(Body::Penalties))));
        let names = ["bluePoints", "redPoints"];
        part((Kind::Score, &names, self.sides(names, false).map(|sides| sides.map(Body::Score))));
        // What the time of an injury (`KYESHI_CHANGE`) is of is not known.
        if clock_running && *self.stream != *"KYESHI_CHANGE" {
            part((Kind::Clock, &["roundTimestampStr", "roundTimestamp"], self.clock(what)));
        }
        match what {
            EventType::Finished => {
                part((Kind::Result, &["blueRoundWins", "redRoundWins", "matchFinalDecision"], self.result(None)));
                part((Kind::Winner, &["matchWinner"], self.winner()));
            }
            EventType::Review(side, state, verdict) => {
                part((Kind::Review, &[], sure(Body::Review(Review { side, state, verdict }))));
            }
            _ => {}
        }
        let has_time = matches!(
            what,
            EventType::Point(..)
                | EventType::Bonus(..)
                | EventType::GamJeom
                | EventType::Review(..)
                | EventType::Clock(Some(_))
        );
        let time = left_ms.filter(|_| has_time).map(|left_ms| Body::RoundTime(RoundTime { left_ms }));
        part((Kind::RoundTime, &[], Ok(time)));
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

    /// The first of these levels that is more than 0.
    fn level(&self, names: &[&'static str]) -> Result<u8, Reason> {
        for name in names {
            if let Some(level) = self.number(name, 0..=100)?.filter(|level| *level > 0) {
                return Ok(level);
            }
        }
        Err(format!("`{}` is missing", names.join("` or `")))
    }

    /// The judge who pressed a button; 0 is none.
    fn judge(&self) -> Result<Option<u8>, Reason> {
        Ok(self.number(JUDGE, 0..=9)?.filter(|judge| *judge > 0))
    }

    fn left_ms(&self) -> Result<Option<u32>, Reason> {
        self.number("roundTimestamp", 0..=MAX_ROUND_MS)
    }

    fn sides(&self, [blue, red]: [&'static str; 2], needed: bool) -> Result<Option<Pair>, Reason> {
        match (Pair { blue: self.number(blue, 0..=MAX_COUNT)?, red: self.number(red, 0..=MAX_COUNT)? }) {
            Pair { blue: None, red: None } if needed => Err(format!("`{blue}` and `{red}` are missing")),
            Pair { blue: None, red: None } => Ok(None),
            sides => Ok(Some(sides)),
        }
    }

    /// The clock's text, or else its milliseconds; both have fractions, which the scoreboard does not show.
    fn clock(&self, event_type: EventType) -> Result<Option<Body>, Reason> {
        let seconds = match self.text("roundTimestampStr") {
            Some(text) => Some(clock::read(&text)?.seconds),
            None => self.left_ms()?.map(|milliseconds| milliseconds / 1000),
        };
        match (seconds, event_type) {
            (Some(seconds), EventType::Clock(action)) => Ok(Some(Body::Clock(Clock { seconds, action }))),
            (Some(seconds), _) => Ok(Some(Body::Clock(Clock { seconds, action: None }))),
            (None, EventType::Clock(_)) => Err("`roundTimestampStr` and `roundTimestamp` are missing".to_owned()),
            (None, _) => Ok(None),
        }
    }

    fn winner(&self) -> Result<Option<Body>, Reason> {
        let word = self.text("matchWinner").ok_or("`matchWinner` is missing")?;
        Ok(Some(Body::Winner(Winner { winner: winner_named("matchWinner", &word)? })))
    }

    fn result(&self, name: Option<String>) -> Result<Option<Body>, Reason> {
        let won = |name| self.number(name, 0..=99u8);
        let result = match (won("blueRoundWins")?, won("redRoundWins")?) {
            (Some(blue), Some(red)) => Some(format!("{blue}-{red}")),
            _ => None,
        };
        let decision = self.text("matchFinalDecision").map(|word| {
            let unknown = |_| format!("`matchFinalDecision` is `{word}`, which is no decision code of World Taekwondo");
            word.to_ascii_uppercase().parse().map_err(unknown)
        });
        let banner = ResultBanner { name, result, decision: decision.transpose()? };
        Ok((banner != ResultBanner::default()).then_some(Body::Result(banner)))
    }
}

/// The field with the strength of a hit.
fn sensor_level(side: Side, sensor: Sensor) -> &'static str {
    match (side, sensor) {
        (Side::Blue, Sensor::Body) => "blueBodyLevel",
        (Side::Blue, Sensor::Head) => "blueHeadLevel",
        (Side::Blue, Sensor::Punch) => "bluePunchLevel",
        (Side::Red, Sensor::Body) => "redBodyLevel",
        (Side::Red, Sensor::Head) => "redHeadLevel",
        (Side::Red, Sensor::Punch) => "redPunchLevel",
    }
}
