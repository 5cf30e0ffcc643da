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

/// The modules, each with its functions; the functions of the last one belong to no module.
pub(super) const MODULES: &[(&str, &[Function])] =
    &[("obs", obs::FUNCTIONS), ("player", player::FUNCTIONS), ("log", log::FUNCTIONS), ("", helpers::FUNCTIONS)];

/// Tells the engine the functions that scripts may call.
pub(super) fn register(engine: &mut Engine, effects: &CallEffects, surroundings: &Surroundings) {
    let host = Host::new(effects.clone(), surroundings.obs.clone().into());
    for (module, functions) in MODULES {
        function::register(engine, module, functions, &host);
    }
    log::redirect(engine, effects);
}
