//! The functions that rules call: one table, from which come their registration with Rhai, `rules check`, what is named
//! in OBS, and the reference.

pub(super) mod allowed;
pub(super) mod argument;
pub(super) mod function;
mod helpers;
mod log;
mod obs;
mod player;
pub(super) mod signature;

use rhai::Engine;

use self::function::{Function, Host};
use super::effects::CallEffects;
use super::limits::Surroundings;

/// A module of functions.
pub(super) struct Module {
    /// As scripts name it; empty if its functions are called without one.
    pub(super) name: &'static str,
    pub(super) functions: &'static [Function],
    /// What stands before them in the reference.
    pub(super) heading: &'static str,
}

/// The modules, in the order of the reference.
pub(super) const MODULES: &[Module] = &[
    Module {
        name: "obs",
        functions: obs::FUNCTIONS,
        heading: "## Actions of OBS\n\n`obs::scene(…)` goes to every OBS that serves the court, `obs::on(\"jury\").scene(…)` \
                  to one.\n",
    },
    Module { name: "player", functions: player::FUNCTIONS, heading: "\n## Actions of the player\n" },
    Module { name: "log", functions: log::FUNCTIONS, heading: "\n## The log\n" },
    Module { name: "", functions: helpers::FUNCTIONS, heading: "\n## Helpers\n" },
];

/// Registers the functions that scripts may call.
pub(super) fn register(engine: &mut Engine, effects: &CallEffects, surroundings: &Surroundings) {
    let host = Host::new(effects.clone(), surroundings.obs.clone().into());
    for module in MODULES {
        function::register(engine, module.name, module.functions, &host);
    }
    log::redirect(engine, effects);
}
