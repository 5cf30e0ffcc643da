//! Whether OBS has the scenes, sources, filters, transitions and hotkeys that rules name.

use std::collections::BTreeMap;

use crate::cli::error::{CliError, Exit};
use crate::cli::run::runtime;
use crate::config::Config;
use crate::obs::{self, Inventory, LookedUp, ObsOptions};
use crate::rules::RuleFile;

/// Asks each OBS of the config what it has, and looks up what rules name.
pub(super) fn check(files: &[RuleFile], config: &Config) -> Result<Vec<LookedUp>, CliError> {
    let inventories = inventories(config)?;
    Ok(inventories.iter().map(|(name, inventory)| obs::look_up(files, name, inventory)).collect())
}

fn inventories(config: &Config) -> Result<BTreeMap<String, Inventory>, CliError> {
    let runtime = runtime()?;
    let mut inventories = BTreeMap::new();
    for (name, sink) in config.obs_sinks() {
        let inventory = runtime.block_on(obs::inventory(&ObsOptions::of(name, sink)));
        let inventory = inventory.map_err(|error| CliError::new(Exit::Refused, format!("OBS `{name}`: {error}")))?;
        inventories.insert(name.to_string(), inventory);
    }
    if inventories.is_empty() {
        let text = format!("{} has no sink of `type: obs` to connect to", config.file.display());
        return Err(CliError::new(Exit::Config, text));
    }
    Ok(inventories)
}
