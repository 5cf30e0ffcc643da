//! Messages made of names and values: `sc1;2;sc2;5`, `s11;12;s21;11;…`, `rd1;1;rd2;0`.

use std::fmt::Display;

use super::fields::{Fields, Reason, number};
use crate::event::{MaybeSide, Pair, RoundScore, RoundScores, RoundWinners, Side};

/// The highest score and count that is accepted.
pub(super) const MAX_COUNT: u16 = 999;

/// The next name and its value; none at the end. The value is none where the next name follows at once.
fn pair<'a>(fields: &mut Fields<'a>, is_name: impl Fn(&str) -> bool) -> Option<(&'a str, Option<&'a str>)> {
    let name = fields.value("winners")?;
    let value = match fields.peek() {
        Some(next) if is_name(next) => None,
        _ => fields.value("value"),
    };
    Some((name, value))
}

/// Takes a value that was not sent before, or was the same.
fn put<T: Copy + Display + PartialEq>(
    known: &mut Option<T>,
    value: Option<T>,
    name: impl FnOnce() -> String,
) -> Result<(), Reason> {
    match (*known, value) {
        (Some(known), Some(value)) if known != value => {
            Err(format!("{} is sent twice, as {known} and as {value}", name()))
        }
        (_, None) => Ok(()),
        (_, value) => {
            *known = value;
            Ok(())
        }
    }
}

/// Both sides' numbers, or one side's alone. `stream` is the message's own name, such as `sc1`.
pub(super) fn sides(stream: &str, fields: &mut Fields<'_>) -> Result<Pair, Reason> {
    let (letters, digit) = stream.split_at(2);
    let name_of = |name: &str| name.len() == 3 && name.get(..2).is_some_and(|n| n.eq_ignore_ascii_case(letters));
    let mut sides = Pair::default();
    let mut name = digit;
    loop {
        let value = match fields.peek() {
            Some(next) if name_of(next) => None,
            _ => fields.value("score"),
        };
        let value = value.map(|value| number(stream, value, 0..=MAX_COUNT)).transpose()?;
        let side = if name == "1" { &mut sides.blue } else { &mut sides.red };
        put(side, value, || format!("`{letters}{name}`"))?;
        match fields.peek() {
            Some(next) if name_of(next) && matches!(next.get(2..), Some("1" | "2")) => {
                fields.next();
                name = next.get(2..).unwrap_or_default();
            }
            _ => return Ok(sides),
        }
    }
}

/// `s<athlete><round>` names, the first of which is the stream itself.
pub(super) fn round_scores(stream: &str, fields: &mut Fields<'_>) -> Result<RoundScores, Reason> {
    let mut rounds: Vec<RoundScore> = Vec::with_capacity(3);
    let mut name = Some(stream);
    while let Some((side, round)) = name.and_then(round_name) {
        let value = match fields.peek() {
            Some(next) if round_name(next).is_some() => None,
            _ => fields.value("score"),
        };
        let score = value.map(|value| number("score", value, 0..=MAX_COUNT)).transpose()?;
        let place = match rounds.iter().position(|r| r.round >= round) {
            Some(place) => place,
            None => rounds.len(),
        };
        if rounds.get(place).is_none_or(|r| r.round != round) {
            rounds.insert(place, RoundScore { round, blue: None, red: None });
        }
        if let Some(entry) = rounds.get_mut(place) {
            let points = if side == Side::Blue { &mut entry.blue } else { &mut entry.red };
            put(points, score, || format!("`{}`", name.unwrap_or(stream)))?;
        }
        name = fields.peek();
        if name.and_then(round_name).is_some() {
            fields.next();
        }
    }
    Ok(RoundScores { rounds })
}

/// Reads `s12`: athlete 1, round 2.
pub(super) fn round_name(name: &str) -> Option<(Side, u8)> {
    match name.as_bytes() {
        [b's' | b'S', side, round @ b'1'..=b'9'] => Some((
            match side {
                b'1' => Side::Blue,
                b'2' => Side::Red,
                _ => return None,
            },
            round - b'0',
        )),
        _ => None,
    }
}

/// `rd<round>` names, each with 1, 2, or 0 while the round is open.
pub(super) fn round_winners(fields: &mut Fields<'_>) -> Result<RoundWinners, Reason> {
    let round_of = |name: &str| match name.as_bytes() {
        [b'r' | b'R', b'd' | b'D', round @ b'1'..=b'9'] => Some(usize::from(round - b'0')),
        _ => None,
    };
    let mut winners = Vec::with_capacity(3);
    let mut sent = 0_u16;
    // The fields after the rounds are no rounds of this message.
    while winners.is_empty() || fields.peek().is_some_and(|name| round_of(name).is_some()) {
        let Some((name, value)) = pair(fields, |next| round_of(next).is_some()) else { break };
        let round = round_of(name).ok_or_else(|| format!("`{name}` is not the name of a round, such as `rd1`"))?;
        let winner = match value {
            None | Some("0") => None,
            Some("1") => Some(Side::Blue),
            Some("2") => Some(Side::Red),
            Some(other) => return Err(format!("the winner of round {round} is `{other}`, and must be 0, 1 or 2")),
        };
        if winners.len() < round {
            winners.resize(round, None);
        }
        let is_sent = sent & 1 << round != 0;
        sent |= 1 << round;
        if let Some(entry) = winners.get_mut(round - 1) {
            if is_sent && *entry != winner {
                let [first, second] = [*entry, winner].map(MaybeSide::from);
                return Err(format!("the winner of round {round} is sent twice, as {first} and as {second}"));
            }
            *entry = winner;
        }
    }
    if winners.is_empty() {
        return Err("`winners` is missing".to_owned());
    }
    Ok(RoundWinners { winners })
}
