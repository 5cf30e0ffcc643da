//! How a bout ended.

use std::fmt;

use crate::event::{Athlete, Athletes, ResultBanner, Side};

/// How a bout ended; shown as `101: B. ĐURIĆ (CRO) - R. MÜLLER (GER), 12-11 0-3 2-1, red, 1-2 PTF`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Number of the bout.
    pub number: String,
    /// Who fought.
    pub athletes: Athletes,
    /// Blue's and red's points in each round that was fought.
    pub rounds: Vec<(u16, u16)>,
    /// Who won.
    pub winner: Side,
    /// The winner's banner.
    pub banner: ResultBanner,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = |athlete: &Athlete| {
            let name = athlete.short_name.clone().unwrap_or_default();
            let country = athlete.country.clone().unwrap_or_default();
            format!("{name} ({country})")
        };
        let rounds: Vec<_> = self.rounds.iter().map(|(blue, red)| format!("{blue}-{red}")).collect();
        let rounds = if rounds.is_empty() { "no rounds".to_owned() } else { rounds.join(" ") };
        let decision = self.banner.decision.map(|decision| format!(" {decision}")).unwrap_or_default();
        let result = self.banner.result.clone().unwrap_or_default();
        let (blue, red) = (who(&self.athletes.blue), who(&self.athletes.red));
        write!(f, "{}: {blue} - {red}, {rounds}, {}, {result}{decision}", self.number, self.winner)
    }
}
