//! The task that drives an instance.

mod disk;
mod media_file;
mod outputs;
mod recordings;
mod replays;
mod reports;
mod requests;
mod scenes;
mod session;
mod supervisor;

pub(super) use self::supervisor::Instance;
