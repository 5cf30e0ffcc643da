//! The state of a bout, and what it implies.

mod state;

pub use state::*;
