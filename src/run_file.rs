//! The run file: how other programs find a running vta. It is next to the config, so that only the config's path is
//! needed to find it, not its variables or secrets.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::private_file;
use crate::time::Time;

/// A running vta.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct RunFile {
    /// Its process.
    pub(crate) pid: u32,
    /// Whether it can be reached.
    #[serde(flatten)]
    pub(crate) server: Server,
    /// Its version.
    pub(crate) version: String,
    /// When it was started.
    pub(crate) started_at: Time,
}

/// The server of a running vta.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum Server {
    /// It listens.
    Listens {
        /// Where it is reached on this computer.
        address: SocketAddr,
        /// What it asks for.
        token: String,
    },
    /// It does not listen yet.
    Waits {
        /// Why, in plain words.
        no_server: String,
    },
}

/// A run file that is there until this is dropped, or another vta has written its own.
pub(crate) struct Written {
    run: RunFile,
    config: PathBuf,
}

impl Drop for Written {
    fn drop(&mut self) {
        if RunFile::read(&self.config).is_ok_and(|found| found == self.run) {
            drop(fs::remove_file(path(&self.config)));
        }
    }
}

/// The run file of a config.
pub(crate) fn path(config: &Path) -> PathBuf {
    let mut name = config.as_os_str().to_owned();
    name.push(".run");
    name.into()
}

/// Where a program of this computer reaches a server that listens there: a server of all addresses is reached at its
/// loopback address.
pub(crate) fn reached_at(listens: SocketAddr) -> SocketAddr {
    let ip = match listens.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listens.port())
}

/// A token that cannot be guessed.
///
/// # Errors
/// The system has no random numbers.
pub(crate) fn new_token() -> io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl RunFile {
    /// This vta.
    pub(crate) fn new(server: Server, started_at: Time) -> Self {
        Self { pid: std::process::id(), server, version: env!("CARGO_PKG_VERSION").to_owned(), started_at }
    }

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
    pub(crate) fn write(self, config: &Path) -> io::Result<Written> {
        private_file::write(&path(config), &serde_json::to_vec(&self)?)?;
        Ok(Written { run: self, config: config.to_owned() })
    }
}
