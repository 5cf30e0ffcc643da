//! Whether OBS has the scenes, sources and filters that rules name.

use crate::obs::Inventory;
use crate::rules::check::{self, Mistake, Named, What};
use crate::rules::{RuleFile, Sources};
use crate::suggest::near;

/// What rules name and the OBS sink of that name has not.
pub fn missing(files: &[RuleFile], obs: &str, inventory: &Inventory) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for file in files {
        // What cannot be read is told by whoever compiles it.
        let Ok(sources) = Sources::read(std::slice::from_ref(file)) else { continue };
        let named = check::names(&sources);
        let named = named.iter().filter(|named| named.instance.as_deref().is_none_or(|wanted| wanted == obs));
        mistakes.extend(named.filter_map(|named| not_there(obs, inventory, named)));
    }
    mistakes
}

/// What is wrong with a name, if OBS has nothing of it.
fn not_there(obs: &str, inventory: &Inventory, named: &Named) -> Option<Mistake> {
    let sources = || inventory.scenes.keys().chain(inventory.groups.keys()).chain(inventory.inputs.keys());
    let lacks = |what: String, name: &str, known: Vec<&str>| {
        let help = near(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        (!known.contains(&name)).then(|| named.mistake(format!("OBS `{obs}` has no {what}"), help))
    };
    match &named.what {
        What::Scene(scene) => {
            lacks(format!("scene `{scene}`"), scene, inventory.scenes.keys().map(String::as_str).collect())
        }
        What::Item { scene, source } => {
            let Some(items) = inventory.scenes.get(scene).or_else(|| inventory.groups.get(scene)) else {
                let known = inventory.scenes.keys().chain(inventory.groups.keys());
                return lacks(format!("scene `{scene}`"), scene, known.map(String::as_str).collect());
            };
            let what = format!("source `{source}` in the scene `{scene}`");
            lacks(what, source, items.iter().map(String::as_str).collect())
        }
        What::Source(source) => {
            lacks(format!("source `{source}`"), source, inventory.inputs.keys().map(String::as_str).collect())
        }
        What::Filter { source, filter } => {
            if !sources().any(|known| known == source) {
                return lacks(format!("source `{source}`"), source, sources().map(String::as_str).collect());
            }
            let filters = inventory.filters.get(source).map(Vec::as_slice).unwrap_or_default();
            let what = format!("filter `{filter}` on the source `{source}`");
            lacks(what, filter, filters.iter().map(String::as_str).collect())
        }
    }
}
