//! What a court starts from: its rules, the setup that its capture keeps, and why a start can fail.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bout::SessionId;
use crate::config::Config;
use crate::court::Setup;
use crate::diagnostic::Diagnostic;
use crate::rules::{Limits, Rules, Sources, Surroundings};
use crate::source::BindError;
use crate::store::StoreError;

/// Entries that may wait for the database.
pub(super) const MAX_ENTRIES: usize = 100_000;
/// Reports that may wait for a court.
pub(super) const MAX_REPORTS: usize = 4096;

/// Why the program could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Rules are wrong.
    #[error("{} in the rules", if .0.len() == 1 { "there is an error" } else { "there are errors" })]
    Rules(Vec<Diagnostic>),
    /// A port cannot be listened on.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The captures' folder cannot be used.
    #[error("failed to record captures in {}: {source}; choose a folder that can be written, in `directory` of the capture sink", .directory.display())]
    Capture {
        /// The folder.
        directory: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The system refuses a thread.
    #[error("failed to start a thread: {0}")]
    Thread(#[source] std::io::Error),
}

/// Compiles the config's rules for one court.
///
/// # Errors
/// All errors in them.
pub fn compile(config: &Config, court: &str) -> Result<Rules, StartError> {
    let sources = Sources::read(&config.rules.files).map_err(StartError::Rules)?;
    compile_sources(config, &sources, court).map_err(StartError::Rules)
}

/// Compiles the config's rules from sources that were read before, for one court.
pub(super) fn compile_sources(config: &Config, sources: &Sources, court: &str) -> Result<Rules, Vec<Diagnostic>> {
    let limits = Limits { max_operations: config.rules.max_operations };
    Rules::of(&sources.of_court(court), limits, &Surroundings { obs: obs_of(config, court) })
}

/// The OBS sinks that serve a court.
pub(super) fn obs_of(config: &Config, court: &str) -> Vec<Arc<str>> {
    config.obs_sinks().filter(|(_, sink)| sink.courts.serves(court)).map(|(name, _)| name.clone()).collect()
}

/// What a court runs with, as captures keep it. Paths are relative to the folder of the config where they can be, so that
/// the capture can be replayed anywhere.
pub(super) fn recorded(config: &Config, sources: &Sources, court: &Arc<str>, session: SessionId) -> Arc<Setup> {
    let folder = config.file.parent().unwrap_or(Path::new(""));
    let relative = |path: PathBuf| match path.strip_prefix(folder) {
        Ok(path) => path.iter().collect::<Vec<_>>().join(OsStr::new("/")).into(),
        Err(_) => path,
    };
    Arc::new(Setup {
        session,
        court: court.clone(),
        vta_version: env!("CARGO_PKG_VERSION").to_owned(),
        config: config.effective.clone(),
        rules: sources.texts().into_iter().map(|(path, text)| (relative(path), text)).collect(),
    })
}
