//! What a function that rules call is called, and what it takes.

use std::time::Duration;

use crate::rules::duration::{self, MAX_DURATION};

/// How a function is called.
pub(crate) struct Signature {
    /// The name of its module; empty where it has none.
    pub(crate) module: &'static str,
    pub(crate) name: &'static str,
    /// Each way to call it, the fewest parameters first.
    pub(crate) forms: &'static [Form],
    /// What it does, as Markdown.
    pub(crate) doc: &'static str,
    /// Statements of a handler of `clip_saved` that use it.
    pub(crate) example: &'static str,
}

/// The parameters of one way to call a function.
pub(crate) type Form = &'static [Parameter];

/// A parameter, or an entry of a map that is one.
#[derive(Clone, Copy)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

/// What a parameter takes.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Any value; what is not a text is written as one.
    Any,
    Text,
    /// The name of a file that OBS writes.
    FileName,
    /// The name of something in OBS.
    InObs(InObs),
    /// The name of an OBS sink.
    Instance,
    /// A text such as `"2s"`.
    Duration {
        min: Duration,
        max: Duration,
    },
    /// A duration, or a number of seconds.
    Seconds,
    Whole,
    Number {
        min: f64,
        max: f64,
    },
    Flag,
    Word(&'static [&'static str]),
    /// A text, or a list of texts.
    Words,
    /// A function without parameters.
    Function,
    /// The text of an instant, or an event.
    Instant,
    /// An instant, or a number of seconds from the beginning of a clip.
    InClip,
    /// A path, or an event or a map with a `path`.
    Clip,
    /// A map with any entries.
    Data,
    /// A map with these entries; each may be left out.
    Options {
        entries: &'static [Parameter],
        needs: &'static [Need],
    },
    /// Nothing at all: the function is there to say what to use in its place.
    Never {
        message: &'static str,
        help: &'static str,
    },
}

/// An entry of a map that is of no use without another.
#[derive(Clone, Copy)]
pub(crate) struct Need {
    pub(crate) entry: &'static str,
    pub(crate) other: &'static str,
    pub(crate) help: &'static str,
}

/// What a name in OBS is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InObs {
    Scene,
    /// A source of the scene that is the parameter before.
    Item,
    Source,
    /// A filter of the source that is the parameter before.
    Filter,
    Transition,
    Hotkey,
    /// A media file on the computer that runs OBS.
    File,
}

/// Any time that a rule may wait.
pub(crate) const ANY_DURATION: Kind = Kind::Duration { min: Duration::ZERO, max: MAX_DURATION };

/// Any number.
pub(crate) const ANY_NUMBER: Kind = Kind::Number { min: f64::MIN, max: f64::MAX };

pub(crate) const fn parameter(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind }
}

impl Signature {
    /// Its name with that of its module.
    pub(crate) fn path(&self) -> String {
        path(self.module, self.name)
    }

    /// A call of it as it is written.
    pub(crate) fn call(&self, form: Form) -> String {
        let names: Vec<_> = form.iter().map(|parameter| parameter.name).collect();
        format!("{}({})", self.path(), names.join(", "))
    }

    /// The way to call it with so many arguments.
    pub(crate) fn form(&self, arguments: usize) -> Option<Form> {
        self.forms.iter().copied().find(|form| form.len() == arguments)
    }

    /// Whether it can be called on one OBS instance, too: `obs::on("jury").scene("Live")`.
    pub(crate) fn is_method_of_obs(&self) -> bool {
        self.module == "obs" && self.name != "on"
    }
}

/// A name with that of its module.
pub(crate) fn path(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
}

impl Kind {
    /// What it takes, as it stands in messages and in the reference.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Any => "any value, written as text".to_owned(),
            Self::Text | Self::InObs(InObs::File) => "a text".to_owned(),
            Self::FileName => "a text, the name of a file".to_owned(),
            Self::InObs(InObs::Scene) => "a text, the name of a scene".to_owned(),
            Self::InObs(InObs::Item | InObs::Source) => "a text, the name of a source".to_owned(),
            Self::InObs(InObs::Filter) => "a text, the name of a filter".to_owned(),
            Self::InObs(InObs::Transition) => "a text, the name of a transition".to_owned(),
            Self::InObs(InObs::Hotkey) => "a text, the name of a hotkey".to_owned(),
            Self::Instance => "a text, the name of an OBS sink".to_owned(),
            Self::Duration { min, max } if min.is_zero() && max == MAX_DURATION => {
                r#"a duration such as "500ms", "2s" or "1m""#.to_owned()
            }
            Self::Duration { min, max: MAX_DURATION } => {
                format!(r#"a duration such as "500ms", "2s" or "1m", at least "{}""#, duration::written(min))
            }
            Self::Duration { min, max } => {
                format!("a duration from \"{}\" to \"{}\"", duration::written(min), duration::written(max))
            }
            Self::Seconds => r#"a duration such as "5s", or a number of seconds"#.to_owned(),
            Self::Whole => "a whole number".to_owned(),
            Self::Number { min: f64::MIN, max: f64::MAX } => "a number".to_owned(),
            Self::Number { min: f64::MIN_POSITIVE, max: f64::MAX } => "a number above 0".to_owned(),
            Self::Number { min, max } => format!("a number from {min} to {max}"),
            Self::Flag => "true or false".to_owned(),
            Self::Word(words) => {
                let words: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
                format!("one of {}", words.join(", "))
            }
            Self::Words => r#"a text, or a list of texts: `["one", "another"]`"#.to_owned(),
            Self::Function => "a function `|| …`".to_owned(),
            Self::Instant => "an instant such as `event.at`, or the event itself".to_owned(),
            Self::InClip => "an instant such as `event.at`, an event, or a number of seconds from 0".to_owned(),
            Self::Clip => "an event with a `path`, a map with one, or the path itself".to_owned(),
            Self::Data | Self::Options { .. } => "a map `#{ … }`".to_owned(),
            Self::Never { .. } => "nothing".to_owned(),
        }
    }
}
