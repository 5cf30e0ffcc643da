//! Where and how scripts fail, reported at the 1st, 10th, 100th … time.

use std::collections::HashMap;

use rhai::{EvalAltResult, Position};

use crate::event::RuleFailed;
use crate::rules::meter::TOO_LONG;
use crate::rules::text::Text;

/// Places of failures that are counted.
const MAX_PLACES: usize = 1000;

/// How often each script failed at each place.
#[derive(Default)]
pub(crate) struct Failures(HashMap<Place, u64>);

/// Where and how a script failed.
#[derive(PartialEq, Eq, Hash)]
struct Place {
    file: String,
    function: String,
    position: Position,
    message: String,
}

impl Failures {
    /// The failure as an event, at its 1st, 10th, 100th … time at its place. `texts` are those of the
    /// script and its imports, `heard` is the kind of event that it answered.
    pub(crate) fn report(
        &mut self,
        texts: &[Text],
        handler: &str,
        heard: &str,
        error: &EvalAltResult,
    ) -> Option<RuleFailed> {
        let Innermost { function, source, position, error } = innermost(handler, error);
        let text = texts.iter().find(|text| source == Some(&*text.name)).or(texts.first())?;
        let position = if position.is_none() {
            text.functions().get(function).copied().unwrap_or(Position::NONE)
        } else {
            position
        };
        // A field that does not exist fails at the dot before it.
        let position = match (position.line(), position.position(), text.byte(position)) {
            (Some(line), Some(column), Some(byte)) if text.text[byte..].starts_with('.') => {
                Position::new(u16::try_from(line).unwrap_or(u16::MAX), u16::try_from(column + 1).unwrap_or(u16::MAX))
            }
            _ => position,
        };
        let message = in_words(error);
        if self.0.len() >= MAX_PLACES {
            self.0.clear();
        }
        let function = name_of(function).to_owned();
        let file = text.name.to_string();
        let place = Place { file: file.clone(), function: function.clone(), position, message: message.clone() };
        let times = self.0.entry(place).or_default();
        *times += 1;
        let is_reported = times.checked_ilog10().is_some_and(|power| *times == 10u64.pow(power));
        is_reported.then(|| RuleFailed {
            rule: file,
            function,
            heard: heard.to_owned(),
            message,
            line: position.line().unwrap_or(0),
            column: position.position().unwrap_or(0),
            text: text.line(position).to_owned(),
            times: *times,
        })
    }
}

/// The name of a function as people know it.
pub(crate) fn name_of(function: &str) -> &str {
    if function.starts_with("anon$") { "a timer" } else { function }
}

/// An error, the function and the file it happened in, and the place nearest to it that is known.
struct Innermost<'a> {
    function: &'a str,
    /// None in the script's own file.
    source: Option<&'a str>,
    position: Position,
    error: &'a EvalAltResult,
}

fn innermost<'a>(handler: &'a str, error: &'a EvalAltResult) -> Innermost<'a> {
    let EvalAltResult::ErrorInFunctionCall(function, source, inner, call) = error else {
        return Innermost { function: handler, source: None, position: error.position(), error };
    };
    let mut innermost = innermost(function, inner);
    if innermost.position.is_none() {
        // A function of ours fails at no place of the script's but its call.
        innermost.position = *call;
    } else if innermost.source.is_none() {
        innermost.source = Some(source);
    }
    innermost
}

/// An error without its position, which is given separately.
pub(crate) fn in_words(error: &EvalAltResult) -> String {
    let text = match error {
        EvalAltResult::ErrorTooManyOperations(_) | EvalAltResult::ErrorTerminated(..) => TOO_LONG.to_owned(),
        EvalAltResult::ErrorStackOverflow(_) => "functions call each other too deep: does one call itself?".to_owned(),
        other => other.to_string(),
    };
    let end = text.rfind(" (line ").unwrap_or(text.len());
    let text = text.get(..end).unwrap_or(&text);
    text.strip_prefix("Runtime error: ").unwrap_or(text).to_owned()
}
