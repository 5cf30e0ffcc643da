//! Whether OBS has the scenes, sources, filters, transitions and hotkeys that rules name.

use crate::cli::error::{CliError, Exit};
use crate::cli::run::runtime;
use crate::config::Config;
use crate::obs::{self, LookedUp, ObsOptions};
use crate::rules::RuleFile;

/// Asks each OBS of the config what it has, and looks up what rules name.
pub(super) fn check(files: &[RuleFile], config: &Config) -> Result<Vec<LookedUp>, CliError> {
    let runtime = runtime()?;
    let mut found = Vec::new();
    for (name, sink) in config.obs_sinks() {
        let inventory = runtime.block_on(obs::inventory(&ObsOptions::of(name, sink)));
        let inventory = inventory.map_err(|error| CliError::new(Exit::Refused, format!("OBS `{name}`: {error}")))?;
        found.push(obs::look_up(&obs::names(files, &sink.courts), name, &inventory));
    }
    if found.is_empty() {
        let text = format!("{} has no sink of `type: obs` to connect to", config.file.display());
        return Err(CliError::new(Exit::Config, text));
    }
    Ok(found)
}
