//! The reference of all that a rule can hear, read and call, as Markdown: docs/rules-reference.md.
//!
//! It is told by the code itself: events by their types, the bout and the functions by what the engine knows of them.

mod events;

use std::any::TypeId;
use std::collections::BTreeMap;

use rhai::Engine;

use super::effects::CallEffects;
use super::meter::Meter;
use super::views::{self, BoutView, CornerView};
use super::{Surroundings, sandbox};
use crate::action;

/// Functions that are there to say that they are not.
const FORBIDDEN: &[&str] = &["sleep"];

/// The whole of it.
pub fn markdown() -> String {
    let told = Told::of(&sandbox::engine(&Meter::default(), &CallEffects::default(), &Surroundings::default()));
    let mut text = "# Reference of rules\n\n\
        Made from the code of `vta`, by `UPDATE_DOCS=1 cargo test --test it docs::`: do not edit it. [Rules](rules.md) \
        tells how to use all this.\n\n"
        .to_owned();
    events::write(&mut text);
    text.push_str("## The bout\n\n`bout` in handlers; what nobody has said is `()`.\n\n");
    told.fields(&mut text, TypeId::of::<BoutView>());
    text.push_str("\n`bout.blue` and `bout.red` each:\n\n");
    told.fields(&mut text, TypeId::of::<CornerView>());
    text.push_str("\nEach of `bout.rounds`:\n\n");
    rows(&mut text, "field", views::ROUND.iter().map(|(name, docs, _)| (format!("`{name}`"), (*docs).to_owned())));
    text.push_str("\n`bout.review`:\n\n");
    rows(&mut text, "field", views::REVIEW.iter().map(|(name, docs, _)| (format!("`{name}`"), (*docs).to_owned())));
    let sections = [
        ("obs", "## Actions of OBS\n\n"),
        ("player", "\n## Actions of the player\n\n"),
        ("log", "\n## The log\n\n"),
        ("", "\n## Helpers\n\nA duration is a text such as `\"500ms\"`, `\"2s\"`, `\"1m\"`.\n\n"),
    ];
    text.push('\n');
    for (module, heading) in sections {
        text.push_str(heading);
        told.functions(&mut text, module);
    }
    text.push_str(
        "\n## Actions as they are written\n\nThe names and arguments that actions have in scenarios, in the timeline and in \
         `action_done` and `action_failed`. Those of OBS have `instance`, too, the name of the sink.\n\n",
    );
    for action in action::reference::all() {
        text.push_str(&format!("- `{}`: {}\n", action.name, action.docs));
        events::list(&mut text, &action.arguments, "  ");
    }
    text
}

/// What the engine tells of itself.
struct Told {
    /// By module and name: how it is called, and what it does.
    functions: BTreeMap<(String, String), Function>,
    /// What can be read of the values of a type, and what it is.
    fields: Vec<(TypeId, String, String)>,
}

#[derive(Default)]
struct Function {
    /// The names of its parameters, the fewest first.
    forms: Vec<Vec<String>>,
    docs: String,
}

impl Told {
    fn of(engine: &Engine) -> Self {
        let ours = [TypeId::of::<BoutView>(), TypeId::of::<CornerView>()];
        let all = engine.collect_fn_metadata(
            None,
            |info| {
                let metadata = info.metadata;
                let docs: String = metadata.comments.iter().map(|line| line.trim_start_matches('/')).collect();
                let parameters = metadata.params_info.iter().take(metadata.num_params);
                let names = parameters.map(|parameter| parameter.split(':').next().unwrap_or_default().to_owned());
                let of = metadata.param_types.first().copied();
                let name = metadata.name.to_string();
                Some((info.namespace.to_string(), name, names.collect::<Vec<_>>(), of, docs.trim().to_owned()))
            },
            false,
        );
        let mut told = Self { functions: BTreeMap::new(), fields: Vec::new() };
        for (module, name, parameters, of, docs) in all {
            if let (Some(field), Some(of)) = (name.strip_prefix("get$"), of) {
                if ours.contains(&of) {
                    told.fields.push((of, field.to_owned(), docs));
                }
            // What has no names of its parameters is Rhai's own, or called on a value.
            } else if !name.contains('$') && !parameters.iter().any(|name| name == "_") {
                let function = told.functions.entry((module, name)).or_default();
                function.forms.push(parameters);
                function.forms.sort_by_key(Vec::len);
                function.docs.push_str(&docs);
            }
        }
        told.fields.sort_by(|one, other| one.1.cmp(&other.1));
        told.functions.retain(|(_, name), _| !FORBIDDEN.contains(&name.as_str()));
        told
    }

    fn fields(&self, text: &mut String, of: TypeId) {
        let fields = self.fields.iter().filter(|(field_of, ..)| *field_of == of);
        rows(text, "field", fields.map(|(_, name, docs)| (format!("`{name}`"), docs.clone())));
    }

    fn functions(&self, text: &mut String, module: &str) {
        let functions = self.functions.iter().filter(|((of, _), _)| of == module);
        let row = |((module, name), function): (&(String, String), &Function)| {
            let path = if module.is_empty() { name.clone() } else { format!("{module}::{name}") };
            let forms = function.forms.iter().map(|form| format!("`{path}({})`", form.join(", ")));
            (forms.collect::<Vec<_>>().join(", "), function.docs.clone())
        };
        rows(text, "call", functions.map(row));
    }
}

/// A table of two columns.
fn rows(text: &mut String, what: &str, rows: impl Iterator<Item = (String, String)>) {
    text.push_str(&format!("| {what} | |\n|---|---|\n"));
    for (name, docs) in rows {
        // A bar would end the column.
        text.push_str(&format!("| {name} | {} |\n", docs.replace('|', "\\|")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_and_every_field_says_what_it_is() {
        let told = Told::of(&sandbox::engine(&Meter::default(), &CallEffects::default(), &Surroundings::default()));
        let silent: Vec<_> = told.functions.iter().filter(|(_, function)| function.docs.is_empty()).collect();
        assert!(silent.is_empty(), "{:?}", silent.iter().map(|(name, _)| name).collect::<Vec<_>>());
        assert!(told.functions.len() > 45, "{}", told.functions.len());
        assert!(told.fields.iter().all(|(.., docs)| !docs.is_empty()));
        assert!(told.fields.len() >= 25, "{}", told.fields.len());
    }

    #[test]
    fn no_function_of_ours_is_left_out() {
        let (meter, effects, around) = (Meter::default(), CallEffects::default(), Surroundings::default());
        let names = |engine: &Engine| -> std::collections::BTreeSet<(String, String)> {
            let named = engine.collect_fn_metadata(
                None,
                |info| {
                    // What is called on a value, such as `obs::on("jury").scene("Live")`, stands there by its module.
                    let on_value = info.namespace.is_empty() && info.metadata.params_info.first()?.contains("Obs");
                    (!on_value).then(|| (info.namespace.to_string(), info.metadata.name.to_string()))
                },
                true,
            );
            named.into_iter().filter(|(_, name)| !name.contains('$')).collect()
        };
        let mut bare = sandbox::bare(&meter);
        views::register(&mut bare);
        let engine = sandbox::engine(&meter, &effects, &around);
        let told = Told::of(&engine);
        let known = names(&bare);
        let left_out: Vec<_> = names(&engine)
            .into_iter()
            .filter(|name| !known.contains(name) && !told.functions.contains_key(name))
            .filter(|(_, name)| !FORBIDDEN.contains(&name.as_str()))
            .collect();
        assert!(left_out.is_empty(), "{left_out:?}");
    }
}
