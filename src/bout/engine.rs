//! The state of the bout, changed by one message after the other.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::inference::Inference;
use super::injuries::Injuries;
use super::lifecycle::{Lifecycle, LifecycleState, Unnamed, belongs_to_a_bout};
use super::model::*;
use super::order::completeness;
use super::rests::Rests;
use super::reviews::{ReviewOrder, Reviews};
use super::rounds::{ClockChange, Rounds};
use super::scoring::{Scoring, ScoringState};
use crate::event::*;
use crate::time::Time;

/// The bout, and what each part remembers of it. Cheap to copy: what is large is shared.
#[derive(Clone, Debug, Default)]
pub(super) struct BoutEngine {
    pub(super) bout: Arc<Bout>,
    pub(super) lifecycle: Lifecycle,
    rounds: Rounds,
    rests: Rests,
    scoring: Scoring,
    pub(super) reviews: Reviews,
    injuries: Injuries,
}

/// What a later session needs to go on with a bout.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct EngineState {
    bout: Arc<Bout>,
    lifecycle: LifecycleState,
    rounds: Rounds,
    rests: Rests,
    scoring: ScoringState,
    injuries: Injuries,
}

impl EngineState {
    /// The load of the session that it is the state of; 0 before the first.
    pub(crate) fn load(&self) -> u32 {
        self.bout.load
    }

    /// Number of the bout.
    pub(crate) fn number(&self) -> Option<String> {
        self.bout.config.number.clone()
    }
}

impl BoutEngine {
    pub(super) fn new(review_rules: ReviewRules) -> Self {
        Self { reviews: Reviews::new(review_rules), ..Self::default() }
    }

    /// What a later session needs to go on.
    pub(super) fn state(&self) -> EngineState {
        EngineState {
            bout: self.bout.clone(),
            lifecycle: self.lifecycle.state(),
            rounds: self.rounds,
            rests: self.rests,
            scoring: self.scoring.state(),
            injuries: self.injuries,
        }
    }

    /// Takes over from an earlier session, in one that has not begun.
    pub(super) fn resume(&mut self, earlier: EngineState) {
        let EngineState { bout, lifecycle, rounds, rests, scoring, injuries } = earlier;
        (self.bout, self.rounds, self.rests, self.injuries) = (bout, rounds, rests, injuries);
        self.lifecycle.resume(lifecycle);
        self.scoring = Scoring::resumed(scoring);
        let bout = Arc::make_mut(&mut self.bout);
        (bout.load, bout.ordinal) = (1, 1);
        self.reviews.resume(bout);
    }

    /// Handles the message that is event number `seq`, and adds the events that follow from it to `derived`.
    pub(super) fn handle(&mut self, seq: u64, at: Time, body: &Body, derived: &mut Vec<(u64, Body)>) {
        if self.bout.ordinal == 0 && belongs_to_a_bout(body) && !matches!(body, Body::BoutLoaded {}) {
            // The session has begun in the middle of a bout.
            self.lifecycle.begin(&mut self.bout, at);
            self.reset_parts();
        }
        if self.lifecycle.is_late(&self.bout, at, body) {
            derived.extend(self.lifecycle.late(body).map(|body| (seq, body)));
            return;
        }
        for body in self.derive(seq, at, body) {
            derived.push((seq, body));
        }
    }

    fn derive(&mut self, seq: u64, at: Time, body: &Body) -> Vec<Body> {
        let bout = &mut self.bout;
        match body {
            Body::BoutLoaded {} => {
                self.lifecycle.load(bout, at);
                self.reset_parts();
            }
            Body::BoutReady {} if bout.stage == Stage::Loaded => Arc::make_mut(bout).stage = Stage::Ready,
            Body::BoutConfig(config) => {
                let dropped = self.lifecycle.resume_dropped(bout);
                let is_other = self.lifecycle.configure(bout, at, config);
                if is_other {
                    self.reset_parts();
                    return dropped.into_iter().collect();
                }
            }
            Body::Athletes(athletes) if *athletes != Athletes::default() => {
                let dropped = self.lifecycle.resume_dropped(bout);
                let is_other = self.lifecycle.athletes(bout, at, athletes);
                if is_other {
                    self.reset_parts();
                    return dropped.into_iter().collect();
                }
            }
            Body::Round(round) => return self.enter_round(at, round.round),
            Body::Clock(clock) => return self.clock(at, *clock),
            Body::Rest(rest) => {
                let runs = self.rests.read(*rest);
                let ended = self.rounds.rest(bout, runs);
                return ended.into_iter().chain(self.rests.tick(bout, at, *rest)).collect();
            }
            Body::Injury(injury) => return self.injuries.message(at, *injury).into_iter().collect(),
            Body::KyeShi {} => {
                let shown = Injury { side: MaybeSide::None, seconds: 0, action: Some(InjuryAction::Show) };
                return self.injuries.message(at, shown).into_iter().collect();
            }
            Body::Hit(hit) => self.scoring.hit(at, *hit),
            Body::Point(point) => self.scoring.point(seq, at, *point),
            Body::TechnicalBonus(bonus) => self.scoring.bonus(*bonus),
            Body::Score(score) => return self.scoring.score(bout, (seq, at), *score),
            Body::Penalties(count) => self.scoring.penalties(bout, seq, *count),
            Body::RoundScores(scores) => return self.round_scores(seq, at, scores),
            Body::RoundWinners(winners) => {
                let ended = self.rounds.winners(bout, winners);
                self.lifecycle.weigh(bout, seq, at);
                return ended.into_iter().chain(self.lifecycle.check_winner(bout)).collect();
            }
            Body::Winner(winner) => {
                let ended = [self.rests.end(at), self.rounds.end(bout)];
                return ended.into_iter().flatten().chain(self.lifecycle.end(bout, at, winner.winner)).collect();
            }
            // A banner that was cut does not replace a complete one.
            Body::Result(result) if bout.result.is_none() || completeness(result) > 0 => {
                Arc::make_mut(bout).result = Some(result.clone());
                self.lifecycle.weigh(bout, seq, at);
            }
            Body::Leader(leader) if bout.leader != leader.side => Arc::make_mut(bout).leader = leader.side,
            Body::Review(review) => return self.reviews.message(bout, seq, at, *review),
            _ => {}
        }
        Vec::new()
    }

