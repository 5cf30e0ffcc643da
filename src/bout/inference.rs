//! Who has won a bout, by its rounds and its banner: the message that names the winner may be lost.

use super::model::*;
use crate::event::{Athlete, Side};

/// What the rounds and the winner's banner show.
pub(super) enum Inference {
    /// Not enough.
    Open,
    /// Who has won.
    Won(Side),
    /// Winners that differ, in plain words.
    Differ(String),
}

/// What a bout's rounds and banner show.
pub(super) fn infer(bout: &Bout) -> Inference {
    let Some(banner) = bout.result.as_ref().filter(|banner| banner.result.is_some() || banner.decision.is_some())
    else {
        return Inference::Open;
    };
    let named = banner.name.as_deref().and_then(|name| athlete_named(bout, name));
    let counts = banner.result.as_deref().and_then(counts);
    let ahead = counts.and_then(|(blue, red)| ahead(blue, red));
    match (by_rounds(bout), named) {
        (Some(winner), _) => {
            let other = winner.other();
            if named == Some(other) || ahead == Some(other) {
                let what =
                    format!("the banner names {other} as the winner, but `wrd` gives {winner} enough rounds to win");
                return Inference::Differ(what);
            }
            Inference::Won(winner)
        }
        (None, Some(winner)) => {
            let is_decided = counts.is_some_and(|(blue, red)| blue.max(red) >= rounds_to_win(bout));
            // Who is behind in rounds wins if the other withdraws or is disqualified.
            if banner.decision.is_some() || is_decided && ahead == named {
                Inference::Won(winner)
            } else {
                Inference::Open
            }
        }
        (None, None) => Inference::Open,
    }
}

/// The side that has won enough rounds to win the bout.
pub(super) fn by_rounds(bout: &Bout) -> Option<Side> {
    let (blue, red) = bout.rounds_won();
    ahead(blue, red).filter(|_| blue.max(red) >= rounds_to_win(bout))
}

fn rounds_to_win(bout: &Bout) -> u8 {
    bout.config.rounds.unwrap_or(3) / 2 + 1
}

fn ahead(blue: u8, red: u8) -> Option<Side> {
    match blue.cmp(&red) {
        std::cmp::Ordering::Greater => Some(Side::Blue),
        std::cmp::Ordering::Less => Some(Side::Red),
        std::cmp::Ordering::Equal => None,
    }
}

/// The rounds on a banner, blue's first.
fn counts(result: &str) -> Option<(u8, u8)> {
    let (blue, red) = result.split_once('-')?;
    Some((blue.trim().parse().ok()?, red.trim().parse().ok()?))
}

/// The side whose athlete has that name, and the other has not.
fn athlete_named(bout: &Bout, name: &str) -> Option<Side> {
    let name = words(name);
    let is = |athlete: &Athlete| {
        let names = [&athlete.long_name, &athlete.short_name];
        !name.is_empty() && names.into_iter().flatten().any(|known| words(known) == name)
    };
    match (is(&bout.blue.athlete), is(&bout.red.athlete)) {
        (true, false) => Some(Side::Blue),
        (false, true) => Some(Side::Red),
        _ => None,
    }
}

/// The words of a name without regard to their order and letter case: the family name is first or last.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<_> = name.split_whitespace().map(str::to_lowercase).collect();
    words.sort();
    words
}
