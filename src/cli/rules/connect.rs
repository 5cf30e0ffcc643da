//! Whether OBS has the scenes, sources and filters that rules name.

use std::collections::BTreeMap;

use crate::cli::failure::{Exit, Failure};
use crate::cli::run::runtime;
use crate::config::{Config, Sink};
use crate::obs::{self, Inventory, ObsOptions};
use crate::rules::check::{self, Mistake, Named, What};
use crate::rules::{RuleFile, Sources};
use crate::suggest::near;

/// Asks each OBS of the config what it has; gives what rules name and it has not.
pub(super) fn check(files: &[RuleFile], config: &Config) -> Result<Vec<Mistake>, Failure> {
    let inventories = inventories(config)?;
    let mut mistakes = Vec::new();
    for file in files {
        // What cannot be read has been told.
        let Ok(sources) = Sources::read(std::slice::from_ref(file)) else { continue };
        for named in check::names(&sources) {
            let of = |name: &str| named.instance.as_deref().is_none_or(|wanted| wanted == name);
            for (name, inventory) in inventories.iter().filter(|(name, _)| of(name)) {
                mistakes.extend(missing(name, inventory, &named));
            }
        }
    }
    Ok(mistakes)
}

fn inventories(config: &Config) -> Result<BTreeMap<String, Inventory>, Failure> {
    let runtime = runtime()?;
    let mut inventories = BTreeMap::new();
    for (name, sink) in &config.sinks {
        let Sink::Obs(sink) = sink else { continue };
        let inventory = runtime.block_on(obs::inventory(&ObsOptions::of(name, sink)));
        let inventory = inventory.map_err(|error| Failure::new(Exit::Refused, format!("OBS `{name}`: {error}")))?;
        inventories.insert(name.to_string(), inventory);
    }
    if inventories.is_empty() {
        let text = format!("{} has no sink of `type: obs` to connect to", config.file.display());
        return Err(Failure::new(Exit::Config, text));
    }
    Ok(inventories)
}

/// What is wrong with a name, if OBS has nothing of it.
fn missing(obs: &str, inventory: &Inventory, named: &Named) -> Option<Mistake> {
    let sources = || inventory.scenes.keys().chain(inventory.groups.keys()).chain(inventory.inputs.keys());
    let not_there = |what: String, name: &str, known: Vec<&str>| {
        let help = near(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        (!known.contains(&name)).then(|| named.mistake(format!("OBS `{obs}` has no {what}"), help))
    };
    match &named.what {
        What::Scene(scene) => {
            not_there(format!("scene `{scene}`"), scene, inventory.scenes.keys().map(String::as_str).collect())
        }
        What::Item { scene, source } => {
            let Some(items) = inventory.scenes.get(scene).or_else(|| inventory.groups.get(scene)) else {
                let known = inventory.scenes.keys().chain(inventory.groups.keys());
                return not_there(format!("scene `{scene}`"), scene, known.map(String::as_str).collect());
            };
            let what = format!("source `{source}` in the scene `{scene}`");
            not_there(what, source, items.iter().map(String::as_str).collect())
        }
        What::Source(source) => {
            not_there(format!("source `{source}`"), source, inventory.inputs.keys().map(String::as_str).collect())
        }
        What::Filter { source, filter } => {
            if !sources().any(|known| known == source) {
                return not_there(format!("source `{source}`"), source, sources().map(String::as_str).collect());
            }
            let filters = inventory.filters.get(source).map(Vec::as_slice).unwrap_or_default();
            let what = format!("filter `{filter}` on the source `{source}`");
            not_there(what, filter, filters.iter().map(String::as_str).collect())
        }
    }
}
