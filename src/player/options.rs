//! How to start the player.

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::PlayerSink;

/// The program, and the name of the sink.
#[derive(Clone, Debug)]
pub struct PlayerOptions {
    /// Name of the sink, which stands in reports and logs.
    pub name: Arc<str>,
    /// The program, found on the path or given with its folder.
    pub command: PathBuf,
    /// Arguments in addition to our own.
    pub arguments: Vec<String>,
}

impl PlayerOptions {
    /// The options of a sink.
    pub fn of(name: &Arc<str>, sink: &PlayerSink) -> Self {
        Self { name: name.clone(), command: sink.command.clone(), arguments: sink.arguments.clone() }
    }
}
