//! Rounds and their clock.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::model::*;
use crate::event::*;

/// The furthest that a running clock moves between two ticks, in seconds; one that moves further was set.
const MAX_TICK: u32 = 3;
const FINAL_SECONDS: u32 = 10;
/// The points of a lead that end a round (World Taekwondo, best of three).
const ROUND_ENDING_GAP: u16 = 12;
/// The gam-jeom that lose a round (World Taekwondo, best of three).
const ROUND_LOSING_PENALTIES: u16 = 5;

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub(super) struct Rounds {
    /// The last seconds of the round were reported.
    final_seconds_reported: bool,
    /// What the clock showed last while the round was on.
    shown: Option<u32>,
}

/// What a message of the round clock means for the round.
pub(super) enum ClockChange {
    None,
    Runs,
    Ended,
}

impl Rounds {
    /// The number of the round was received, or is known from something else.
    pub(super) fn enter(&mut self, bout: &mut Arc<Bout>, number: u8) -> Vec<Body> {
        // The end of the round before was lost.
        let ended = if bout.is_round_on() { self.end(bout) } else { None };
        let bout = Arc::make_mut(bout);
        if bout.round > 0 {
            // Scores and gam-jeom start again from 0 in each round.
            for corner in [&mut bout.blue, &mut bout.red] {
                corner.score = 0;
                corner.penalties = 0;
            }
            *self = Self::default();
        }
        bout.round = number;
        bout.round_mut(number);
        ended.into_iter().chain(start(bout)).collect()
    }

    pub(super) fn clock(&mut self, bout: &mut Arc<Bout>, clock: Clock) -> ClockChange {
        let before = bout.clock;
        if before != Some(clock.seconds) {
            Arc::make_mut(bout).clock = Some(clock.seconds);
        }
        let fighting = bout.stage == Stage::Fighting;
        match clock.action {
            Some(ClockAction::Start) => return ClockChange::Runs,
            Some(ClockAction::End) => return ClockChange::Ended,
            Some(ClockAction::Stop) if fighting => {
                Arc::make_mut(bout).stage = Stage::Stopped;
                self.shown = Some(clock.seconds);
            }
            Some(ClockAction::Stop | ClockAction::Correction) => {}
            None => {
                let runs = before.is_some_and(|before| match bout.config.counts {
                    Some(Counts::Up) => is_tick(before, clock.seconds),
                    Some(Counts::Down) | None => is_tick(clock.seconds, before),
                });
                // Its start was lost, or was before the session.
                if runs && !fighting {
                    return ClockChange::Runs;
                }
            }
        }
        ClockChange::None
    }

    /// The round that is on although the message with its number was lost: the one before has a winner, and the clock
    /// has hardly run.
    pub(super) fn lost_number(&self, bout: &Bout) -> Option<u8> {
        let decided = bout.rounds.iter().any(|round| round.round == bout.round && round.winner.is_some());
        let full = bout.config.round_seconds.filter(|full| *full > 0);
        let is_full = full.zip(left(bout, bout.clock)).is_some_and(|(full, left)| left + MAX_TICK >= full);
        (decided && bout.stage != Stage::Fighting && is_full).then(|| bout.round.saturating_add(1))
    }

    pub(super) fn run(&self, bout: &mut Arc<Bout>) -> Vec<Body> {
        let bout = Arc::make_mut(bout);
        bout.stage = Stage::Fighting;
        start(bout)
    }

    /// Remembers what the clock shows, and reports the last seconds of a round.
    pub(super) fn final_seconds(&mut self, bout: &Bout, clock: Clock) -> Option<Body> {
        if matches!(clock.action, None | Some(ClockAction::Start | ClockAction::Correction)) {
            self.shown = Some(clock.seconds);
        }
        if bout.stage != Stage::Fighting || self.final_seconds_reported {
            return None;
        }
        let seconds = left(bout, bout.clock).filter(|left| (1..=FINAL_SECONDS).contains(left))?;
        self.final_seconds_reported = true;
        Some(Body::FinalSeconds(FinalSeconds { round: bout.round, seconds }))
    }

    /// A rest that runs follows a round that is over, even if its end was lost, and so does any rest once the time of
    /// the round is over.
    pub(super) fn rest(&self, bout: &mut Arc<Bout>, runs: bool) -> Option<Body> {
        if runs || left(bout, self.shown) == Some(0) { self.end(bout) } else { None }
    }

    /// Ends the round, if it has begun and has not ended before.
    pub(super) fn end(&self, bout: &mut Arc<Bout>) -> Option<Body> {
        let stage = bout.stage;
        if stage == Stage::Ended {
            return None;
        }
        if stage > Stage::Ready && stage != Stage::Rest {
            Arc::make_mut(bout).stage = Stage::Rest;
        }
        if !bout.is_round_on() {
            return None;
        }
        let (round, blue, red) = (bout.round, bout.blue.score, bout.red.score);
        let most_penalties = bout.blue.penalties.max(bout.red.penalties);
        let left = left(bout, self.shown);
        let how = if left == Some(0) {
            RoundEnd::Time
        } else if blue.abs_diff(red) >= ROUND_ENDING_GAP {
            RoundEnd::PointGap
        } else if most_penalties >= ROUND_LOSING_PENALTIES {
            RoundEnd::Disqualification
        } else if stage == Stage::Fighting && left.is_some_and(|left| left <= MAX_TICK) {
            // The last ticks were lost.
            RoundEnd::Time
        } else {
            RoundEnd::Operator
        };
        Arc::make_mut(bout).round_mut(round).ended = true;
        Some(Body::RoundEnded(RoundEnded { round, how, blue, red }))
    }

    pub(super) fn winners(&self, bout: &mut Arc<Bout>, winners: &RoundWinners) -> Option<Body> {
        let mut ended = None;
        for (number, winner) in (1..).zip(&winners.winners) {
            let known = bout.rounds.iter().any(|round| round.round == number);
            if winner.is_some() || known {
                Arc::make_mut(bout).round_mut(number).winner = *winner;
            }
            if winner.is_some() && number == bout.round {
                ended = self.end(bout);
            }
        }
        ended
    }
}

/// Starts the round whose number is known and whose clock runs, if it has not started before.
fn start(bout: &mut Bout) -> Vec<Body> {
    let number = bout.round;
    if bout.stage != Stage::Fighting || number == 0 || std::mem::replace(&mut bout.round_mut(number).started, true) {
        return Vec::new();
    }
    let round = Round { round: number };
    let golden = bout.config.rounds.is_some_and(|planned| planned > 0 && number > planned);
    let golden = golden.then_some(Body::GoldenRound(round));
    std::iter::once(Body::RoundStarted(round)).chain(golden).collect()
}

/// Seconds that are left of the round when its clock shows `clock`, if that is known.
fn left(bout: &Bout, clock: Option<u32>) -> Option<u32> {
    match bout.config.counts {
        Some(Counts::Up) => Some(bout.config.round_seconds?.saturating_sub(clock?)),
        Some(Counts::Down) | None => clock,
    }
}

/// Whether a running clock can show one after the other.
pub(super) fn is_tick(lower: u32, upper: u32) -> bool {
    upper.checked_sub(lower).is_some_and(|step| (1..=MAX_TICK).contains(&step))
}
