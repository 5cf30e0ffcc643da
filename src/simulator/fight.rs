//! A bout that is on, and what its officials and athletes do in it.

use std::ops::RangeInclusive;

use fastrand::Rng;

use super::board::Board;
use super::card::{Card, Rules};
use super::clock::RoundClock;
use super::console::Console;
use crate::event::{ClockAction, Decision, Hit, Side};

const GOLDEN_SECONDS: u32 = 60;

pub(super) struct Fight<'a> {
    pub(super) card: &'a Card,
    pub(super) rng: &'a mut Rng,
    pub(super) console: &'a mut Console,
    pub(super) board: Board,
    pub(super) clock: RoundClock,
    /// How many of ten scores are blue's.
    blue_of_ten: u8,
    /// Reviews that the coaches can still request.
    pub(super) may_request: [bool; 2],
    /// Time-outs that the athletes can still take.
    pub(super) may_rest: [bool; 2],
}

/// A bout that is won before the rounds have decided it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Victory {
    pub(super) winner: Side,
    pub(super) decision: Decision,
}

impl<'a> Fight<'a> {
    pub(super) fn new(card: &'a Card, rng: &'a mut Rng, console: &'a mut Console) -> Self {
        let clock = RoundClock::set_to(card.rules.round_seconds());
        let blue_of_ten = rng.u8(3..=7);
        let may_rest = [card.rules == Rules::Para; 2];
        Self { card, rng, console, board: Board::default(), clock, blue_of_ten, may_request: [true; 2], may_rest }
    }

    pub(super) fn random_side(&mut self) -> Side {
        if self.rng.bool() { Side::Blue } else { Side::Red }
    }

    /// The side that the next score goes to.
    pub(super) fn attacker(&mut self) -> Side {
        if self.rng.u8(..10) < self.blue_of_ten { Side::Blue } else { Side::Red }
    }

    pub(super) fn hit(&mut self, side: Side, level: RangeInclusive<u32>) -> Hit {
        self.board.tally(side).hits += 1;
        Hit { side, level: u8::try_from(self.rng.u32(level)).unwrap_or(100) }
    }

    pub(super) fn pause(&mut self, ms: RangeInclusive<u64>) {
        self.console.wait(self.rng.u64(ms));
    }

    pub(super) fn stop(&mut self) {
        self.clock.send(self.console, ClockAction::Stop);
    }

    pub(super) fn start(&mut self) {
        self.clock.send(self.console, ClockAction::Start);
    }

    /// Gives back some seconds that the clock ran too long.
    pub(super) fn correct_clock(&mut self) {
        let seconds = self.clock.shown() + self.rng.u32(1..=4);
        self.clock = RoundClock::set_to(seconds.min(self.round_seconds()));
        self.clock.send(self.console, ClockAction::Correction);
    }

    pub(super) fn is_golden(&self) -> bool {
        self.card.rules == Rules::Para && self.board.round > 1
    }

    pub(super) fn round_seconds(&self) -> u32 {
        if self.is_golden() { GOLDEN_SECONDS } else { self.card.rules.round_seconds() }
    }
}
