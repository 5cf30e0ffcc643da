//! The rules: what a Rhai script can read and do, and its limits.
//!
//! A script is a set of handlers `fn on_<kind>(event, bout)`; `this` keeps its state from one event to the next. It
//! reaches no file, network or clock, and its operations, depth and sizes are limited, so that the
//! court goes on in any case.

mod api;
mod chain;
pub mod check;
mod costly;
pub(crate) mod duration;
mod effects;
pub mod eval;
mod explain;
mod handler;
mod limits;
mod memory;
mod meter;
pub mod reference;
mod runtime;
mod sandbox;
mod sources;
mod text;
mod views;

pub use chain::Chain;
pub use explain::{Denial, Explain, Explained, Reaction};
pub use handler::near_kind;
pub use limits::{Limits, Surroundings};
pub use runtime::engine::{Retired, RuleOutput, Rules};
pub(crate) use runtime::settings::Settings;
pub use sources::{RuleFile, Setting, SettingValue, Sources};
pub(crate) use views::bout_as_json;
