//! How another verb reaches the running vta.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::command::CommandVerb;
use crate::run_file::{self, RunFile, Server};
use crate::telemetry::messages;

/// Longer than the server takes for any request.
const TIMEOUT: Duration = Duration::from_secs(25);
/// How long a vta may take to say who it is.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);
/// What is escaped in a part of a path.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// The running vta of a config.
pub(crate) struct Client {
    agent: Agent,
    pid: u32,
    address: SocketAddr,
    token: String,
    run_file: String,
}

/// Why the running vta gives no answer.
#[derive(Debug, Error)]
pub(crate) enum ClientError {
    #[error("no vta runs with {config}: {reason}; start it with `vta run --config {config}`")]
    NotRunning { config: String, reason: String },
    #[error("{run_file} cannot be used: {error}")]
    RunFile { run_file: String, error: io::Error },
    #[error(
        "the vta of {run_file} (process {pid}) does not answer at {address}: {error}; if it has ended, start it again"
    )]
    NoAnswer { run_file: String, pid: u32, address: SocketAddr, error: String },
    #[error(
        "vta runs with {config} (process {pid}), but takes no commands and gives no status at {no_server}; free that address, \
         or choose another one in `server` of the config and start vta again; start it also if that process has ended"
    )]
    NoServer { config: String, pid: u32, no_server: String },
    /// It refuses, and says why.
    #[error("{0}")]
    Refused(String),
}

/// `GET /health`: who answers, and whether all is well. It needs no token.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Health {
    /// `vta`
    pub(crate) program: String,
    pub(crate) version: String,
    pub(crate) pid: u32,
    pub(crate) event: String,
    /// The components that have failed.
    pub(crate) failed: Vec<String>,
}

/// Why a vta does not say who it is.
pub(crate) enum NoHealth {
    /// The port is closed.
    Closed,
    /// There is no answer within the time.
    Silent,
    /// What answers is another program.
    Foreign,
}

/// Asks a vta of this computer, never by way of a proxy.
fn agent(timeout: Duration) -> Agent {
    Agent::config_builder().proxy(None).timeout_global(Some(timeout)).http_status_as_error(false).build().into()
}

/// Who answers at an address.
///
/// # Errors
/// It is no vta.
pub(crate) fn health(address: SocketAddr) -> Result<Health, NoHealth> {
    let answer = agent(HEALTH_TIMEOUT).get(format!("http://{address}/health")).call();
    let answer = answer.and_then(|mut answer| answer.body_mut().read_to_string());
    let text = answer.map_err(|error| match error {
        ureq::Error::Timeout(_) => NoHealth::Silent,
        ureq::Error::ConnectionFailed => NoHealth::Closed,
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => NoHealth::Closed,
        _ => NoHealth::Foreign,
    })?;
    let health: Health = serde_json::from_str(&text).map_err(|_| NoHealth::Foreign)?;
    if health.program == "vta" { Ok(health) } else { Err(NoHealth::Foreign) }
}

/// Warns if another vta runs with the config, and gives whether one does: both would write to the same files.
pub(crate) fn warn_of_another(config: &Path) -> bool {
    let other = Client::find(config);
    if let Ok(Client { pid, address, .. }) = other {
        messages::run_runs_already(config.display(), pid, address);
    }
    other.is_ok()
}

impl Client {
    /// The vta that runs with a config.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn find(config: &Path) -> Result<Self, ClientError> {
        let run_file = run_file::path(config).display().to_string();
        let not_running = |reason: String| ClientError::NotRunning { config: config.display().to_string(), reason };
        let run = RunFile::read(config).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => not_running(format!("there is no {run_file}")),
            _ => ClientError::RunFile { run_file: run_file.clone(), error },
        })?;
        let RunFile { pid, server, .. } = run;
        let (address, token) = match server {
            Server::Listens { address, token } => (address, token),
            Server::Waits { no_server } => {
                return Err(ClientError::NoServer { config: config.display().to_string(), pid, no_server });
            }
        };
        // The vta that has written the run file may have been killed.
        let ended = format!("process {pid} has ended without removing {run_file}");
        match health(address) {
            Ok(health) if health.pid == pid => Ok(Self { agent: agent(TIMEOUT), pid, address, token, run_file }),
            Ok(other) => Err(not_running(format!(
                "{ended}, and another vta has its address {address} now, that of {}",
                other.event
            ))),
            Err(NoHealth::Closed) => Err(not_running(ended)),
            Err(NoHealth::Foreign) => {
                Err(not_running(format!("{ended}, and another program has its address {address} now")))
            }
            Err(NoHealth::Silent) => {
                let error = "it hangs, or another program has its address".to_owned();
                Err(ClientError::NoAnswer { run_file, pid, address, error })
            }
        }
    }

    /// What it says at a path.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        let request = self.agent.get(self.url(path)).header("Authorization", self.authorization());
        self.read(request.call())
    }

    /// Sends a command; gives its end.
    ///
    /// # Errors
    /// It does not answer, or does not take it.
    pub(crate) fn command<T: DeserializeOwned>(
        &self,
        court: Option<&str>,
        verb: &CommandVerb,
    ) -> Result<T, ClientError> {
        let path = court.map_or("/api/commands".to_owned(), |court| {
            format!("/api/courts/{}/commands", utf8_percent_encode(court, ESCAPED))
        });
        let body = serde_json::to_vec(verb).unwrap_or_default();
        let request = self.agent.post(self.url(&path)).header("Authorization", self.authorization());
        self.read(request.header("Content-Type", "application/json").send(&body[..]))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn authorization(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn read<T: DeserializeOwned>(&self, answer: Result<Response<Body>, ureq::Error>) -> Result<T, ClientError> {
        let no_answer = |error: String| ClientError::NoAnswer {
            run_file: self.run_file.clone(),
            pid: self.pid,
            address: self.address,
            error,
        };
        let mut answer = answer.map_err(|error| no_answer(error.to_string()))?;
        let text = answer.body_mut().read_to_string().map_err(|error| no_answer(error.to_string()))?;
        let unreadable = match serde_json::from_str(&text) {
            Ok(read) => return Ok(read),
            Err(error) => error,
        };
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        Err(match body.get("detail").and_then(Value::as_str) {
            Some(detail) => ClientError::Refused(detail.to_owned()),
            None => no_answer(format!("its answer cannot be read: {unreadable}")),
        })
    }
}
