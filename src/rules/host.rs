//! The functions that scripts call: `obs::…`, `player::…`, `log::…`, `mark`; see [`super::helpers`] for the others.

mod obs;

use rhai::{Dynamic, Engine, EvalAltResult, FuncRegistration, Map, Module};

use super::desk::Desk;
use super::{Surroundings, views};
use crate::action::{LogLevel, Verb};

/// What a host function gives back to a script.
type Done = Result<(), Box<EvalAltResult>>;

/// Tells the engine the functions that scripts may call.
pub(super) fn register(engine: &mut Engine, desk: &Desk, surroundings: &Surroundings) {
    obs::register(engine, desk, surroundings);
    register_player(engine, desk);
    register_log(engine, desk);
    let here = desk.clone();
    engine.register_fn("mark", move |text: &str| -> Done { Ok(here.ask(Verb::Mark { text: text.to_owned() })?) });
}

fn register_player(engine: &mut Engine, desk: &Desk) {
    let mut module = Module::new();
    let here = desk.clone();
    FuncRegistration::new("play").set_into_module(&mut module, move |path: &str| play(&here, path, &Map::new()));
    let here = desk.clone();
    FuncRegistration::new("play").set_into_module(&mut module, move |path: &str, how: Map| play(&here, path, &how));
    let here = desk.clone();
    FuncRegistration::new("close")
        .set_into_module(&mut module, move || -> Done { Ok(here.ask(Verb::ClosePlayer {})?) });
    engine.register_static_module("player", module.into());
}

/// `player::play(path, #{ last_seconds: 5, speed: 0.5 })`.
fn play(desk: &Desk, path: &str, how: &Map) -> Done {
    let mut last_seconds = None;
    let mut speed = 1.0;
    for (name, value) in how {
        let number = value.as_float().or_else(|_| value.as_int().map(|whole| whole as f64));
        let number = number.ok().filter(|number| *number > 0.0 && number.is_finite());
        let number = number.ok_or_else(|| format!("`{name}` is `{value}`, and must be a number above 0"))?;
        match name.as_str() {
            "last_seconds" => last_seconds = Some(number),
            "speed" => speed = number,
            other => return Err(format!("player::play knows `last_seconds` and `speed`, not `{other}`").into()),
        }
    }
    Ok(desk.ask(Verb::Play { path: path.to_owned(), last_seconds, speed })?)
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
