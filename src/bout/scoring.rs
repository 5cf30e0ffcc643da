//! Scores, and what changed them: points, gam-jeom, corrections.

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::model::*;
use crate::event::*;
use crate::time::Time;

/// How far apart a hit and its point may be.
const SAME_KICK_WINDOW: Duration = Duration::from_millis(500);
/// How long after a kick the judges may give its technical bonus.
const BONUS_WINDOW: Duration = Duration::from_secs(3);
/// Points of a technical bonus, for which an older TK-Strike sends no message.
const BONUS: i32 = 2;

/// What a later session needs of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct ScoringState {
    round: u8,
    led: MaybeSide,
    widest_gap: u16,
}

/// What is remembered to tie points, hits, gam-jeom and scores of one burst together.
#[derive(Clone, Debug, Default)]
pub(super) struct Scoring {
    /// The round that is on.
    round: u8,
    /// The side that led last, level scores apart.
    led: MaybeSide,
    /// The widest lead of the round so far.
    widest_gap: u16,
    /// The latest hit of each side that no point was tied to.
    hits: [Option<(Time, Hit)>; 2],
    latest: [Option<(Time, Point)>; 2],
    /// When each side last scored with a kick that may yet have a technical bonus.
    kicks: [Option<Time>; 2],
    /// Points given in this burst, and when.
    points: Vec<(u64, Time, Point)>,
    /// Points of technical bonuses in this burst whose kick came before it.
    bonuses: [i32; 2],
    /// Scores and gam-jeom before this burst, and the messages about them in it.
    before: Tally,
    received: Received,
    /// Whether the score, and the gam-jeom, are known: a session may begin in the middle of a bout.
    known: (bool, bool),
    /// The entry of the table of rounds for the round that is on, if its score has not changed since, and for how many
    /// bursts it has disagreed with the score. One is no contradiction: the next score may have come before its table.
    table: Option<(u64, RoundScore)>,
    disagreed: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    score: [u16; 2],
    penalties: [u16; 2],
}

#[derive(Clone, Copy, Debug, Default)]
struct Received {
    score: Option<(u64, Time)>,
    penalties: Option<u64>,
    table: bool,
}

/// How the score has changed in a burst, and what explains it, for each side.
struct Account {
    changed: [i32; 2],
    explained: [i32; 2],
    /// The points that count, without repetitions.
    points: Vec<(u64, Time, Point)>,
}

impl Account {
    fn is_even(&self) -> bool {
        self.changed == self.explained
    }
}

impl Scoring {
    pub(super) fn state(&self) -> ScoringState {
        ScoringState { round: self.round, led: self.led, widest_gap: self.widest_gap }
    }

    /// Takes over from an earlier session. What was scored since then is not known.
    pub(super) fn resumed(ScoringState { round, led, widest_gap }: ScoringState) -> Self {
        Self { round, led, widest_gap, ..Self::default() }
    }

    pub(super) fn hit(&mut self, at: Time, hit: Hit) {
        self.hits[hit.side as usize] = Some((at, hit));
    }

    pub(super) fn point(&mut self, seq: u64, at: Time, point: Point) {
        self.points.push((seq, at, point));
    }

    /// A kick of this burst becomes a turning kick; of an earlier one, the bonus explains the score.
    pub(super) fn bonus(&mut self, TechnicalBonus { side, technique, points }: TechnicalBonus) {
        let base = if technique == Technique::TechnicalHead { Technique::Head } else { Technique::Body };
        let kick = |(_, _, point): &&mut (u64, Time, Point)| (point.side, point.technique) == (side, base);
        match self.points.iter_mut().find(kick) {
            Some((_, _, point)) => {
                point.technique = technique;
                point.points += points;
            }
            None => {
                self.bonuses[side as usize] += i32::from(points);
                self.kicks[side as usize] = None;
            }
        }
    }

    /// Scores and gam-jeom of which there was no message are 0.
    pub(super) fn start_from_zero(&mut self) {
        self.known = (true, true);
    }

    /// In another round scores and gam-jeom start from 0, which is no correction.
    pub(super) fn enter_round(&mut self, number: u8) {
        if std::mem::replace(&mut self.round, number) == 0 {
            return;
        }
        (self.led, self.widest_gap) = (MaybeSide::None, 0);
        self.before = Tally::default();
        self.table = None;
        self.disagreed = 0;
        self.start_from_zero();
    }

