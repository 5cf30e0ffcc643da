//! Scenarios of rules: something happens, and the rules do what is expected of them, or do not.
//!
//! What is given goes into the very [`Court`](crate::court::Court) that a day goes through, from the datagram on. What
//! OBS and the player would answer is made up: each action is done at once, but a replay is saved when the scenario says
//! `clip_saved`.

mod compare;
mod file;
mod play;

pub use file::{Expected, Scenario, Scenarios, Step, StepReport};

use crate::diagnostic::Diagnostic;
use crate::rules::{Limits, Rules, Sources, Surroundings};

/// How a scenario came out.
#[derive(Debug)]
pub struct Verdict {
    /// What it was to show.
    pub name: String,
    /// Line of its name in the file.
    pub line: usize,
    /// Why it failed, in lines; nothing if it went as expected.
    pub failures: Vec<String>,
}

/// Plays the scenarios of a file.
///
/// # Errors
/// All that is wrong with the rules.
pub fn play(file: &Scenarios) -> Result<Vec<Verdict>, Vec<Diagnostic>> {
    let sources = Sources::read(&file.rules)?;
    let surroundings = Surroundings { obs: file.obs.clone() };
    let verdict = |scenario: &Scenario| {
        let rules = Rules::of(&sources, Limits::default(), &surroundings)?;
        let (came, mut failures) = play::play(scenario, rules, &file.obs);
        failures.extend(compare::compare(scenario, &came));
        Ok(Verdict { name: scenario.name.clone(), line: scenario.line, failures })
    };
    file.scenarios.iter().map(verdict).collect()
}
