//! Scores, and what changed them: points, gam-jeom, corrections.

use std::cmp::Ordering;
use std::time::Duration;

use super::ledger::{Derived, Ledger};
use super::state::*;
use crate::event::*;
use crate::time::Time;

/// How far apart a hit and its point may be.
const SAME_KICK: Duration = Duration::from_millis(500);

/// What is remembered to tie points, hits, gam-jeom and scores of one burst together.
#[derive(Clone, Debug, Default)]
pub(super) struct Scoring {
    /// The latest hit of each side that no point was tied to.
    hits: [Option<(Time, Hit)>; 2],
    /// The latest point of each side.
    latest: [Option<(Time, Point)>; 2],
    /// Points given in this burst, and when.
    points: Vec<(u64, Time, Point)>,
    /// Scores and gam-jeom before this burst, and what was heard of them in it.
    before: Tally,
    told: Told,
    /// Whether the score, and the gam-jeom, were ever told: a session may begin in the middle of a bout.
    known: (bool, bool),
    /// What the table of rounds said of the round that is on, if its score has not changed since, and for how many
    /// bursts it has disagreed with it. One is no contradiction: the next score may have come before its table.
    table: Option<(u64, RoundScore)>,
    disagreed: u8,
}

/// Both sides' scores and gam-jeom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    score: [u16; 2],
    penalties: [u16; 2],
}

/// The messages of this burst that told of scores.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    score: Option<u64>,
    penalties: Option<u64>,
    table: bool,
}

/// How the score has changed in a burst, and what explains it, for each side.
struct Account {
    changed: [i32; 2],
    explained: [i32; 2],
    /// The points that count: those said twice are left out.
    points: Vec<(u64, Time, Point)>,
}

impl Account {
    fn is_even(&self) -> bool {
        self.changed == self.explained
    }
}

impl Scoring {
    pub(super) fn hit(&mut self, at: Time, hit: Hit) {
        self.hits[hit.side as usize] = Some((at, hit));
    }

    pub(super) fn point(&mut self, seq: u64, at: Time, point: Point) {
        self.points.push((seq, at, point));
    }

    /// Scores and gam-jeom that were not told are 0.
    pub(super) fn starts_from_zero(&mut self) {
        self.known = (true, true);
    }

    /// Scores and gam-jeom start from 0, and nothing of that is a correction.
    pub(super) fn new_round(&mut self) {
        self.before = Tally::default();
        self.table = None;
        self.disagreed = 0;
        self.starts_from_zero();
    }

    /// The hit that a point was given for.
    fn take_hit(&mut self, at: Time, side: Side) -> Option<Hit> {
        let hit = &mut self.hits[side as usize];
        let (felt, _) = (*hit)?;
        let apart = at.since(felt).max(felt.since(at));
        if apart > SAME_KICK {
            return None;
        }
        hit.take().map(|(_, hit)| hit)
    }

    fn account(&self, bout: &Bout) -> Account {
        let change = |now: u16, before: u16| i32::from(now) - i32::from(before);
        let Tally { score, penalties } = self.before;
        let changed = [change(bout.blue.score, score[0]), change(bout.red.score, score[1])];
        // Each gam-jeom gives the opponent a point.
        let mut explained = [change(bout.red.penalties, penalties[1]), change(bout.blue.penalties, penalties[0])];
        let mut latest = self.latest;
        let is_new = |(_, at, point): &&(u64, Time, Point)| {
            let side = point.side as usize;
            let alike = latest[side].is_some_and(|(earlier, same)| same == *point && at.since(earlier) <= SAME_KICK);
            let worth = i32::from(point.points);
            // One that is said twice does not change the score again.
            let is_new = !alike || explained[side] + worth <= changed[side];
            if is_new {
                explained[side] += worth;
                latest[side] = Some((*at, *point));
            }
            is_new
        };
        let points = self.points.iter().filter(is_new).copied().collect();
        Account { changed, explained, points }
    }
}

impl Ledger {
    pub(super) fn score(&mut self, seq: u64, score: Pair, derived: &mut Derived) {
        self.scoring.told.score = Some(seq);
        let (blue, red) = (score.blue.unwrap_or(self.bout.blue.score), score.red.unwrap_or(self.bout.red.score));
        if (blue, red) != (self.bout.blue.score, self.bout.red.score) {
            let bout = self.change();
            (bout.blue.score, bout.red.score) = (blue, red);
            if let Some(round) = self.entry() {
                (round.blue, round.red) = (blue, red);
            }
        }
        let side = match blue.cmp(&red) {
            Ordering::Equal => return,
            Ordering::Greater => Side::Blue,
            Ordering::Less => Side::Red,
        };
        let previous = self.this_round.led;
        if previous.side() != Some(side) {
            self.this_round.led = Some(side).into();
            derived.push((seq, Body::LeadChanged(LeadChanged { side, previous, blue, red })));
        }
        let gap = blue.abs_diff(red);
        if gap > self.this_round.widest_gap {
            self.this_round.widest_gap = gap;
            derived.push((seq, Body::PointGap(PointGap { side, gap })));
        }
    }

    pub(super) fn penalties(&mut self, seq: u64, count: Pair) {
        self.scoring.told.penalties = Some(seq);
        let bout = &self.bout;
        let (blue, red) = (count.blue.unwrap_or(bout.blue.penalties), count.red.unwrap_or(bout.red.penalties));
        if (blue, red) != (bout.blue.penalties, bout.red.penalties) {
            let bout = self.change();
            (bout.blue.penalties, bout.red.penalties) = (blue, red);
        }
    }

