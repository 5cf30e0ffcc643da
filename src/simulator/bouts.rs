//! The bouts of a court, one after the other.

use fastrand::Rng;

use super::card;
use super::console::Console;
use super::message::ConsoleMessage;
use super::outcome::Outcome;
use super::rounds::fight;
use crate::pss::Dialect;

/// The next court begins up to so many milliseconds later, so that courts do not send in step.
const STAGGER_MS: u64 = 20_000;

/// A bout from its load to its winner.
#[derive(Clone, Debug, PartialEq)]
pub struct Bout {
    /// The console's messages, in the order of time.
    pub messages: Vec<ConsoleMessage>,
    /// How it ends.
    pub outcome: Outcome,
}

/// The bouts of a court, without end. The same court and seed give the same bouts in every dialect.
#[derive(Debug)]
pub struct Bouts {
    court: u16,
    ordinal: u32,
    rng: Rng,
    console: Console,
}

impl Bouts {
    /// The bouts of a court, which counts from 1.
    pub fn new(court: u16, seed: u64, dialect: Dialect) -> Self {
        let mut rng = Rng::with_seed(seed.wrapping_add(u64::from(court) << 48));
        let begin = if court > 1 { rng.u64(..STAGGER_MS) } else { 0 };
        let console = Console::new(dialect, rng.fork(), begin);
        Self { court, ordinal: 0, rng, console }
    }
}

impl Iterator for Bouts {
    type Item = Bout;

    fn next(&mut self) -> Option<Bout> {
        self.ordinal += 1;
        let card = card::draw(&mut self.rng, self.court, self.ordinal);
        let outcome = fight(&card, &mut self.rng, &mut self.console);
        Some(Bout { messages: self.console.take_messages(), outcome })
    }
}
