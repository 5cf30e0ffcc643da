//! The task that drives an instance.

mod buffer;
mod disk;
mod media_file;
mod names;
mod outputs;
mod recordings;
mod replays;
mod reports;
mod requests;
mod scenes;
mod session;
mod stand_in;
mod supervisor;

pub(super) use self::supervisor::ObsInstance;
