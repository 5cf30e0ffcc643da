//! The functions that scripts call: `obs::…`, `player::…`, `log::…`, `mark`; see [`super::helpers`] for the others.

mod obs;
mod player;

use rhai::{Dynamic, Engine, EvalAltResult, FuncRegistration, Module};

use super::desk::Desk;
use super::{Surroundings, views};
use crate::action::{LogLevel, Verb};

/// What a host function gives back to a script.
type Done = Result<(), Box<EvalAltResult>>;

/// Tells the engine the functions that scripts may call.
pub(super) fn register(engine: &mut Engine, desk: &Desk, surroundings: &Surroundings) {
    obs::register(engine, desk, surroundings);
    player::register(engine, desk);
    register_log(engine, desk);
    let here = desk.clone();
    engine.register_fn("mark", move |text: &str| -> Done { Ok(here.ask(Verb::Mark { text: text.to_owned() })?) });
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
