//! What people and programs read of a running vta: the log with its messages, counters, the status of each component.

mod counters;
mod log;
mod log_files;
mod log_message;
pub mod messages;
mod status;
mod terminal;

pub use counters::{Counter, Counters};
pub use log::{Log, LogError, LogOptions, start};
pub use log_message::LogMessage;
pub use status::{RunGuard, Status, StatusHandle, Trouble};
