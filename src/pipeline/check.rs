//! Rules, checked as each court would run them.

use super::setup::obs_sinks;
use crate::config::Config;
use crate::rules::check::{self, Mistake};
use crate::rules::{Limits, RuleFile, Surroundings};

/// Checks rules in the surroundings of each of the config's courts; without a config in none.
pub fn check(files: &[RuleFile], config: Option<&Config>) -> Vec<Mistake> {
    let Some(config) = config else {
        return check::check(files, Limits::default(), &Surroundings::default());
    };
    let limits = Limits { max_operations: config.rules.max_operations };
    let mut mistakes = Vec::new();
    for court in config.sources.keys() {
        let obs = obs_sinks(config).filter(|(_, sink)| sink.sources.serves(court)).map(|(name, _)| name.clone());
        for mistake in check::check(files, limits, &Surroundings { obs: obs.collect() }) {
            if !mistakes.contains(&mistake) {
                mistakes.push(mistake);
            }
        }
    }
    mistakes
}
