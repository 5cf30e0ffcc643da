//! The run file: how other programs find a running vta. It is next to the config, so that only the config's path is
//! needed to find it, not its variables or secrets.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::private_file;

/// A running vta.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct RunFile {
    /// Its process.
    pub(crate) pid: u32,
    /// Where its server listens.
    pub(crate) address: SocketAddr,
    /// What its server asks for.
    pub(crate) token: String,
    /// Its version.
    pub(crate) version: String,
}

/// The run file of a config.
pub(crate) fn path(config: &Path) -> PathBuf {
    let mut name = config.as_os_str().to_owned();
    name.push(".run");
    name.into()
}

impl RunFile {
    /// Reads the run file of a config.
    ///
    /// # Errors
    /// There is none, or it is not one.
    pub(crate) fn read(config: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(path(config))?)?)
    }

    /// Writes the run file of a config; only its owner may read it.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn write(&self, config: &Path) -> io::Result<()> {
        private_file::write(&path(config), &serde_json::to_vec(self)?)
    }

    /// Removes the run file of a config, if it is this one.
    pub(crate) fn remove(&self, config: &Path) {
        if Self::read(config).is_ok_and(|found| found == *self) {
            drop(fs::remove_file(path(config)));
        }
    }

    /// A token that cannot be guessed.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub(crate) fn new_token() -> io::Result<String> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}
