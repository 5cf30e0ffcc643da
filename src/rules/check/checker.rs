//! What it takes to check scripts.

use std::sync::Arc;

use rhai::Engine;

use super::functions::Functions;
use crate::rules::limits::Surroundings;
use crate::rules::meter::Meter;
use crate::rules::sandbox;

pub(super) struct Checker {
    pub(super) engine: Engine,
    pub(super) functions: Functions,
    /// The OBS sinks that rules may name; empty if they are not known.
    pub(super) instances: Vec<Arc<str>>,
}

impl Checker {
    pub(super) fn new(surroundings: &Surroundings) -> Self {
        let engine = sandbox::bare(&Meter::default());
        let functions = Functions::of(&engine);
        Self { engine, functions, instances: surroundings.obs.clone() }
    }
}
