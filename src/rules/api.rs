//! The functions that scripts call: `obs::…`, `player::…`, `log::…`, `mark`; `helpers` has the others.

mod helpers;
mod obs;
mod player;

use rhai::{Dynamic, Engine, EvalAltResult, Module};

use super::documented::documented;
use super::effects::CallEffects;
use super::{Surroundings, views};
use crate::action::{LogLevel, Verb};

/// What a host function gives back to a script.
type Done = Result<(), Box<EvalAltResult>>;

/// Tells the engine the functions that scripts may call.
pub(crate) fn register(engine: &mut Engine, effects: &CallEffects, surroundings: &Surroundings) {
    obs::register(engine, effects, surroundings);
    player::register(engine, effects);
    helpers::register(engine, effects);
    register_log(engine, effects);
    let here = effects.clone();
    let mark = documented! {
        /// Sets a bookmark in the timeline, which `vta db timeline` shows.
        "mark"(value: Dynamic)
    };
    mark.register_into_engine(engine, move |value: Dynamic| -> Done {
        Ok(here.request(Verb::Mark { text: views::text_of(&value) })?)
    });
}

fn register_log(engine: &mut Engine, effects: &CallEffects) {
    let mut module = Module::new();
    let levels = [
        documented! {
            /// Writes a line to the log that is worth knowing; `print(value)` is the same.
            "info"(value: Dynamic)
        },
        documented! {
            /// Writes a line to the log that is worth a look.
            "warn"(value: Dynamic)
        },
        documented! {
            /// Writes a line to the log of what is wrong.
            "error"(value: Dynamic)
        },
    ];
    for (level, function) in [LogLevel::Info, LogLevel::Warn, LogLevel::Error].into_iter().zip(levels) {
        let here = effects.clone();
        function.set_into_module(&mut module, move |value: Dynamic| -> Done {
            Ok(here.request(Verb::Log { level, text: views::text_of(&value) })?)
        });
    }
    engine.register_static_module("log", module.into());
    let print = effects.clone();
    // A line too many is not worth an error here: `print` cannot fail.
    engine.on_print(move |text| drop(print.request(Verb::Log { level: LogLevel::Info, text: text.to_owned() })));
    let debug = effects.clone();
    // `debug` is a word of Rhai's own, which cannot be a function of a module.
    engine.on_debug(move |text, _, _| drop(debug.request(Verb::Log { level: LogLevel::Debug, text: text.to_owned() })));
}
