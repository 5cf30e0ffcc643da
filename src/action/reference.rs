//! Which arguments each action has, read from the types themselves.

use strum::VariantNames;

use super::{ActionVerb, ObsVerb, PlayerVerb};
use crate::event::reference::variants;
pub use crate::event::reference::{Field, Shape};

/// An action.
#[derive(Debug)]
pub struct Entry {
    /// Its name, such as `obs.scene`.
    pub name: &'static str,
    /// What is done, as Markdown.
    pub docs: String,
    /// Its arguments.
    pub arguments: Vec<Field>,
}

/// All actions, in the order of [`ActionVerb::names`].
pub fn all() -> Vec<Entry> {
    let own = ActionVerb::names().zip(variants::<ActionVerb>());
    let obs = ObsVerb::VARIANTS.iter().copied().zip(variants::<ObsVerb>());
    let player = PlayerVerb::VARIANTS.iter().copied().zip(variants::<PlayerVerb>());
    let entry = |(name, (docs, arguments))| Entry { name, docs, arguments };
    own.chain(obs).chain(player).map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_its_arguments() {
        let all = all();
        assert!(all.iter().map(|entry| entry.name).eq(ActionVerb::names()));
        let arguments = |name: &str| -> Vec<String> {
            let entry = all.iter().find(|entry| entry.name == name);
            entry.into_iter().flat_map(|entry| &entry.arguments).map(|field| field.name.clone()).collect()
        };
        assert_eq!(arguments("mark"), ["text"]);
        assert_eq!(arguments("obs.source_visible"), ["scene", "source", "visible"]);
        assert_eq!(arguments("player.step"), ["frames"]);
        let play =
            ["path", "begins_at", "camera", "review", "from", "last_seconds", "speed", "paused", "overlay", "now"];
        assert_eq!(arguments("player.play"), play);
        assert_eq!(arguments("player.close"), ["review"]);
        assert!(all.iter().all(|entry| !entry.docs.is_empty()));
    }
}
