//! Whether a value is one that a parameter takes: the same when a script is checked and when it runs.

use std::sync::Arc;
use std::time::Duration;

use rhai::{Array, Dynamic, EvalAltResult, FnPtr, ImmutableString, Map};

use super::signature::{Form, Kind, Need, Parameter, Signature};
use crate::rules::duration::{self, DurationError};
use crate::rules::views::EventView;
use crate::suggest::{enumerate, near};
use crate::time::Time;

/// What is wrong with an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ArgumentError {
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Option<String>,
}

impl ArgumentError {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()) }
    }
}

impl From<ArgumentError> for Box<EvalAltResult> {
    fn from(ArgumentError { message, help }: ArgumentError) -> Self {
        help.map_or(message.clone(), |help| format!("{message}: {help}")).into()
    }
}

/// An argument's place: a parameter of one way to call a function.
#[derive(Clone, Copy)]
pub(crate) struct Argument<'a> {
    pub(crate) signature: &'a Signature,
    pub(crate) form: Form,
    pub(crate) parameter: Parameter,
    /// The OBS sinks that serve the court; empty if they are not known.
    pub(crate) instances: &'a [Arc<str>],
}

impl Argument<'_> {
    /// The same for an entry of the map that is the argument; an unknown name is an error.
    pub(crate) fn entry(self, name: &str) -> Result<Self, ArgumentError> {
        let Kind::Options { entries, .. } = self.parameter.kind else { return Ok(self) };
        match entries.iter().find(|entry| entry.name == name) {
            Some(entry) => Ok(Self { parameter: *entry, ..self }),
            None => Err(self.unknown(name, &entries.iter().map(|entry| entry.name).collect::<Vec<_>>())),
        }
    }

    /// Whether the map that is the argument has all that its entries need.
    pub(crate) fn complete(self, names: &[&str]) -> Result<(), ArgumentError> {
        let Kind::Options { needs, .. } = self.parameter.kind else { return Ok(()) };
        match needs.iter().find(|need| names.contains(&need.entry) && !names.contains(&need.other)) {
            Some(Need { entry, other, help }) => {
                Err(ArgumentError::new(format!("`{entry}` is of no use without `{other}`"), *help))
            }
            None => Ok(()),
        }
    }

    /// Whether it takes a value.
    pub(crate) fn check(self, value: &Dynamic) -> Result<(), ArgumentError> {
        let text = text(value);
        let fits = match (self.parameter.kind, text.as_deref()) {
            (Kind::Any, _) => true,
            (Kind::Text | Kind::FileName | Kind::InObs(_), text) => text.is_some(),
            (Kind::Instance, Some(name)) => return self.instance(name),
            (Kind::Duration { min, max }, Some(text)) => (min..=max).contains(&read(text)?),
            (Kind::Seconds, Some(text)) => read(text).map(|_| true)?,
            (Kind::Seconds, None) => seconds(value).is_some(),
            (Kind::Whole, _) => value.is_int(),
            (Kind::Number { min, max }, _) => number(value).is_some_and(|number| (min..=max).contains(&number)),
            (Kind::Flag, _) => value.is_bool(),
            (Kind::Word(words), Some(word)) if !words.contains(&word) => return Err(self.unknown(word, words)),
            (Kind::Word(_), text) => text.is_some(),
            (Kind::Words, text) => text.is_some() || value.is_array(),
            (Kind::Function, _) => value.is::<FnPtr>(),
            (Kind::Instant, _) => instant(value).is_some(),
            (Kind::InClip, _) => number(value).map_or(instant(value).is_some(), |seconds| seconds >= 0.0),
            (Kind::Clip, _) if path_of_clip(value).is_none() => {
                let help = format!("give {}", self.parameter.kind.words());
                return Err(ArgumentError::new("there is no `path` in what is to be played", help));
            }
            (Kind::Clip, _) => true,
            (Kind::Data, _) => value.is::<Map>(),
            (Kind::Options { .. }, _) => match value.read_lock::<Map>() {
                Some(map) => {
                    for (name, value) in map.iter() {
                        self.entry(name)?.check(value)?;
                    }
                    return self.complete(&map.keys().map(|name| name.as_str()).collect::<Vec<_>>());
                }
                None => false,
            },
            (Kind::Never { message, help }, _) => return Err(ArgumentError::new(message, help)),
            (Kind::Instance | Kind::Duration { .. }, None) => false,
        };
        // A value of the right sort is shown itself.
        let given = match self.parameter.kind {
            Kind::Duration { .. } if text.is_some() => format!("{:?}", text.unwrap_or_default().as_str()),
            Kind::Seconds | Kind::Number { .. } | Kind::Instant | Kind::InClip => value.to_string(),
            _ => sort_of(value).to_owned(),
        };
        let error = || match (self.parameter.kind, number(value)) {
            (Kind::Duration { .. }, Some(number)) if number > 0.0 => {
                ArgumentError { help: Some(format!("did you mean \"{number}s\"?")), ..self.wrong(&given) }
            }
            _ => self.wrong(&given),
        };
        if fits { Ok(()) } else { Err(error()) }
    }

    /// That it does not take such a value, or values of such a sort.
    pub(crate) fn wrong(self, given: &str) -> ArgumentError {
        let (path, name, kind) = (self.signature.path(), self.parameter.name, self.parameter.kind);
        let is_entry = !self.form.iter().any(|parameter| parameter.name == name);
        let subject = if is_entry { format!("`{name}` of `{path}`") } else { format!("`{path}`") };
        let words = kind.words();
        let takes = words.split(", the name").next().unwrap_or_default();
        let help = match kind {
            Kind::Duration { .. } | Kind::Seconds => format!("write {words}"),
            _ => format!("write `{}`", self.signature.call(self.form)),
        };
        ArgumentError::new(format!("{subject} takes {takes}, not {given}"), help)
    }

    fn unknown(self, given: &str, known: &[&str]) -> ArgumentError {
        let all = enumerate(known.iter().copied());
        ArgumentError {
            message: format!("`{}` knows {all}, not `{given}`", self.signature.path()),
            help: near(given, known.iter().copied()).map(|near| format!("did you mean `{near}`?")),
        }
    }

    fn instance(self, name: &str) -> Result<(), ArgumentError> {
        if self.instances.is_empty() || self.instances.iter().any(|known| **known == *name) {
            return Ok(());
        }
        let known = enumerate(self.instances.iter().map(|name| &**name));
        Err(ArgumentError::new(format!("there is no OBS `{name}` for this court"), format!("there is {known}")))
    }
}

