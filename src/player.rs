//! Shows clips to the jury in mpv, which is kept running between reviews and driven over its JSON IPC.
//!
//! One task per player ([`spawn`]) keeps mpv running, carries out [`Command`]s one after the other, and reports to the
//! courts what the jury really see.
//!
//! - One review has the screen; the next waits and opens by itself, and the picture announces it (`screen`).
//! - A clip is shown when mpv has a frame of it on the screen: only then is `player.play` done, and `clip_shown` reported.
//!   One that cannot be shown leaves an empty screen, never the clip before.
//! - Every request has a time limit. An mpv that leaves one unanswered is ended and replaced, as is one that died: what
//!   was shown is shown again, at the same position. Until then commands wait, for two seconds at most.
//! - Where mpv does not start, commands fail at once with the reason; it is started again with growing pauses.
//! - Keys in mpv's window change the camera and the clip (`keys`); all else that the jury need has keys of mpv's own.
//! - When a person closes mpv's window, only the next clip opens it again.
//! - When the channel of commands is closed, mpv is closed too. It also ends by itself when vta is gone (on Windows,
//!   only when vta ends in good order).

mod entry;
mod error;
mod ipc;
mod keys;
mod last_words;
mod mpv;
mod options;
mod process;
mod screen;
mod session;
mod state;
mod supervisor;
mod trial;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub use self::options::PlayerOptions;
use self::state::PlayerState;
pub(crate) use self::trial::try_out;
use crate::sink::{Command, Courts, supervise};
use crate::telemetry::StatusHandle;

/// Starts the task that shows clips until `commands` is closed, and then closes the player.
///
/// # Panics
/// Outside a tokio runtime.
pub fn spawn(
    options: PlayerOptions,
    commands: mpsc::Receiver<Command>,
    courts: Courts,
    status: StatusHandle,
) -> JoinHandle<()> {
    let player = PlayerState::new(&options, courts);
    tokio::spawn(supervise(player, options, commands, status))
}
