//! What is known of a bout before it begins, and the rules it is fought by.

use fastrand::Rng;

use super::people::{self, pick};
use crate::event::{Athletes, Gender, Officials};

#[derive(Clone, Debug)]
pub(super) struct Card {
    pub(super) number: String,
    pub(super) internal_id: String,
    pub(super) phase: &'static str,
    pub(super) division: &'static str,
    pub(super) gender: Gender,
    pub(super) weight_class: &'static str,
    pub(super) athletes: Athletes,
    pub(super) officials: Officials,
    pub(super) body_threshold: u32,
    pub(super) head_threshold: u32,
    pub(super) rules: Rules,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    /// Two rounds win the bout; a gap of 12 points or 5 gam-jeom end a round, and superiority decides a level one.
    BestOfThree { round_seconds: u32 },
    /// Para taekwondo: one round of five minutes, a golden round when it is level, no kicks to the head, a time-out
    /// for each athlete.
    Para,
}

impl Rules {
    pub(super) fn rounds(self) -> u8 {
        match self {
            Self::BestOfThree { .. } => 3,
            Self::Para => 1,
        }
    }

    pub(super) fn round_seconds(self) -> u32 {
        match self {
            Self::BestOfThree { round_seconds } => round_seconds,
            Self::Para => 300,
        }
    }
}

const PHASES: [&str; 5] = ["Round of 32", "Round of 16", "Quarterfinals", "Semifinals", "Final"];
const MEN: [&str; 8] = ["-54kg", "-58kg", "-63kg", "-68kg", "-74kg", "-80kg", "-87kg", "+87kg"];
const WOMEN: [&str; 8] = ["-46kg", "-49kg", "-53kg", "-57kg", "-62kg", "-67kg", "-73kg", "+73kg"];
const YOUNG_MEN: [&str; 6] = ["-45kg", "-48kg", "-51kg", "-55kg", "-59kg", "-63kg"];
const YOUNG_WOMEN: [&str; 6] = ["-42kg", "-44kg", "-46kg", "-49kg", "-52kg", "-55kg"];
const PARA_MEN: [&str; 5] = ["-58kg", "-63kg", "-70kg", "-80kg", "+80kg"];
const PARA_WOMEN: [&str; 5] = ["-47kg", "-52kg", "-57kg", "-65kg", "+65kg"];

pub(super) fn draw(rng: &mut Rng, court: u16, ordinal: u32) -> Card {
    let gender = if rng.bool() { Gender::Men } else { Gender::Women };
    let fighting = |round_seconds| Rules::BestOfThree { round_seconds };
    let (division, rules, classes): (_, _, [&[&str]; 2]) = match rng.u8(..8) {
        0 => ("Para K44", Rules::Para, [&PARA_MEN, &PARA_WOMEN]),
        1 => ("Juniors", fighting(120), [&YOUNG_MEN, &YOUNG_WOMEN]),
        2 => ("Cadets", fighting(90), [&YOUNG_MEN, &YOUNG_WOMEN]),
        3 => ("Under 21", fighting(120), [&MEN, &WOMEN]),
        _ => ("Seniors", fighting(120), [&MEN, &WOMEN]),
    };
    let number = u32::from(court) * 100 + ordinal;
    // A bout that was inserted later.
    let suffix = if rng.u8(..12) == 0 { ".A" } else { "" };
    let weight_class = match gender {
        Gender::Men => pick(rng, classes[0]),
        Gender::Women => pick(rng, classes[1]),
    };
    Card {
        number: format!("{number}{suffix}"),
        internal_id: rng.u32(1000..100_000).to_string(),
        phase: pick(rng, &PHASES).copied().unwrap_or_default(),
        division,
        gender,
        weight_class: weight_class.copied().unwrap_or_default(),
        athletes: people::athletes(rng, gender),
        officials: people::officials(rng),
        body_threshold: rng.u32(15..=30),
        head_threshold: rng.u32(3..=6),
        rules,
    }
}
