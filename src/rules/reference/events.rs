//! The events, from their types.

use strum::{EnumProperty, IntoEnumIterator};

use crate::event::Kind;
use crate::event::reference::{self, Field, Shape};

/// Words that need no explanation each time.
const SIDES: &[&str] = &["blue", "red"];

pub(super) fn write(text: &mut String) {
    text.push_str(
        "## Events\n\nA rule hears an event in its handler `on_<kind>(event, bout)`. Fields in brackets may be absent; \
         they are `()` then. Blue is chung, red is hong.\n\n### Fields of every event\n\n",
    );
    list(text, reference::common(), "");
    for kind in Kind::iter() {
        if let Some(heading) = kind.get_str("heading") {
            text.push_str(&format!("\n### {heading}\n"));
        }
        text.push_str(&format!("\n#### `{kind}`\n\n{}\n", reference::docs(kind)));
        if !reference::fields(kind).is_empty() {
            text.push('\n');
            list(text, reference::fields(kind), "");
        }
    }
    text.push('\n');
}

/// Fields, one a line, with those inside them further in.
pub(super) fn list(text: &mut String, fields: &[Field], indent: &str) {
    for Field { name, optional, docs, shape } in fields {
        let name = if *optional { format!("(`{name}`)") } else { format!("`{name}`") };
        let (docs, words) = (docs.trim(), words(shape));
        text.push_str(format!("{indent}- {name}: {docs} {words}").trim_end());
        text.push('\n');
        if let Some(inner) = inner(shape) {
            list(text, inner, &format!("{indent}  "));
        }
    }
}

/// What a field may be, where that is one of a few words.
fn words(shape: &Shape) -> String {
    match shape {
        Shape::Word(words) => {
            let word = |word: &reference::Word| match word.docs.trim().trim_end_matches('.') {
                _ if SIDES.contains(&&*word.name) => format!("`{}`", word.name),
                "" => format!("`{}`", word.name),
                docs => format!("`{}` ({docs})", word.name),
            };
            format!("{}.", words.iter().map(word).collect::<Vec<_>>().join(", "))
        }
        Shape::List(inner) => words(inner),
        Shape::Text | Shape::Number | Shape::Flag | Shape::Fields(_) | Shape::Any => String::new(),
    }
}

fn inner(shape: &Shape) -> Option<&[Field]> {
    match shape {
        Shape::Fields(fields) => Some(fields),
        Shape::List(items) => inner(items),
        Shape::Text | Shape::Number | Shape::Flag | Shape::Word(_) | Shape::Any => None,
    }
}