    pub(super) fn round_scores(&mut self, seq: u64, scores: &RoundScores, derived: &mut Derived) {
        if let Some(next) = self.next_round(scores) {
            self.round(seq, Round { round: next.round }, derived);
            self.score(seq, Pair { blue: next.blue, red: next.red }, derived);
        }
        for score in &scores.rounds {
            if score.round == self.bout.round {
                // The score of the round that is on is `sc1`'s to say.
                self.scoring.table = Some((seq, *score));
                self.scoring.told.table = true;
                continue;
            }
            let played = score.blue.unwrap_or(0) > 0 || score.red.unwrap_or(0) > 0;
            if score.round > self.bout.round && !played {
                continue;
            }
            let entry = self.entry_of(score.round);
            let (blue, red) = (score.blue.unwrap_or(entry.blue), score.red.unwrap_or(entry.red));
            (entry.blue, entry.red) = (blue, red);
        }
    }

    /// Before the messages of a burst.
    pub(super) fn begin_burst(&mut self) {
        let bout = &self.bout;
        let before =
            Tally { score: [bout.blue.score, bout.red.score], penalties: [bout.blue.penalties, bout.red.penalties] };
        self.scoring.before = before;
        self.scoring.told = Told::default();
        self.scoring.points.clear();
    }

    /// The next round, if the table has points of it: its number was lost.
    fn next_round(&self, scores: &RoundScores) -> Option<RoundScore> {
        let bout = &self.bout;
        let next = bout.round.checked_add(1).filter(|_| bout.round > 0 && bout.stage != Stage::Ended)?;
        let begun = bout.rounds.iter().any(|round| round.round == next && round.started);
        let played = |score: &&RoundScore| score.blue.unwrap_or(0) > 0 || score.red.unwrap_or(0) > 0;
        scores.rounds.iter().filter(played).find(|score| score.round == next && !begun).copied()
    }

    /// Whether something was said that more is to be said of: a score without its points, or a winner without a banner.
    pub(super) fn is_incomplete(&self, derived: &Derived) -> bool {
        let Scoring { known, points, .. } = &self.scoring;
        let account = self.scoring.account(&self.bout);
        // A point that is taken for that of the burst before may yet have a score of its own.
        let counts = |point: &Point| account.points.iter().any(|(_, _, counted)| counted == point);
        let is_open = !account.is_even() || points.iter().any(|(_, _, point)| !counts(point));
        let expected = known.0 || !points.is_empty();
        let ended = derived.iter().any(|(_, body)| matches!(body, Body::BoutEnded(_)));
        expected && is_open || ended && self.bout.result.is_none()
    }

    /// After the messages of a burst: what they say together.
    pub(super) fn end_burst(&mut self, derived: &mut Derived) {
        let bout = self.bout.clone();
        let (blue, red) = (bout.blue.score, bout.red.score);
        let account = self.scoring.account(&bout);
        let Scoring { before, told, known, .. } = self.scoring;
        for (seq, at, point) in &account.points {
            let Point { side, technique, points } = *point;
            self.scoring.latest[side as usize] = Some((*at, *point));
            let level = self.scoring.take_hit(*at, side).map(|hit| hit.level);
            let scored = Scored { side, technique, points, level, round: bout.round, blue, red };
            derived.push((*seq, Body::Scored(scored)));
        }
        if let Some(seq) = told.penalties {
            self.scoring.known.1 = true;
            for (side, now) in [(Side::Blue, bout.blue.penalties), (Side::Red, bout.red.penalties)] {
                let penalty = Penalty { side, count: now };
                match now.cmp(&before.penalties[side as usize]) {
                    Ordering::Greater if known.1 => derived.push((seq, Body::PenaltyGiven(penalty))),
                    Ordering::Less if known.1 => derived.push((seq, Body::PenaltyTakenBack(penalty))),
                    _ => {}
                }
            }
        }
        if let Some(seq) = told.score {
            self.scoring.known.0 = true;
            // Gam-jeom told for the first time may explain any score.
            let expected = known.0 && (known.1 || told.penalties.is_none());
            let [blue_before, red_before] = before.score;
            // A score that is repeated is no correction, whatever else was said.
            if expected && !account.is_even() && account.changed != [0, 0] {
                let corrected = ScoreCorrected { blue, red, blue_before, red_before };
                derived.push((seq, Body::ScoreCorrected(corrected)));
            }
        }
        // Where only one of them is told, the other may have been lost.
        let table_alone = told.table && told.score.is_none();
        let score_alone = account.changed != [0, 0] && !told.table;
        if table_alone || score_alone {
            self.scoring.table = None;
        }
        self.check_table(derived);
    }

    /// Says that the table of rounds and the score disagree, once they have for a second burst.
    fn check_table(&mut self, derived: &mut Derived) {
        let (blue, red) = (self.bout.blue.score, self.bout.red.score);
        let Some((seq, table)) = self.scoring.table.filter(|_| self.scoring.known.0) else { return };
        if table.blue.is_none_or(|told| told == blue) && table.red.is_none_or(|told| told == red) {
            self.scoring.disagreed = 0;
            return;
        }
        self.scoring.disagreed = self.scoring.disagreed.saturating_add(1);
        if self.scoring.disagreed == 2 {
            let points = |points: Option<u16>| points.map_or_else(|| "?".to_owned(), |points| points.to_string());
            let (table_blue, table_red) = (points(table.blue), points(table.red));
            let what = format!(
                "the table of rounds gives round {} as {table_blue}-{table_red}, but its score is {blue}-{red}",
                table.round
            );
            derived.push((seq, Body::Contradiction(Contradiction { what })));
        }
    }
}
