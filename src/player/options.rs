//! How to start the player.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Corner, PlayerSink};

/// The program, and the name of the sink.
#[derive(Clone, Debug)]
pub struct PlayerOptions {
    /// Name of the sink, which stands in reports and logs.
    pub name: Arc<str>,
    /// The program, found on the path or given with its folder.
    pub command: PathBuf,
    /// Arguments in addition to our own.
    pub arguments: Vec<String>,
    /// Where the texts stand.
    pub corner: Corner,
    /// How long a review keeps the screen once another waits.
    pub hold: Duration,
}

impl PlayerOptions {
    /// The options of a sink.
    pub fn of(name: &Arc<str>, sink: &PlayerSink) -> Self {
        Self {
            name: name.clone(),
            command: sink.command.clone(),
            arguments: sink.arguments.clone(),
            corner: sink.corner,
            hold: Duration::from_secs(sink.hold),
        }
    }
}
