//! `log::…`

use rhai::Engine;

use super::function::{Function, functions};
use super::signature::{Kind, Parameter, parameter};
use crate::action::{ActionVerb, LogLevel};
use crate::rules::effects::CallEffects;

const VALUE: Parameter = parameter("value", Kind::Any);

pub(super) const FUNCTIONS: &[Function] = functions! { "log";
    /// Writes a line to the log of what is wrong.
    "error" [VALUE] r#"log::error("no clip for the jury");"#
        => |host, given| host.request(ActionVerb::Log { level: LogLevel::Error, text: given.text("value") });

    /// Writes a line to the log that is worth knowing; `print(value)` is the same.
    "info" [VALUE] "log::info(`bout ${bout.number}: ${event.path}`);"
        => |host, given| host.request(ActionVerb::Log { level: LogLevel::Info, text: given.text("value") });

    /// Writes a line to the log that is worth a look.
    "warn" [VALUE] r#"log::warn("the clip is late");"#
        => |host, given| host.request(ActionVerb::Log { level: LogLevel::Warn, text: given.text("value") });
};

/// Hands what Rhai's own `print` and `debug` write to the log.
pub(super) fn redirect(engine: &mut Engine, effects: &CallEffects) {
    let print = effects.clone();
    // A line too many is not worth an error here: `print` cannot fail.
    engine.on_print(move |text| drop(print.request(ActionVerb::Log { level: LogLevel::Info, text: text.to_owned() })));
    let debug = effects.clone();
    // `debug` is a word of Rhai's own, which cannot be a function of a module.
    engine.on_debug(move |text, _, _| {
        drop(debug.request(ActionVerb::Log { level: LogLevel::Debug, text: text.to_owned() }))
    });
}
