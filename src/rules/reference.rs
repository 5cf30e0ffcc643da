//! The reference of all that a rule can hear, read and call, as Markdown: docs/rules-reference.md.
//!
//! It is made from what the check and the engine use: the types of events, the fields of the bout, the table of
//! functions.

mod events;

use super::api;
use super::api::signature::{Kind, Parameter, Signature};
use super::views::{self, Field};
use crate::action;

/// The whole of it.
pub fn markdown() -> String {
    let mut text = "# Reference of rules\n\n\
        Made from the code of `vta`, by `UPDATE_DOCS=1 cargo test --test it docs::`: do not edit it. [Rules](rules.md) \
        explains how to use all this.\n\n"
        .to_owned();
    events::write(&mut text);
    text.push_str("## The bout\n\n`bout` in handlers; what is not known is `()`.\n\n");
    fields(&mut text, views::BOUT);
    text.push_str("\n`bout.blue` and `bout.red` each:\n\n");
    fields(&mut text, views::CORNER);
    text.push_str("\nEach of `bout.rounds`:\n\n");
    fields(&mut text, views::ROUND);
    text.push_str("\n`bout.review`:\n\n");
    fields(&mut text, views::REVIEW);
    text.push('\n');
    for module in api::MODULES {
        text.push_str(module.heading);
        module.functions.iter().for_each(|function| write_function(&mut text, &function.signature));
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

fn fields<T>(text: &mut String, fields: &[Field<T>]) {
    text.push_str("| field | |\n|---|---|\n");
    for Field { name, doc, .. } in fields {
        text.push_str(&format!("| `{name}` | {} |\n", doc.trim()));
    }
}

fn write_function(text: &mut String, signature: &Signature) {
    // A function without a text exists only to name its replacement.
    if signature.doc.is_empty() {
        return;
    }
    let calls: Vec<_> = signature.forms.iter().map(|form| format!("`{}`", signature.call(form))).collect();
    text.push_str(&format!("\n#### {}\n\n{}\n", calls.join(", "), signature.doc.trim()));
    let mut known: Vec<&str> = Vec::new();
    for parameter in signature.forms.iter().flat_map(|form| *form) {
        if !known.contains(&parameter.name) {
            text.push_str(if known.is_empty() { "\n" } else { "" });
            write_parameter(text, parameter, "");
            known.push(parameter.name);
        }
    }
    text.push_str(&format!("\n```rhai\n{}\n```\n", signature.example));
}

fn write_parameter(text: &mut String, parameter: &Parameter, indent: &str) {
    text.push_str(&format!("{indent}- `{}`: {}\n", parameter.name, parameter.kind.words()));
    if let Kind::Options { entries, .. } = parameter.kind {
        entries.iter().for_each(|entry| write_parameter(text, entry, "  "));
    }
}
