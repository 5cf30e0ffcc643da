//! The check of rules, with the config of the courts that run them.

use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::rules::check;
use crate::rules::{Limits, RuleFile, Surroundings};

/// Checks rules with what the config has of OBS; without a config with nothing.
///
/// A rule may choose its OBS by the court, so it may name those of all courts. Settings that come from variables are left
/// out, since the check shows what it finds wrong.
pub fn check(files: &[RuleFile], config: Option<&Config>) -> Vec<Diagnostic> {
    let Some(config) = config else {
        return check::check(files, Limits::default(), &Surroundings::default());
    };
    let limits = Limits { max_operations: config.rules.max_operations };
    let obs = config.obs_sinks().map(|(name, _)| name.clone()).collect();
    let mut files = files.to_vec();
    files.iter_mut().for_each(|file| file.with.retain(|setting| !setting.is_variable));
    check::check(&files, limits, &Surroundings { obs })
}
