//! Whether OBS has the scenes, sources, filters, transitions and hotkeys that rules name.

use super::inventory::Inventory;
use crate::diagnostic::Diagnostic;
use crate::rules::check::{self, Named, ObsItem};
use crate::rules::{RuleFile, Sources};
use crate::served::Served;
use crate::suggest::{enumerate, near};

/// More names than this are no help.
const MAX_NAMES: usize = 20;

/// The names in rules, looked up in an OBS.
#[derive(Debug, Default)]
pub(crate) struct LookedUp {
    /// What the OBS has not.
    pub(crate) missing: Vec<Diagnostic>,
    /// Places of names that are known only when the rule runs: file, line and column.
    pub(crate) unknown: Vec<String>,
}

/// What the rules name that run on courts of an OBS sink, in the order in which it stands there.
pub(crate) fn names(files: &[RuleFile], courts: &Served) -> Vec<Named> {
    // The check of the rules reports what cannot be read.
    let read = |file: &RuleFile| Sources::read(std::slice::from_ref(file)).ok();
    let ours = files.iter().filter(|file| file.courts.overlaps(courts)).filter_map(read);
    ours.flat_map(|sources| {
        let mut names = check::names(&sources);
        names.sort_by_key(Named::order);
        names
    })
    .collect()
}

/// Looks up what rules name in the OBS sink of that name.
pub(crate) fn look_up(names: &[Named], obs: &str, inventory: &Inventory) -> LookedUp {
    let mut found = LookedUp::default();
    for named in names.iter().filter(|named| named.instance.as_deref().is_none_or(|wanted| wanted == obs)) {
        // What several rules import is reported once.
        if named.item == ObsItem::Unknown {
            found.unknown.extend(Some(named.place()).filter(|place| !found.unknown.contains(place)));
        } else {
            let missing = not_there(obs, inventory, named);
            found.missing.extend(missing.filter(|diagnostic| !found.missing.contains(diagnostic)));
        }
    }
    found
}

/// Something that an OBS has not, in a line.
pub(crate) fn in_words(missing: &Diagnostic) -> String {
    let help = missing.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    let (line, column) = missing.position();
    format!("{}, which {}:{line}:{column} names{help}", missing.message, missing.file.display())
}

impl LookedUp {
    /// The note about names that could not be looked up, if there are any.
    pub(crate) fn not_looked_up(&self) -> Option<String> {
        let (names, it) = match self.unknown.len() {
            0 => return None,
            1 => ("1 name is".to_owned(), "it is"),
            count => (format!("{count} names are"), "they are"),
        };
        let places = self.unknown.join(", ");
        Some(format!("{names} not looked up in OBS, since {it} put together while the rule runs: see {places}"))
    }
}

/// What is wrong with a name, if OBS has nothing of it.
fn not_there(obs: &str, inventory: &Inventory, named: &Named) -> Option<Diagnostic> {
    let sources = || inventory.scenes.keys().chain(inventory.groups.keys()).chain(inventory.inputs.keys());
    let lacks = |what: String, name: &str, known: Vec<&str>| {
        let help = match near(name, known.iter().copied()) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if (1..=MAX_NAMES).contains(&known.len()) => {
                Some(format!("it has {}", enumerate(known.iter().copied())))
            }
            None => None,
        };
        (!known.contains(&name)).then(|| named.missing(format!("OBS `{obs}` has no {what}"), help))
    };
    match &named.item {
        ObsItem::Scene(scene) => {
            lacks(format!("scene `{scene}`"), scene, inventory.scenes.keys().map(String::as_str).collect())
        }
        ObsItem::Item { scene, source } => {
            let Some(items) = inventory.scenes.get(scene).or_else(|| inventory.groups.get(scene)) else {
                let known = inventory.scenes.keys().chain(inventory.groups.keys());
                return lacks(format!("scene `{scene}`"), scene, known.map(String::as_str).collect());
            };
            let what = format!("source `{source}` in the scene `{scene}`");
            lacks(what, source, items.iter().map(String::as_str).collect())
        }
        ObsItem::Source(source) if let Some(file) = inventory.missing_media.get(source) => {
            let help = "choose its file again in OBS, or put it back".to_owned();
            Some(
                named.missing(
                    format!("{file}, the file of the source `{source}` in OBS `{obs}`, is not there"),
                    Some(help),
                ),
            )
        }
        ObsItem::File(path) => inventory.files.lack(path).then(|| {
            named.missing(
                format!("OBS `{obs}` has no file {path}"),
                Some("correct the path, or put the file there".to_owned()),
            )
        }),
        ObsItem::StreamService => (!inventory.has_stream_service).then(|| {
            let help = "set server and key in OBS: Settings → Stream".to_owned();
            named.missing(format!("OBS `{obs}` has no service that a stream could go to"), Some(help))
        }),
        ObsItem::Source(source) => {
            lacks(format!("source `{source}`"), source, inventory.inputs.keys().map(String::as_str).collect())
        }
        ObsItem::Filter { source, filter } => {
            if !sources().any(|known| known == source) {
                return lacks(format!("source `{source}`"), source, sources().map(String::as_str).collect());
            }
            let filters = inventory.filters.get(source).map(Vec::as_slice).unwrap_or_default();
            let what = format!("filter `{filter}` on the source `{source}`");
            lacks(what, filter, filters.iter().map(String::as_str).collect())
        }
        ObsItem::Transition(name) => {
            lacks(format!("transition `{name}`"), name, inventory.transitions.iter().map(String::as_str).collect())
        }
        ObsItem::Hotkey(name) => {
            lacks(format!("hotkey `{name}`"), name, inventory.hotkeys.iter().map(String::as_str).collect())
        }
        ObsItem::Unknown => None,
    }
}
