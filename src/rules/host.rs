//! The functions that scripts call: `obs::…`, `player::…`, `log::…`, `mark`, `after`, `cancel`.

mod obs;
mod player;

use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, FuncRegistration, Module};

use super::Surroundings;
use super::desk::{Desk, TimerCall, TooMuch};
use super::{duration, views};
use crate::action::{LogLevel, Verb};

/// What a host function gives back to a script.
type Done = Result<(), Box<EvalAltResult>>;

impl From<TooMuch> for Box<EvalAltResult> {
    fn from(_: TooMuch) -> Self {
        "one call of a handler asked for too many actions".into()
    }
}

/// Tells the engine the functions that scripts may call.
pub(super) fn register(engine: &mut Engine, desk: &Desk, surroundings: &Surroundings) {
    obs::register(engine, desk, surroundings);
    player::register(engine, desk);
    register_log(engine, desk);
    let here = desk.clone();
    engine.register_fn("mark", move |text: &str| -> Done { Ok(here.ask(Verb::Mark { text: text.to_owned() })?) });
    let here = desk.clone();
    engine.register_fn("after", move |wait: &str, call: FnPtr| after(&here, None, wait, call));
    let here = desk.clone();
    engine.register_fn("after", move |key: &str, wait: &str, call: FnPtr| after(&here, Some(key), wait, call));
    let here = desk.clone();
    engine
        .register_fn("cancel", move |key: &str| -> Done { Ok(here.time(TimerCall::Cancel { key: key.to_owned() })?) });
    // Rhai's own would hold up the court.
    engine.register_fn("sleep", |_: i64| -> Done { Err("a rule cannot sleep: use after(\"2s\", || …)".into()) });
    engine.register_fn("sleep", |_: f64| -> Done { Err("a rule cannot sleep: use after(\"2s\", || …)".into()) });
}

fn after(desk: &Desk, key: Option<&str>, wait: &str, call: FnPtr) -> Done {
    let wait = duration::read(wait)?;
    Ok(desk.time(TimerCall::After { key: key.map(str::to_owned), wait, call })?)
}

fn register_log(engine: &mut Engine, desk: &Desk) {
    let mut module = Module::new();
    for level in [LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error] {
        let here = desk.clone();
        FuncRegistration::new(level.to_string()).set_into_module(&mut module, move |value: Dynamic| -> Done {
            Ok(here.ask(Verb::Log { level, text: views::text_of(&value) })?)
        });
    }
    engine.register_static_module("log", module.into());
    let print = desk.clone();
    // A line too many is not worth an error here: `print` cannot fail.
    engine.on_print(move |text| drop(print.ask(Verb::Log { level: LogLevel::Info, text: text.to_owned() })));
    let debug = desk.clone();
    engine.on_debug(move |text, _, _| drop(debug.ask(Verb::Log { level: LogLevel::Debug, text: text.to_owned() })));
}
