//! Why a command of the player failed, in plain words.

use std::time::Duration;

/// Why a command failed, or the player.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PlayerError {
    #[error("the player `{0}` was not found: install mpv, or say in `command` where it is")]
    Missing(String),
    #[error("the player `{command}` did not start: {reason}")]
    NotStarted { command: String, reason: String },
    #[error("no window came within {} s; {advice}", .limit.as_secs_f64())]
    NoWindow { limit: Duration, advice: &'static str },
    #[error("the player ended: {0}")]
    Ended(String),
    #[error("the player did not answer within {} s", .0.as_secs_f64())]
    Silent(Duration),
    #[error("mpv refused `{command}`: {reason}")]
    Refused { command: String, reason: String },
    #[error("the clip `{path}` cannot be opened: {reason}")]
    NoFile { path: String, reason: String },
    #[error("mpv cannot play `{path}`: {reason}")]
    CannotPlay { path: String, reason: String },
    #[error("mpv did not show `{path}` within {} s", .limit.as_secs_f64())]
    NotShown { path: String, limit: Duration },
    #[error("no clip is shown")]
    NothingShown,
    #[error("the clip waits for the screen, on which it cannot be stepped yet")]
    Waits,
    #[error("its review was over, or another clip took its place, before the screen was free")]
    NeverShown,
    #[error("there is no other {0}")]
    NoOther(&'static str),
    #[error("the clips of more than {0} cameras cannot be stepped between")]
    TooManyCameras(usize),
    #[error("it is not known when `{path}` begins: say it in seconds from its beginning")]
    TimeUnknown { path: String },
    #[error("a loop must end after it begins")]
    EmptyLoop,
    #[error("the loop begins behind the end of the clip, which plays for {}.{} s", tenths / 10, tenths % 10)]
    LoopBehindEnd {
        /// How long the clip plays, in tenths of a second.
        tenths: u64,
    },
    #[error("the player was closed by hand; the next clip opens it again")]
    Closed,
    #[error("the player is still starting")]
    Starting,
}

impl PlayerError {
    /// Whether it is mpv as such that can be used no longer.
    pub(super) fn is_of_the_player(&self) -> bool {
        matches!(self, Self::Ended(_) | Self::Silent(_))
    }
}
