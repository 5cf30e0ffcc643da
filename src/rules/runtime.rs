//! Compiles rules and runs their handlers and timers.

pub(super) mod compile;
pub(super) mod engine;
pub(super) mod failure;
pub(super) mod imports;
mod overrun;
pub(super) mod script;
pub(super) mod settings;
pub(super) mod timers;