/// What a value is, as it stands in a message.
pub(crate) fn sort_of(value: &Dynamic) -> &'static str {
    if value.is_unit() {
        "nothing, `()`"
    } else if value.is_int() {
        "a whole number"
    } else if value.is_float() {
        "a number with a point"
    } else if value.is_bool() {
        "true or false"
    } else if value.is_char() {
        "a single letter in `'…'`"
    } else if value.is::<ImmutableString>() {
        "a text"
    } else if value.is::<FnPtr>() {
        "a function"
    } else if value.is::<Array>() {
        "a list"
    } else if value.is::<Map>() {
        "a map"
    } else if value.is::<EventView>() {
        "an event"
    } else {
        "a value of another sort"
    }
}

pub(crate) fn text(value: &Dynamic) -> Option<ImmutableString> {
    value.read_lock::<ImmutableString>().map(|text| text.clone())
}

pub(crate) fn number(value: &Dynamic) -> Option<f64> {
    let number = value.as_float().or_else(|_| value.as_int().map(|whole| whole as f64));
    number.ok().filter(|number| number.is_finite())
}

/// A duration as its text.
fn read(text: &str) -> Result<Duration, ArgumentError> {
    duration::read(text).map_err(|DurationError { message, help }| {
        let meant = duration::meant(text).map(|meant| format!("did you mean \"{meant}\"?"));
        ArgumentError { message, help: meant.or(Some(help.to_owned())) }
    })
}

/// A duration, or a number of seconds.
pub(crate) fn seconds(value: &Dynamic) -> Option<Duration> {
    match text(value) {
        Some(text) => duration::read(&text).ok(),
        None => Duration::try_from_secs_f64(number(value)?).ok(),
    }
}

/// An instant, as its text or as the event that happened then.
pub(crate) fn instant(value: &Dynamic) -> Option<Time> {
    match value.read_lock::<EventView>() {
        Some(event) => event.get("at").to_string().parse().ok(),
        None => value.to_string().parse().ok(),
    }
}

/// A field of an event or of a map; `()` of anything else.
pub(crate) fn entry(value: &Dynamic, name: &str) -> Dynamic {
    if let Some(event) = value.read_lock::<EventView>() {
        return event.get(name);
    }
    value.read_lock::<Map>().and_then(|map| map.get(name).cloned()).unwrap_or(Dynamic::UNIT)
}

/// The path of a clip: itself, or as an event or a map has it.
pub(crate) fn path_of_clip(value: &Dynamic) -> Option<ImmutableString> {
    text(value).or_else(|| text(&entry(value, "path")))
}
