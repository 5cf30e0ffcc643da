//! `log::…`

use rhai::Engine;

use super::function::{Arguments, Function, Host, Returned};
use super::signature::{Form, Kind, Signature, parameter};
use crate::action::{LogLevel, Verb};
use crate::rules::effects::CallEffects;

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "error",
        "Writes a line to the log of what is wrong.",
        r#"log::error("no clip for the jury");"#,
        |host, arguments| write(host, arguments, LogLevel::Error),
    ),
    function(
        "info",
        "Writes a line to the log that is worth knowing; `print(value)` is the same.",
        "log::info(`bout ${bout.number}: ${event.path}`);",
        |host, arguments| write(host, arguments, LogLevel::Info),
    ),
    function(
        "warn",
        "Writes a line to the log that is worth a look.",
        r#"log::warn("the clip is late");"#,
        |host, arguments| write(host, arguments, LogLevel::Warn),
    ),
];

const VALUE: &[Form] = &[&[parameter("value", Kind::Any)]];

const fn function(
    name: &'static str,
    doc: &'static str,
    example: &'static str,
    run: fn(&Host, &Arguments<'_>) -> Returned,
) -> Function {
    Function { signature: Signature { module: "log", name, forms: VALUE, doc, example }, run }
}

fn write(host: &Host, arguments: &Arguments<'_>, level: LogLevel) -> Returned {
    host.request(Verb::Log { level, text: arguments.text("value") })
}

/// Hands what Rhai's own `print` and `debug` write to the log.
pub(super) fn redirect(engine: &mut Engine, effects: &CallEffects) {
    let print = effects.clone();
    // A line too many is not worth an error here: `print` cannot fail.
    engine.on_print(move |text| drop(print.request(Verb::Log { level: LogLevel::Info, text: text.to_owned() })));
    let debug = effects.clone();
    // `debug` is a word of Rhai's own, which cannot be a function of a module.
    engine.on_debug(move |text, _, _| drop(debug.request(Verb::Log { level: LogLevel::Debug, text: text.to_owned() })));
}