    /// Another bout has taken the place of the one before.
    fn reset_parts(&mut self) {
        self.rounds = Rounds::default();
        self.rests.begin_bout();
        self.scoring = Scoring::default();
        self.injuries = Injuries::default();
        self.reviews.begin_bout(&mut self.bout);
    }

    fn enter_round(&mut self, at: Time, number: u8) -> Vec<Body> {
        if number == self.bout.round {
            return Vec::new();
        }
        let rested = self.rests.end(at);
        let entered = self.rounds.enter(&mut self.bout, number);
        self.scoring.enter_round(number);
        rested.into_iter().chain(entered).collect()
    }

    fn clock(&mut self, at: Time, clock: Clock) -> Vec<Body> {
        let mut derived = match self.rounds.clock(&mut self.bout, clock) {
            ClockChange::Runs => {
                self.lifecycle.goes_on();
                self.run(at)
            }
            ClockChange::Ended => self.rounds.end(&mut self.bout).into_iter().collect(),
            ClockChange::None => Vec::new(),
        };
        if clock.action.is_none() && self.bout.stage == Stage::Fighting {
            self.lifecycle.goes_on();
        }
        derived.extend(self.rounds.final_seconds(&self.bout, clock));
        derived
    }

    fn run(&mut self, at: Time) -> Vec<Body> {
        let mut derived = Vec::new();
        if self.bout.stage == Stage::Ended {
            return derived;
        }
        if let Some(number) = self.rounds.lost_number(&self.bout) {
            derived.extend(self.enter_round(at, number));
        }
        derived.extend(self.rests.end(at));
        if self.bout.started_at.is_none() {
            if self.lifecycle.load_received {
                self.scoring.start_from_zero();
                if self.bout.round == 0 {
                    derived.extend(self.enter_round(at, 1));
                }
            }
            derived.push(self.lifecycle.start(&mut self.bout, at));
        }
        if self.bout.stage != Stage::Fighting {
            // No injury clock runs during the fight: the end of one that still does was lost.
            derived.extend(self.injuries.end_all(at));
        }
        derived.extend(self.rounds.run(&mut self.bout));
        derived
    }

    fn round_scores(&mut self, seq: u64, at: Time, scores: &RoundScores) -> Vec<Body> {
        let mut derived = Vec::new();
        if let Some(next) = self.scoring.lost_round(&self.bout, scores) {
            derived.extend(self.enter_round(at, next.round));
            derived.extend(self.scoring.score(&mut self.bout, (seq, at), Pair { blue: next.blue, red: next.red }));
        }
        self.scoring.table(&mut self.bout, seq, scores);
        derived
    }

    /// Ends the bout if its rounds and banner show who has won, and no message has named the winner.
    pub(super) fn end_unnamed(&mut self) -> Vec<(u64, Body)> {
        let Some((Unnamed { cause, since }, inference)) = self.lifecycle.take_inference(&self.bout) else {
            return Vec::new();
        };
        let bodies: Vec<_> = match inference {
            Inference::Won(winner) => {
                let ended = [self.rests.end(since), self.rounds.end(&mut self.bout)];
                let bout_ended = self.lifecycle.end_unnamed(&mut self.bout, since, winner);
                ended.into_iter().flatten().chain(bout_ended).collect()
            }
            Inference::Differ(what) => self.lifecycle.differ(what).into_iter().collect(),
            Inference::Open => Vec::new(),
        };
        bodies.into_iter().map(|body| (cause, body)).collect()
    }

    /// What follows from an operator's order, and why it cannot be carried out, if so.
    pub(super) fn order(&mut self, request: (u64, Time), order: ReviewOrder) -> (Option<Body>, Option<&'static str>) {
        self.reviews.order(&mut self.bout, request, order)
    }

    /// Bouts that have not begun are rehearsals from now on, or are not.
    pub(super) fn set_rehearsal(&mut self, on: bool) {
        self.lifecycle.rehearsal = on;
        if !self.bout.has_begun() {
            Arc::make_mut(&mut self.bout).rehearsal = on;
        }
    }

    pub(super) fn clip(&mut self, request: u64, clip: ClipState) {
        self.reviews.clip(&mut self.bout, request, clip);
    }

    pub(super) fn begin_burst(&mut self) {
        self.lifecycle.begin_burst();
        self.scoring.begin_burst(&self.bout);
    }

    /// Whether the burst lacks a message that belongs to it: a score without its points, or a winner without a banner.
    pub(super) fn is_incomplete(&self, derived: &[(u64, Body)]) -> bool {
        let ended = derived.iter().any(|(_, body)| matches!(body, Body::BoutEnded(_)));
        self.scoring.is_incomplete(&self.bout) || ended && self.bout.result.is_none()
    }

    /// After the messages of a burst: the events that follow from all of them together.
    pub(super) fn end_burst(&mut self) -> Vec<(u64, Body)> {
        self.scoring.end_burst(&self.bout)
    }
}