    /// The hit that a point was given for.
    fn take_hit(&mut self, at: Time, side: Side) -> Option<Hit> {
        let hit = &mut self.hits[side as usize];
        let (felt, _) = (*hit)?;
        let apart = at.since(felt).max(felt.since(at));
        if apart > SAME_KICK_WINDOW {
            return None;
        }
        hit.take().map(|(_, hit)| hit)
    }

    /// Whether what no point explains is the technical bonus of a kick.
    fn take_bonus(&mut self, account: &Account, at: Time) -> bool {
        let unexplained = [0, 1].map(|side| account.changed[side] - account.explained[side]);
        let side = match unexplained {
            [BONUS, 0] => Side::Blue,
            [0, BONUS] => Side::Red,
            _ => return false,
        };
        self.kicks[side as usize].take().is_some_and(|kick| at.since(kick) <= BONUS_WINDOW)
    }

    fn account(&self, bout: &Bout) -> Account {
        let change = |now: u16, before: u16| i32::from(now) - i32::from(before);
        let Tally { score, penalties } = self.before;
        let changed = [change(bout.blue.score, score[0]), change(bout.red.score, score[1])];
        // Each gam-jeom gives the opponent a point.
        let [blue_bonus, red_bonus] = self.bonuses;
        let mut explained = [
            change(bout.red.penalties, penalties[1]) + blue_bonus,
            change(bout.blue.penalties, penalties[0]) + red_bonus,
        ];
        let mut latest = self.latest;
        let is_new = |(_, at, point): &&(u64, Time, Point)| {
            let side = point.side as usize;
            let alike =
                latest[side].is_some_and(|(earlier, same)| same == *point && at.since(earlier) <= SAME_KICK_WINDOW);
            let worth = i32::from(point.points);
            // One that is repeated does not change the score again.
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

    pub(super) fn score(&mut self, bout: &mut Arc<Bout>, message: (u64, Time), score: Pair) -> Vec<Body> {
        self.received.score = Some(message);
        let (blue, red) = (score.blue.unwrap_or(bout.blue.score), score.red.unwrap_or(bout.red.score));
        if (blue, red) != (bout.blue.score, bout.red.score) {
            let bout = Arc::make_mut(bout);
            (bout.blue.score, bout.red.score) = (blue, red);
            if bout.round > 0 {
                let round = bout.round_mut(bout.round);
                (round.blue, round.red) = (blue, red);
            }
        }
        let mut derived = Vec::new();
        let side = match blue.cmp(&red) {
            Ordering::Equal => return derived,
            Ordering::Greater => Side::Blue,
            Ordering::Less => Side::Red,
        };
        let previous = std::mem::replace(&mut self.led, Some(side).into());
        if previous != self.led {
            derived.push(Body::LeadChanged(LeadChanged { side, previous, blue, red }));
        }
        let gap = blue.abs_diff(red);
        if gap > self.widest_gap {
            self.widest_gap = gap;
            derived.push(Body::PointGap(PointGap { side, gap }));
        }
        derived
    }

    pub(super) fn penalties(&mut self, bout: &mut Arc<Bout>, seq: u64, count: Pair) {
        self.received.penalties = Some(seq);
        let (blue, red) = (count.blue.unwrap_or(bout.blue.penalties), count.red.unwrap_or(bout.red.penalties));
        if (blue, red) != (bout.blue.penalties, bout.red.penalties) {
            let bout = Arc::make_mut(bout);
            (bout.blue.penalties, bout.red.penalties) = (blue, red);
            if bout.round > 0 {
                let round = bout.round_mut(bout.round);
                (round.blue_penalties, round.red_penalties) = (blue, red);
            }
        }
    }

    pub(super) fn table(&mut self, bout: &mut Arc<Bout>, seq: u64, scores: &RoundScores) {
        for score in &scores.rounds {
            if score.round == bout.round {
                // The score of the round that is on comes from `sc1`.
                self.table = Some((seq, *score));
                self.received.table = true;
            } else if score.round < bout.round || is_played(score) {
                let entry = Arc::make_mut(bout).round_mut(score.round);
                (entry.blue, entry.red) = (score.blue.unwrap_or(entry.blue), score.red.unwrap_or(entry.red));
            }
        }
    }

    /// The next round, if the table has points of it: the message with its number was lost.
    pub(super) fn lost_round(&self, bout: &Bout, scores: &RoundScores) -> Option<RoundScore> {
        let next = bout.round.checked_add(1).filter(|_| bout.round > 0 && bout.stage != Stage::Ended)?;
        let begun = bout.rounds.iter().any(|round| round.round == next && round.started);
        scores.rounds.iter().find(|score| is_played(score) && score.round == next && !begun).copied()
    }

    pub(super) fn begin_burst(&mut self, bout: &Bout) {
        self.before =
            Tally { score: [bout.blue.score, bout.red.score], penalties: [bout.blue.penalties, bout.red.penalties] };
        self.received = Received::default();
        self.points.clear();
        self.bonuses = [0, 0];
    }

    /// Whether a score lacks its points or gam-jeom, or a point its score.
    pub(super) fn is_incomplete(&self, bout: &Bout) -> bool {
        let account = self.account(bout);
        // A point that repeats one of the burst before may yet have a score of its own.
        let counts = |point: &Point| account.points.iter().any(|(_, _, counted)| counted == point);
        let is_open = !account.is_even() || self.points.iter().any(|(_, _, point)| !counts(point));
        (self.known.0 || !self.points.is_empty()) && is_open
    }

    /// After the messages of a burst: the events that follow from all of them together.
    pub(super) fn end_burst(&mut self, bout: &Bout) -> Vec<(u64, Body)> {
        let mut derived = Vec::new();
        let (blue, red) = (bout.blue.score, bout.red.score);
        let account = self.account(bout);
        let Self { before, received, known, .. } = *self;
        for (seq, at, point) in &account.points {
            let Point { side, technique, points, level } = *point;
            self.latest[side as usize] = Some((*at, *point));
            if matches!(technique, Technique::Body | Technique::Head) {
                self.kicks[side as usize] = Some(*at);
            }
            let level = self.take_hit(*at, side).map(|hit| hit.level).or(level);
            let scored = Scored { side, technique, points, level, round: bout.round, blue, red };
            derived.push((*seq, Body::Scored(scored)));
        }
        if let Some(seq) = received.penalties {
            self.known.1 = true;
            for (side, count) in [(Side::Blue, bout.blue.penalties), (Side::Red, bout.red.penalties)] {
                let penalty = Penalty { side, count };
                match count.cmp(&before.penalties[side as usize]) {
                    Ordering::Greater if known.1 => derived.push((seq, Body::PenaltyGiven(penalty))),
                    Ordering::Less if known.1 => derived.push((seq, Body::PenaltyTakenBack(penalty))),
                    _ => {}
                }
            }
        }
        if let Some((seq, at)) = received.score {
            self.known.0 = true;
            // The first message about gam-jeom may explain any score.
            let expected = known.0 && (known.1 || received.penalties.is_none());
            let [blue_before, red_before] = before.score;
            // A repeated score is no correction, even if points or gam-jeom should have changed it.
            let explained = account.is_even() || account.changed == [0, 0] || self.take_bonus(&account, at);
            if expected && !explained {
                let corrected = ScoreCorrected { blue, red, blue_before, red_before };
                derived.push((seq, Body::ScoreCorrected(corrected)));
            }
        }
        // Where only one of the two was received, the other may have been lost.
        let table_alone = received.table && received.score.is_none();
        let score_alone = account.changed != [0, 0] && !received.table;
        if table_alone || score_alone {
            self.table = None;
        }
        derived.extend(self.check_table(blue, red));
        derived
    }

    /// Reports that the table of rounds and the score disagree, in the second burst in which they do.
    fn check_table(&mut self, blue: u16, red: u16) -> Option<(u64, Body)> {
        let (seq, table) = self.table.filter(|_| self.known.0)?;
        if table.blue.is_none_or(|points| points == blue) && table.red.is_none_or(|points| points == red) {
            self.disagreed = 0;
            return None;
        }
        self.disagreed = self.disagreed.saturating_add(1);
        if self.disagreed != 2 {
            return None;
        }
        let points = |points: Option<u16>| points.map_or_else(|| "?".to_owned(), |points| points.to_string());
        let (table_blue, table_red) = (points(table.blue), points(table.red));
        let what = format!(
            "the table of rounds gives round {} as {table_blue}-{table_red}, but its score is {blue}-{red}",
            table.round
        );
        Some((seq, Body::Contradiction(Contradiction { what })))
    }
}

fn is_played(score: &RoundScore) -> bool {
    score.blue.unwrap_or(0) > 0 || score.red.unwrap_or(0) > 0
}
