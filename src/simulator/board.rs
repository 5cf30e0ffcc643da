//! The scoreboard, and who leads by it.

use std::cmp::Ordering;

use strum::IntoEnumIterator;

use crate::event::{Pair, Point, RoundScore, RoundScores, RoundWinners, Side, SideStatistics, Technique};

const ROUND_ENDING_GAP: u16 = 12;
const ROUND_LOSING_GAM_JEOM: u16 = 5;

/// The counts of one side in a round.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    /// How often each technique scored.
    techniques: [u16; 5],
    pub(super) gam_jeom: u16,
    /// Hits that the sensors measured, scoring or not.
    pub(super) hits: u16,
}

impl Tally {
    /// Points without those for the opponent's gam-jeom.
    fn points(&self) -> u16 {
        Technique::iter().zip(self.techniques).map(|(technique, count)| u16::from(technique.points()) * count).sum()
    }

    /// The counts that a console sends after the round.
    pub(super) fn statistics(&self) -> SideStatistics {
        let [punch, body, head, technical @ ..] = self.techniques.map(Some);
        SideStatistics { body, head, punch, technical, gam_jeom: Some(self.gam_jeom) }
    }

    /// What decides when the scores are level, the most important first.
    fn superiority(&self) -> [u16; 4] {
        let [punch, body, head, technical_body, technical_head] = self.techniques;
        [4 * technical_body + 5 * technical_head, head, body, punch]
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Board {
    pub(super) round: u8,
    pub(super) blue: Tally,
    pub(super) red: Tally,
    /// Rounds that are over: their scores, and who won them.
    past: Vec<(u16, u16, Option<Side>)>,
}

impl Board {
    pub(super) fn begin_round(&mut self) {
        self.round += 1;
        (self.blue, self.red) = (Tally::default(), Tally::default());
    }

    pub(super) fn end_round(&mut self, winner: Option<Side>) {
        let (blue, red) = self.score();
        self.past.push((blue, red, winner));
    }

    pub(super) fn tally(&mut self, side: Side) -> &mut Tally {
        match side {
            Side::Blue => &mut self.blue,
            Side::Red => &mut self.red,
        }
    }

    pub(super) fn give(&mut self, side: Side, technique: Technique) -> Point {
        self.tally(side).techniques[technique as usize - 1] += 1;
        Point { side, technique, points: technique.points(), level: None }
    }

    /// Takes back the technique with the most points that a side was given; false if it has none.
    pub(super) fn take_back(&mut self, side: Side) -> bool {
        let given = self.tally(side).techniques.iter_mut().rev().find(|count| **count > 0);
        given.map(|count| *count -= 1).is_some()
    }

    pub(super) fn score(&self) -> (u16, u16) {
        let (blue, red) = (&self.blue, &self.red);
        (blue.points() + red.gam_jeom, red.points() + blue.gam_jeom)
    }

    /// Who leads the round, superiority counted in as far as the console counts it.
    pub(super) fn leader(&self) -> Option<Side> {
        let (blue, red) = self.score();
        let gam_jeom = self.red.gam_jeom.cmp(&self.blue.gam_jeom);
        let by = blue.cmp(&red).then_with(|| self.blue.superiority().cmp(&self.red.superiority())).then(gam_jeom);
        ahead(by)
    }

    /// Who wins the round if it ends now, unless all counts are level; hits count last.
    pub(super) fn round_winner(&self) -> Option<Side> {
        self.leader().or_else(|| ahead(self.blue.hits.cmp(&self.red.hits)))
    }

    pub(super) fn is_level(&self) -> bool {
        let (blue, red) = self.score();
        blue == red
    }

    pub(super) fn has_gap(&self) -> bool {
        let (blue, red) = self.score();
        blue.abs_diff(red) >= ROUND_ENDING_GAP
    }

    pub(super) fn loser_by_gam_jeom(&self) -> Option<Side> {
        let lost = |tally: &Tally| tally.gam_jeom >= ROUND_LOSING_GAM_JEOM;
        if lost(&self.blue) { Some(Side::Blue) } else { lost(&self.red).then_some(Side::Red) }
    }

    pub(super) fn rounds_won(&self) -> (usize, usize) {
        let won = |side| self.past.iter().filter(|(.., winner)| *winner == Some(side)).count();
        (won(Side::Blue), won(Side::Red))
    }

    pub(super) fn past_scores(&self) -> Vec<(u16, u16)> {
        self.past.iter().map(|(blue, red, _)| (*blue, *red)).collect()
    }

    pub(super) fn score_pair(&self) -> Pair {
        let (blue, red) = self.score();
        Pair { blue: Some(blue), red: Some(red) }
    }

    pub(super) fn gam_jeom_pair(&self) -> Pair {
        Pair { blue: Some(self.blue.gam_jeom), red: Some(self.red.gam_jeom) }
    }

    /// A score for each of so many rounds, 0 for those to come.
    pub(super) fn round_scores(&self, rounds: u8) -> RoundScores {
        let mut scores = self.past_scores();
        if usize::from(self.round) > scores.len() {
            scores.push(self.score());
        }
        let score = |round: u8| scores.get(usize::from(round) - 1).copied().unwrap_or_default();
        let each = (1..=rounds.max(self.round)).map(|round| {
            let (blue, red) = score(round);
            RoundScore { round, blue: Some(blue), red: Some(red) }
        });
        RoundScores { rounds: each.collect() }
    }

    pub(super) fn round_winners(&self, rounds: u8) -> RoundWinners {
        let mut winners: Vec<_> = self.past.iter().map(|(.., winner)| *winner).collect();
        winners.resize(winners.len().max(rounds.into()), None);
        RoundWinners { winners }
    }
}

fn ahead(blue_to_red: Ordering) -> Option<Side> {
    match blue_to_red {
        Ordering::Greater => Some(Side::Blue),
        Ordering::Less => Some(Side::Red),
        Ordering::Equal => None,
    }
}
