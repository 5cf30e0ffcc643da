//! Calls with values that stand in the script, tried before the day: what a function refuses now, it refuses then.
//!
//! Where an argument is known only when the rule runs, many sorts of values stand in for it. A call is wrong if it fails
//! with all of them.

use rhai::{AST, Dynamic, EvalAltResult, FnPtr, Map, Scope};

use super::Checker;
use super::shape::Shape;
use super::value::Value;
use crate::rules::runtime::failure;
use crate::rules::runtime::script::MAX_TOP_LEVEL_OPERATIONS;

/// More calls than this are not tried; the call counts as right then.
const MAX_CALLS: usize = 1000;

/// An argument of a call.
#[derive(Clone)]
pub(super) enum Argument {
    /// It stands in the script.
    Known(Dynamic),
    /// A map, of which some stands in the script.
    Map(Vec<(String, Argument)>),
    /// It is known only when the rule runs.
    Unknown,
}

/// What is wrong with a call.
pub(super) struct Refused {
    /// The argument that is to blame, by its number, where it is one alone.
    pub(super) argument: Option<usize>,
    /// The entry of the map that is to blame.
    pub(super) entry: Option<String>,
    /// What the function says; nothing where it does not take such values.
    pub(super) says: Option<String>,
}

impl Argument {
    pub(super) fn of(shape: &Shape) -> Self {
        let Some(value) = shape.value() else { return Self::Unknown };
        Self::Known(match value {
            Value::Text(text) => text.clone().into(),
            Value::SomeText | Value::List(_) => return Self::some(value),
            Value::Whole(number) => (*number).into(),
            Value::Fraction(number) => (*number).into(),
            Value::Flag(flag) => (*flag).into(),
            Value::Nothing => Dynamic::UNIT,
            Value::Function => function(),
            Value::Map(entries) => {
                // An entry may be a setting that is not wanted.
                let of = |shape: &Shape| {
                    if shape.value().is_some_and(Value::is_off) { Self::Unknown } else { Self::of(shape) }
                };
                return Self::Map(entries.iter().map(|(name, shape)| (name.clone(), of(shape))).collect());
            }
        })
    }

    /// What is known of a value is its sort only.
    fn some(value: &Value) -> Self {
        match value {
            Value::List(_) => Self::Known(rhai::Array::new().into()),
            _ => Self::Unknown,
        }
    }

    /// Whether something of it stands in the script.
    fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// Whether all of it stands in the script.
    fn is_whole(&self) -> bool {
        match self {
            Self::Known(_) => true,
            Self::Map(entries) => entries.iter().all(|(_, entry)| entry.is_whole()),
            Self::Unknown => false,
        }
    }

    /// The values to try.
    fn values(&self) -> Vec<Dynamic> {
        match self {
            Self::Known(value) => vec![value.clone()],
            Self::Unknown => samples(),
            Self::Map(entries) => {
                let mut maps = vec![Map::new()];
                for (name, entry) in entries {
                    // Instants, numbers and flags are all that entries are made of.
                    let mut values = entry.values();
                    if !entry.is_known() {
                        values.truncate(SIMPLE);
                    }
                    let with = |map: &Map, value: &Dynamic| {
                        let mut map = map.clone();
                        map.insert(name.into(), value.clone());
                        map
                    };
                    maps = maps.iter().flat_map(|map| values.iter().map(|value| with(map, value))).collect();
                    if maps.len() > MAX_CALLS {
                        return samples();
                    }
                }
                maps.into_iter().map(Dynamic::from_map).collect()
            }
        }
    }
}

/// So many of the samples are instants, numbers and flags.
const SIMPLE: usize = 3;

/// Values of all sorts that functions take.
fn samples() -> Vec<Dynamic> {
    let (instant, duration, word) = ("1970-01-01T00:00:00Z", "5s", "play");
    vec![
        instant.into(),
        Dynamic::from_int(1),
        true.into(),
        duration.into(),
        word.into(),
        1.5.into(),
        Dynamic::UNIT,
        function(),
        Map::new().into(),
        rhai::Array::new().into(),
    ]
}

fn function() -> Dynamic {
    FnPtr::new("anything").map_or(Dynamic::UNIT, Dynamic::from)
}

impl Checker {
    /// What is wrong with a call, if it fails whatever the arguments are that do not stand in the script.
    pub(super) fn try_call(&self, path: &str, arguments: &[Argument]) -> Option<Refused> {
        if !arguments.iter().any(Argument::is_known) {
            return None;
        }
        let names: Vec<_> = (0..arguments.len()).map(|number| format!("a{number}")).collect();
        let call = self.engine.compile_expression(format!("{path}({})", names.join(", "))).ok()?;
        let says = self.refusal(&call, arguments)?;
        let passes = |arguments: &[Argument]| self.refusal(&call, arguments).is_none();
        let known = arguments.iter().enumerate().filter(|(_, argument)| argument.is_known());
        for (number, argument) in known {
            let with = |argument| {
                let mut others = arguments.to_vec();
                others[number] = argument;
                others
            };
            if let Argument::Map(entries) = argument {
                let without = |entry: usize| {
                    let mut entries = entries.clone();
                    entries.remove(entry);
                    Argument::Map(entries)
                };
                let mut known = entries.iter().enumerate().filter(|(_, (_, entry))| entry.is_known());
                if let Some((_, (name, _))) = known.find(|(entry, _)| passes(&with(without(*entry)))) {
                    return Some(Refused { argument: Some(number), entry: Some(name.clone()), says });
                }
            }
            // What a function says of a map may be about that of it which is not known.
            if (argument.is_whole() || says.is_none()) && passes(&with(Argument::Unknown)) {
                return Some(Refused { argument: Some(number), entry: None, says });
            }
        }
        // Where several are wrong at once, it may be what stands in for the others.
        let all = arguments.iter().all(Argument::is_whole);
        all.then_some(Refused { argument: if arguments.len() == 1 { Some(0) } else { None }, entry: None, says })
    }

    /// Why a call fails with all values that its arguments can have: what the function says, if it takes them at all.
    fn refusal(&self, call: &AST, arguments: &[Argument]) -> Option<Option<String>> {
        let values: Vec<_> = arguments.iter().map(Argument::values).collect();
        let calls = values.iter().map(Vec::len).product();
        if calls > MAX_CALLS {
            return None;
        }
        let mut says = None;
        for mut number in 0..calls {
            let mut scope = Scope::new();
            for (argument, values) in values.iter().enumerate() {
                scope.push_dynamic(format!("a{argument}"), values.get(number % values.len())?.clone());
                number /= values.len();
            }
            self.meter.begin(MAX_TOP_LEVEL_OPERATIONS);
            let result = self.engine.eval_ast_with_scope::<Dynamic>(&mut scope, call);
            drop(self.effects.take());
            match result.map_err(|error| *error) {
                Ok(_) => return None,
                Err(EvalAltResult::ErrorFunctionNotFound(..)) => {}
                Err(error) => says = says.or(Some(failure::in_words(&error))),
            }
        }
        Some(says)
    }
}
