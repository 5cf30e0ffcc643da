//! Builds everything from the config, runs it, and ends it in order.
//!
//! Each court has a thread of its own that takes its inputs one by one and passes the outputs to the sinks.
//! Threads are connected by bounded queues; what happens when one is full:
//!
//! | queue | when it is full |
//! |---|---|
//! | socket → court | the datagram is lost, counted and logged |
//! | court → database | live: the entry is lost, counted and logged (the capture has it); replay: waits |
//! | court → capture | the input is not recorded, counted and logged |
//! | court → OBS, player | the action fails at once, with that reason |
//! | OBS, player → court | the report is lost and logged |
//! | changed rules → court | the thread that compiles them waits |

mod capture_thread;
mod check;
mod components;
mod court_runtime;
mod event_log;
mod live;
mod loss_warnings;
mod losses;
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
