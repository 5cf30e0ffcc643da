//! Rounds and their clock.

use super::ledger::{Derived, Ledger};
use super::state::*;
use crate::event::*;
use crate::time::Time;

/// The furthest that a clock moves between two ticks of a running clock, in seconds; one that moves further was set.
const MAX_TICK: u32 = 3;
/// How many seconds are the last ones of a round.
const FINAL_SECONDS: u32 = 10;
/// The points of a lead that end a round (World Taekwondo, best of three).
const ROUND_ENDING_GAP: u16 = 12;
/// The gam-jeom that lose a round (World Taekwondo, best of three).
const ROUND_LOSING_PENALTIES: u16 = 5;

/// What is remembered of the round that is on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ThisRound {
    /// The side that led last, level scores apart.
    pub(super) led: MaybeSide,
    /// The widest lead so far.
    pub(super) widest_gap: u16,
    /// The last seconds were told.
    final_seconds: bool,
    /// What its clock showed last while the round was on.
    shown: Option<u32>,
    /// What the clock of the rest showed last, since the round clock began to run.
    rest: Option<u32>,
}

impl Ledger {
    pub(super) fn round(&mut self, seq: u64, round: Round, derived: &mut Derived) {
        if round.round == self.bout.round {
            return;
        }
        let known = self.bout.round > 0;
        if self.is_round_on() {
            // Its end was lost.
            self.end_round(seq, derived);
        }
        let bout = self.change();
        bout.round = round.round;
        if known {
            // Scores and gam-jeom start again from 0 in each round.
            for corner in [&mut bout.blue, &mut bout.red] {
                corner.score = 0;
                corner.penalties = 0;
            }
            self.this_round = ThisRound::default();
            self.scoring.new_round();
        }
        self.entry();
        self.check_round_started(seq, derived);
    }

    pub(super) fn clock(&mut self, seq: u64, at: Time, clock: Clock, derived: &mut Derived) {
        let before = self.bout.clock;
        if before != Some(clock.seconds) {
            self.change().clock = Some(clock.seconds);
        }
        match clock.action {
            Some(ClockAction::Start) => self.run(seq, at, derived),
            Some(ClockAction::Stop) => {
                if self.bout.stage == Stage::Fighting {
                    self.change().stage = Stage::Stopped;
                    self.this_round.shown = Some(clock.seconds);
                }
            }
            Some(ClockAction::End) => self.end_round(seq, derived),
            Some(ClockAction::Correction) => {}
            None => {
                let ran = before.is_some_and(|before| match self.bout.config.counts {
                    Some(Counts::Up) => is_tick(before, clock.seconds),
                    Some(Counts::Down) | None => is_tick(clock.seconds, before),
                });
                // Its start was lost, or never heard.
                if ran && self.bout.stage != Stage::Fighting {
                    self.run(seq, at, derived);
                }
            }
        }
        if matches!(clock.action, None | Some(ClockAction::Start | ClockAction::Correction)) {
            self.this_round.shown = Some(clock.seconds);
        }
        self.check_final_seconds(seq, derived);
    }

    /// The round clock runs.
    fn run(&mut self, seq: u64, at: Time, derived: &mut Derived) {
        if self.bout.stage == Stage::Ended {
            return;
        }
        let on = self.bout.round;
        let decided = self.bout.rounds.iter().any(|round| round.round == on && round.winner.is_some());
        if decided && self.bout.stage != Stage::Fighting && self.is_full() {
            // The number of the next round was lost.
            self.round(seq, Round { round: on.saturating_add(1) }, derived);
        }
        self.this_round.rest = None;
        if self.bout.started_at.is_none() {
            if self.load_heard {
                self.scoring.starts_from_zero();
            }
            if self.load_heard && self.bout.round == 0 {
                self.round(seq, Round { round: 1 }, derived);
            }
            self.change().started_at = Some(at);
            derived.push((seq, Body::BoutStarted(BoutStarted { number: self.bout.config.number.clone() })));
        }
        if self.bout.stage != Stage::Fighting {
            self.end_injuries(seq, at, derived);
        }
        self.change().stage = Stage::Fighting;
        self.check_round_started(seq, derived);
    }

