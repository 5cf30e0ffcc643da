//! Scenarios of rules: what happens, and the actions that are expected.
//!
//! Scenarios run through the same court as a live day, from the datagram on. The answers of OBS and the player are
//! simulated: each action is done at once, but a replay is saved when the scenario says `clip_saved`.

mod compare;
mod file;
mod play;

use file::Scenario;
pub use file::Scenarios;

use crate::bout::SessionId;
use crate::config::{Config, ObsSink, Sink};
use crate::diagnostic::Diagnostic;
use crate::pipeline::{self, CourtRuntime};
use crate::rules::Sources;

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

/// Checks the rules of a file of scenarios, as [`play`] runs them.
pub fn check(file: &Scenarios, config: &Config) -> Vec<Diagnostic> {
    pipeline::check(&file.rules, Some(&world(file, config)))
}

/// Plays the scenarios of a file, in the first court of a config: with its settings, limits and names, and with the rules
/// and OBS instances of the file.
///
/// # Errors
/// All that is wrong with the rules.
pub fn play(file: &Scenarios, config: &Config) -> Result<Vec<Verdict>, Vec<Diagnostic>> {
    let config = world(file, config);
    let sources = Sources::read(&file.rules)?;
    let court = config.courts.keys().next().cloned().unwrap_or_else(|| "court-1".into());
    let verdict = |scenario: &Scenario| {
        let answers = play::Answers::default();
        let court = CourtRuntime::open(&config, &court, &sources, SessionId::default(), answers)?;
        let (came, mut failures) = play::play(scenario, court, &file.obs);
        failures.extend(compare::compare(scenario, &came));
        Ok(Verdict { name: scenario.name.clone(), line: scenario.line, failures })
    };
    file.scenarios.iter().map(verdict).collect()
}

/// The config with the rules and the OBS instances of a file of scenarios.
fn world(file: &Scenarios, config: &Config) -> Config {
    let mut config = config.clone();
    config.rules.files.clone_from(&file.rules);
    config.sinks = file.obs.iter().map(|name| (name.clone(), Sink::Obs(ObsSink::default()))).collect();
    config
}
