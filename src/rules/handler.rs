//! The functions of a script that hear events: `on_<kind>`, `on_any` and `on_start`.

use strum::IntoEnumIterator;

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

/// What is wrong with a function whose name begins as that of a handler.
pub(super) struct HandlerError {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: Option<String>,
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

/// What is wrong with a function as a handler, if it is meant as one.
pub(super) fn error(function: &str, parameters: usize) -> Option<HandlerError> {
    let wrong_parameters = |message: String| HandlerError { code: "rules.handler_parameters", message, help: None };
    match subscription(function)? {
        Err(kind) => Some(HandlerError {
            code: "rules.unknown_event",
            message: format!("there is no event `{kind}`"),
            help: near_kind(kind).map(|near| format!("did you mean `on_{near}`?")),
        }),
        Ok(Subscription::Start) => (parameters != 1)
            .then(|| wrong_parameters("this handler takes one parameter: fn on_start(bout)".to_owned())),
        Ok(_) => (parameters != 2)
            .then(|| wrong_parameters(format!("a handler takes two parameters: fn {function}(event, bout)"))),
    }
}

/// The kind of event whose name is most like a text, if any is.
pub fn near_kind(text: &str) -> Option<Kind> {
    let likeness = |kind: Kind| strsim::jaro_winkler(kind.into(), text);
    Kind::iter()
        .map(|kind| (likeness(kind), kind))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, kind)| kind)
}
