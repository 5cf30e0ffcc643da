//! The config's rules, checked as each court would run them.

use std::fs;
use std::path::PathBuf;

use super::setup::obs_sinks;
use crate::config::Config;
use crate::rules::check::{self, Mistake};
use crate::rules::{Limits, Surroundings};

/// Checks rules, given as their files, in the surroundings of each of the config's courts; without a config in none.
pub fn check(files: &[PathBuf], config: Option<&Config>) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut texts = Vec::new();
    for file in files {
        match fs::read_to_string(file) {
            Ok(text) => texts.push((file.clone(), text)),
            Err(error) => mistakes.push(check::unreadable(file, &error)),
        }
    }
    let Some(config) = config else {
        mistakes.extend(check::check(&texts, Limits::default(), &Surroundings::default()));
        return mistakes;
    };
    let limits = Limits { max_operations: config.rules.max_operations };
    for court in config.sources.keys() {
        let obs = obs_sinks(config).filter(|(_, sink)| sink.sources.serves(court)).map(|(name, _)| name.clone());
        for mistake in check::check(&texts, limits, &Surroundings { obs: obs.collect() }) {
            if !mistakes.contains(&mistake) {
                mistakes.push(mistake);
            }
        }
    }
    mistakes
}