    fn check_round_started(&mut self, seq: u64, derived: &mut Derived) {
        if self.bout.stage != Stage::Fighting {
            return;
        }
        let planned = self.bout.config.rounds;
        if let Some(entry) = self.entry()
            && !entry.started
        {
            entry.started = true;
            let round = Round { round: entry.round };
            derived.push((seq, Body::RoundStarted(round)));
            if planned.is_some_and(|planned| planned > 0 && round.round > planned) {
                derived.push((seq, Body::GoldenRound(round)));
            }
        }
    }

    /// Seconds that are left of the round; none where that cannot be told.
    fn left(&self, clock: Option<u32>) -> Option<u32> {
        match self.bout.config.counts {
            Some(Counts::Up) => Some(self.bout.config.round_seconds?.saturating_sub(clock?)),
            Some(Counts::Down) | None => clock,
        }
    }

    /// Whether the round clock has hardly run.
    fn is_full(&self) -> bool {
        let full = self.bout.config.round_seconds.filter(|full| *full > 0);
        full.zip(self.left(self.bout.clock)).is_some_and(|(full, left)| left + MAX_TICK >= full)
    }

    fn check_final_seconds(&mut self, seq: u64, derived: &mut Derived) {
        if self.bout.stage != Stage::Fighting || self.this_round.final_seconds {
            return;
        }
        if let Some(seconds @ 1..=FINAL_SECONDS) = self.left(self.bout.clock) {
            self.this_round.final_seconds = true;
            derived.push((seq, Body::FinalSeconds(FinalSeconds { round: self.bout.round, seconds })));
        }
    }

    /// A rest that runs follows a round that is over, even if its end was lost, and so does any rest once the time of
    /// the round is. A single message says nothing else: a PSS that is asked tells its last rest again.
    pub(super) fn rest(&mut self, seq: u64, rest: Clock, derived: &mut Derived) {
        let runs = self.this_round.rest.replace(rest.seconds).is_some_and(|before| is_tick(rest.seconds, before));
        if runs || self.left(self.this_round.shown) == Some(0) {
            self.end_round(seq, derived);
        }
    }

    /// Ends the round, if it has begun and has not ended before.
    pub(super) fn end_round(&mut self, seq: u64, derived: &mut Derived) {
        let stage = self.bout.stage;
        if stage == Stage::Ended {
            return;
        }
        if stage > Stage::Ready && stage != Stage::Rest {
            self.change().stage = Stage::Rest;
        }
        let (blue, red) = (self.bout.blue.score, self.bout.red.score);
        let most_penalties = self.bout.blue.penalties.max(self.bout.red.penalties);
        let left = self.left(self.this_round.shown);
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
        if self.is_round_on()
            && let Some(entry) = self.entry()
        {
            entry.ended = true;
            derived.push((seq, Body::RoundEnded(RoundEnded { round: entry.round, how, blue, red })));
        }
    }

    pub(super) fn round_winners(&mut self, seq: u64, winners: &RoundWinners, derived: &mut Derived) {
        for (number, winner) in (1..).zip(&winners.winners) {
            let known = self.bout.rounds.iter().any(|round| round.round == number);
            if winner.is_some() || known {
                self.entry_of(number).winner = *winner;
            }
            if winner.is_some() && number == self.bout.round {
                self.end_round(seq, derived);
            }
        }
        self.check_winner(seq, derived);
    }

    /// Whether the round has begun and has not ended.
    fn is_round_on(&self) -> bool {
        self.bout.rounds.iter().any(|entry| entry.round == self.bout.round && entry.started && !entry.ended)
    }

    /// The entry of the round that is on; none before any was named.
    pub(super) fn entry(&mut self) -> Option<&mut RoundState> {
        let number = self.bout.round;
        (number > 0).then(|| self.entry_of(number))
    }

    /// The entry of a round, made where it is missing.
    pub(super) fn entry_of(&mut self, number: u8) -> &mut RoundState {
        let rounds = &mut self.change().rounds;
        let place = rounds.partition_point(|round| round.round < number);
        if rounds.get(place).is_none_or(|round| round.round != number) {
            let new = RoundState { round: number, blue: 0, red: 0, winner: None, started: false, ended: false };
            rounds.insert(place, new);
        }
        &mut rounds[place]
    }
}

/// Whether a clock that runs can show one after the other.
fn is_tick(lower: u32, upper: u32) -> bool {
    upper.checked_sub(lower).is_some_and(|step| (1..=MAX_TICK).contains(&step))
}
