//! The functions of a script that hear events: `on_<kind>`, `on_any` and `on_start`.

use rhai::Position;
use strum::IntoEnumIterator;

use super::text::Text;
use crate::diagnostic::Diagnostic;
use crate::event::Kind;

/// What a handler hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subscription {
    /// `on_<kind>`
    Kind(Kind),
    /// `on_any`
    Any,
    /// `on_start`
    Start,
}

/// What a function hears, if it is a handler; the name of an event that does not exist is an error.
pub(super) fn subscription(function: &str) -> Option<Result<Subscription, &str>> {
    let kind = function.strip_prefix("on_")?;
    Some(match kind {
        "any" => Ok(Subscription::Any),
        "start" => Ok(Subscription::Start),
        kind => kind.parse().map(Subscription::Kind).map_err(|_| kind),
    })
}

/// What is wrong with those functions that are meant as handlers; each by its name, with how many parameters it has.
pub(super) fn errors<'a>(functions: impl Iterator<Item = (&'a str, usize)>, text: &Text) -> Vec<Diagnostic> {
    let positions = text.functions();
    let error = |(function, parameters): (&str, usize)| {
        let at = positions.get(function).copied().unwrap_or(Position::NONE);
        let wrong_parameters = |message: String| text.error("rules.handler_parameters", at, message);
        match subscription(function)? {
            Err(kind) => {
                let help = near_kind(kind).map(|near| format!("did you mean `on_{near}`?"));
                Some(Diagnostic {
                    help,
                    ..text.error("rules.unknown_event", at, format!("there is no event `{kind}`"))
                })
            }
            Ok(Subscription::Start) => (parameters != 1)
                .then(|| wrong_parameters("this handler takes one parameter: fn on_start(bout)".to_owned())),
            Ok(_) => (parameters != 2)
                .then(|| wrong_parameters(format!("a handler takes two parameters: fn {function}(event, bout)"))),
        }
    };
    let mut errors: Vec<_> = functions.filter_map(error).collect();
    errors.sort_by_key(|error| error.place.as_ref().map(|place| place.span.start));
    errors
}

/// The kind of event with the nearest name, if one is near.
pub fn near_kind(text: &str) -> Option<Kind> {
    let likeness = |kind: Kind| strsim::jaro_winkler(kind.into(), text);
    Kind::iter()
        .map(|kind| (likeness(kind), kind))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, kind)| kind)
}
