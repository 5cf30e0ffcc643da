//! Builds everything from the config, runs it, and ends it in order.
//!
//! Each court has a thread of its own that takes its inputs one by one and passes the outputs to the sinks.
//! Threads are connected by bounded queues; ARCHITECTURE.md lists them, and what happens when one is full.

mod capture_room;
mod capture_thread;
mod check;
mod components;
mod court_runtime;
mod event_log;
mod live;
mod loss_warnings;
mod losses;
mod obs_names;
mod reload;
mod replay;
mod resume;
mod setup;
mod sinks;

pub use check::check;
pub(crate) use court_runtime::{Acted, CourtRuntime, Target};
pub use live::run;
pub use replay::{Actions, Pace, ReplayOptions, ShowAction, replay};
pub use setup::{StartError, compile};
