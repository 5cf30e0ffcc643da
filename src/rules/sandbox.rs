//! The engine that a script runs in, with all that bounds it.

use std::sync::OnceLock;

use rhai::packages::{Package, StandardPackage};
use rhai::{Dynamic, Engine, Module, OptimizationLevel, Shared};

use super::effects::CallEffects;
use super::limits::{Limits, Surroundings};
use super::meter::Meter;
use super::{api, costly, views};

/// Depth of calls that a script may reach.
const MAX_DEPTH: usize = 32;
/// Depth to which expressions and blocks may be nested.
const MAX_NESTING: usize = 128;
/// Names that a script may have at once.
const MAX_VARIABLES: usize = 200;
/// Files that a script may import, with those that they import.
pub(super) const MAX_IMPORTS: usize = 20;
/// Texts that the engine keeps one copy of.
const MAX_INTERNED: usize = 256;

/// An engine in which a script can be compiled, but can call only Rhai's own functions.
pub(super) fn bare(meter: &Meter) -> Engine {
    // It takes long to make, and is the same for all.
    static STANDARD: OnceLock<Shared<Module>> = OnceLock::new();
    let mut engine = Engine::new_raw();
    engine.register_global_module(STANDARD.get_or_init(|| StandardPackage::new().as_shared_module()).clone());
    let here = meter.clone();
    engine.on_progress(move |_| if here.take(1) { None } else { Some(Dynamic::UNIT) });
    engine
        // Trees stay as they are written until the constants are known.
        .set_optimization_level(OptimizationLevel::None)
        .set_max_strings_interned(MAX_INTERNED)
        .set_max_call_levels(MAX_DEPTH)
        .set_max_expr_depths(MAX_NESTING, MAX_NESTING)
        .set_max_string_size(Limits::MAX_TEXT)
        .set_max_array_size(Limits::MAX_ENTRIES)
        .set_max_map_size(Limits::MAX_NAMES)
        .set_max_variables(MAX_VARIABLES)
        .set_max_modules(MAX_IMPORTS)
        .disable_symbol("eval");
    costly::register(&mut engine, meter);
    engine
}

/// The engine of a script.
pub(super) fn engine(meter: &Meter, effects: &CallEffects, surroundings: &Surroundings) -> Engine {
    let mut engine = bare(meter);
    views::register(&mut engine);
    api::register(&mut engine, effects, surroundings);
    engine
}
