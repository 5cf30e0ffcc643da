//! The state of a bout, and what it implies.

mod state;
mod tracker;

pub use state::*;
pub use tracker::{Implied, Tracker};
