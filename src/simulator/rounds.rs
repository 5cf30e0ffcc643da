//! A bout from its load to its winner, fought by the rules of the sport.

use fastrand::Rng;

use super::card::{Card, Rules};
use super::clock::RoundClock;
use super::console::Console;
use super::fight::{Fight, Victory};
use super::incident::{self, After};
use super::outcome::Outcome;
use crate::event::{Body, Clock, ClockAction, Decision, ResultBanner, Side};

const GOLDEN_POINTS: u16 = 2;
const REST_SECONDS: u32 = 60;

enum RoundEnd {
    /// By its time, or by a lead that ends the round.
    Played(Decision),
    /// By the gam-jeom of one side, who loses it.
    Lost(Side),
    /// With the bout.
    BoutOver(Victory),
}

pub(super) fn fight(card: &Card, rng: &mut Rng, console: &mut Console) -> Outcome {
    let mut fight = Fight::new(card, rng, console);
    fight.load();
    let victory = fight.all_rounds();
    fight.end(victory)
}

impl Fight<'_> {
    /// The operator loads the bout, now and then several times over.
    fn load(&mut self) {
        let times = if self.rng.u8(..6) == 0 { self.rng.u8(2..=3) } else { 1 };
        for _ in 0..times {
            self.console.load(self.card);
            self.pause(3_000..=9_000);
        }
        self.pause(10_000..=40_000);
    }

    fn all_rounds(&mut self) -> Victory {
        if self.rng.u8(..40) == 0 {
            return Victory { winner: self.random_side(), decision: Decision::Wdr };
        }
        loop {
            self.board.begin_round();
            let end = self.round();
            let (winner, decision) = match end {
                RoundEnd::BoutOver(victory) => {
                    self.board.end_round(None);
                    return victory;
                }
                RoundEnd::Lost(loser) => (Some(loser.other()), Decision::Pun),
                RoundEnd::Played(decision) => self.decide(decision),
            };
            self.board.end_round(winner);
            self.pause(4_000..=12_000);
            self.console.confirmed(&self.board);
            let (blue, red) = self.board.rounds_won();
            let needed = usize::from(self.card.rules.rounds() / 2 + 1);
            if let Some(winner) = winner
                && blue.max(red) >= needed
            {
                return Victory { winner, decision };
            }
            if let Some(victory) = self.rest() {
                return victory;
            }
        }
    }

    fn decide(&mut self, decision: Decision) -> (Option<Side>, Decision) {
        if !self.board.is_level() {
            return (self.board.leader(), decision);
        }
        let golden_round_follows = self.card.rules == Rules::Para && self.board.round == 1;
        if golden_round_follows {
            return (None, decision);
        }
        // If no count differs, the referees decide.
        let winner = self.board.round_winner().unwrap_or_else(|| self.random_side());
        (Some(winner), Decision::Sup)
    }

    fn round(&mut self) -> RoundEnd {
        if self.board.round > 1 {
            self.console.next_round(self.board.round);
            self.pause(2_000..=6_000);
        }
        self.clock = RoundClock::set_to(self.round_seconds());
        self.start();
        loop {
            // Incidents come at random.
            let mean = if self.card.rules == Rules::Para { 9000.0 } else { 4000.0 };
            let apart = (-mean * (1.0 - self.rng.f64()).ln()) as u64;
            let after = apart.max(500);
            if after + 500 > self.clock.left_ms() {
                self.clock.run(self.console, u64::MAX);
                self.console.time_is_over();
                return RoundEnd::Played(Decision::Ptf);
            }
            self.clock.run(self.console, after);
            let after = incident::draw(self.rng).happens(self);
            match (self.is_decided(), after) {
                (_, After::Over(victory)) => return RoundEnd::BoutOver(victory),
                (None, After::Runs) => {}
                (None, After::Stopped) => self.start(),
                (Some(end), After::Runs) => {
                    self.clock.run(self.console, 300);
                    self.stop();
                    self.console.wait(15);
                    self.console.round_is_ended();
                    return end;
                }
                (Some(end), After::Stopped) => {
                    self.console.round_is_ended();
                    return end;
                }
            }
        }
    }

    /// How the round ends, if its remaining time cannot change that.
    fn is_decided(&self) -> Option<RoundEnd> {
        let (blue, red) = self.board.score();
        match self.card.rules {
            Rules::Para => {
                let golden = self.is_golden() && blue.max(red) >= GOLDEN_POINTS;
                golden.then_some(RoundEnd::Played(Decision::Gdp))
            }
            Rules::BestOfThree { .. } => match self.board.loser_by_gam_jeom() {
                Some(loser) => Some(RoundEnd::Lost(loser)),
                None => self.board.has_gap().then_some(RoundEnd::Played(Decision::Ptg)),
            },
        }
    }

    /// The rest between two rounds, which operators rarely wait for; now and then an athlete does not come back.
    fn rest(&mut self) -> Option<Victory> {
        let until = if self.rng.u8(..4) == 0 { 0 } else { self.rng.u32(30..55) };
        let send = |console: &mut Console, seconds: u32, action| console.send([Body::Rest(Clock { seconds, action })]);
        self.console.wait(70);
        for seconds in (until.max(1)..REST_SECONDS).rev() {
            send(self.console, seconds, None);
            self.console.wait(1000);
        }
        if until == 0 {
            send(self.console, 0, Some(ClockAction::End));
        }
        self.pause(300..=900);
        (self.rng.u8(..40) == 0).then(|| Victory { winner: self.random_side(), decision: Decision::Wdr })
    }

    fn end(self, victory: Victory) -> Outcome {
        let Victory { winner, decision } = victory;
        let (blue, red) = self.board.rounds_won();
        let athletes = self.card.athletes.clone();
        let name = match winner {
            Side::Blue => athletes.blue.long_name.clone(),
            Side::Red => athletes.red.long_name.clone(),
        };
        let banner = ResultBanner { name, result: Some(format!("{blue}-{red}")), decision: Some(decision) };
        self.console.wait(self.rng.u64(6_000..=16_000));
        self.console.won(winner, banner.clone());
        // The next bout.
        self.console.wait(self.rng.u64(20_000..=60_000));
        Outcome { number: self.card.number.clone(), athletes, rounds: self.board.past_scores(), winner, banner }
    }
}
