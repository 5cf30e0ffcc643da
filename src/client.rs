//! How another verb reaches the running vta.

use std::io;
use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::command::CommandVerb;
use crate::event::CommandEnded;
use crate::run_file::{self, RunFile};

/// Longer than the server takes for any request.
const TIMEOUT: Duration = Duration::from_secs(25);

/// The running vta of a config.
pub(crate) struct Client {
    agent: Agent,
    run: RunFile,
}

/// Why the running vta gives no answer.
#[derive(Debug, Error)]
pub(crate) enum ClientError {
    #[error("no vta runs with {config}: there is no {run_file}; start it with `vta run --config {config}`")]
    NotRunning { config: String, run_file: String },
    #[error("{run_file} cannot be used: {error}")]
    RunFile { run_file: String, error: io::Error },
    #[error(
        "the vta of {run_file} (process {pid}) does not answer at {address}: {error}; if it has ended, start it again"
    )]
    NoAnswer { run_file: String, pid: u32, address: String, error: String },
    /// It refuses, and says why.
    #[error("{0}")]
    Refused(String),
}

impl Client {
    /// The vta that runs with a config.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn find(config: &Path) -> Result<Self, ClientError> {
        let run_file = run_file::path(config).display().to_string();
        let run = RunFile::read(config).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ClientError::NotRunning { config: config.display().to_string(), run_file },
            _ => ClientError::RunFile { run_file, error },
        })?;
        let agent = Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false).build();
        Ok(Self { agent: agent.into(), run })
    }

    /// What it says at a path.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub(crate) fn get<T: DeserializeOwned>(&self, config: &Path, path: &str) -> Result<T, ClientError> {
        let request = self.agent.get(self.url(path)).header("Authorization", self.authorization());
        self.read(config, request.call())
    }

    /// Sends a command; gives its end.
    ///
    /// # Errors
    /// It does not answer, does not take it, or it has not ended in time.
    pub(crate) fn command(
        &self,
        config: &Path,
        court: Option<&str>,
        verb: &CommandVerb,
    ) -> Result<CommandEnded, ClientError> {
        let path = court.map_or("/api/commands".to_owned(), |court| format!("/api/courts/{}/commands", escaped(court)));
        let body = serde_json::to_vec(verb).unwrap_or_default();
        let request = self.agent.post(self.url(&path)).header("Authorization", self.authorization());
        self.read(config, request.header("Content-Type", "application/json").send(&body[..]))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.run.address)
    }

    fn authorization(&self) -> String {
        format!("Bearer {}", self.run.token)
    }

    fn read<T: DeserializeOwned>(
        &self,
        config: &Path,
        answer: Result<Response<Body>, ureq::Error>,
    ) -> Result<T, ClientError> {
        let no_answer = |error: String| ClientError::NoAnswer {
            run_file: run_file::path(config).display().to_string(),
            pid: self.run.pid,
            address: self.run.address.to_string(),
            error,
        };
        let mut answer = answer.map_err(|error| no_answer(error.to_string()))?;
        let text = answer.body_mut().read_to_string().map_err(|error| no_answer(error.to_string()))?;
        let body: Value = serde_json::from_str(&text).map_err(|_| no_answer("its answer is no JSON".to_owned()))?;
        if let Some(detail) = body.get("detail").and_then(Value::as_str) {
            return Err(ClientError::Refused(detail.to_owned()));
        }
        let open = "it has not ended within 15 seconds; `vta db timeline` will show how it ends";
        serde_json::from_value(body).map_err(|_| ClientError::Refused(open.to_owned()))
    }
}

/// A name as a part of a path.
fn escaped(name: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    name.bytes().map(escape).collect()
}
