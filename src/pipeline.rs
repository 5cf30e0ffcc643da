//! Builds it all from the config, keeps it going, and brings it to its end.
//!
//! Each court has a thread of its own that takes its inputs one by one, and hands what comes of them to the sinks.
//! Every way between threads is a bounded queue; what happens when one is full:
//!
//! | queue | when it is full |
//! |---|---|
//! | socket → court | the datagram is lost, counted and said |
//! | court → database | live: the entry is lost, counted and said (the capture has what it came from); replay: waits |
//! | court → capture | the input is not recorded, counted and said |
//! | court → OBS, player | the action fails at once, with that reason |
//! | OBS, player → court | the report is lost and said |
//! | changed rules → court | whoever compiles them waits |

mod capture_thread;
mod check;
mod components;
mod court_runtime;
mod event_log;
mod live;
mod loss_warnings;
mod reload;
mod replay;
mod setup;

pub use check::check;
pub use court_runtime::ShowAction;
pub use live::run;
pub use replay::{Outcomes, Pace, ReplayOptions, replay};
pub use setup::{StartError, compile};
