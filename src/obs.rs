//! OBS Studio, driven through obs-websocket: replays, scenes, recordings, sources, texts, filters, sound, media, streams.
//!
//! One task an instance ([`spawn`]) stays connected, carries out [`Command`]s and tells the courts what came of them
//! and what OBS does by itself, as [`Report`]s.
//!
//! - Without OBS a command fails at once, with the reason; the task tries to connect for ever.
//! - Every request has a time limit. When one is left unanswered the instance is frozen: further commands fail at
//!   once until OBS answers again. When it stays silent the connection is given up and made anew.
//! - Saves, recordings, streams and everything else wait in lanes of their own: a save that waits for its file holds
//!   up no scene. Within a lane, commands keep their order.
//! - A report to a court whose queue is full is dropped with a warning: the court holds up nobody.
//! - Two connections: one of `obws`, and a conversation in JSON for what `obws` cannot read of older versions.
//! - When the channel of commands is closed, what is in flight is finished, within its limits, and the task ends.

mod ask;
mod connect;
mod conversation;
mod disk;
mod doctor;
mod error;
mod file_name;
mod link;
mod media_file;
mod outputs;
mod raw;
mod recordings;
mod replays;
mod reporter;
mod requests;
mod scenes;
mod session;
mod status;
mod supervisor;

use std::fmt;
use std::net::{ToSocketAddrs as _, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

pub use self::ask::{Inventory, QueryError, inventory};
pub use self::doctor::examine;
pub use self::status::{BufferState, InstanceStatus, Ready, Recording, State, status};
use crate::config::{ObsSink, Secret};
use crate::sink::{Command, Courts};

/// How to reach an OBS instance.
#[derive(Clone)]
pub struct ObsOptions {
    /// Name of the sink, which stands in reports and logs.
    pub instance: Arc<str>,
    /// Name or address of the computer that runs OBS.
    pub host: String,
    /// The port of its WebSocket server.
    pub port: u16,
    /// The password of its WebSocket server; none if it asks for none. It stands in no log and no error.
    pub password: Option<String>,
    /// How long OBS may take to answer a request.
    pub request_timeout: Duration,
    /// Whether a recording of somebody else is split when one of ours is to begin; it is left alone otherwise.
    pub splits_recordings: bool,
    /// From how much on, in MB, it is told that little is left of the disk that OBS writes to; 0 is never.
    pub min_free_mb: u64,
}

impl ObsOptions {
    /// Those of a sink.
    pub fn of(instance: &Arc<str>, sink: &ObsSink) -> Self {
        Self {
            instance: Arc::clone(instance),
            host: sink.host.clone(),
            port: sink.port,
            password: sink.password.as_ref().map(Secret::expose).map(str::to_owned),
            request_timeout: sink.timeout,
            splits_recordings: sink.splits_recordings,
            min_free_mb: sink.min_free_mb,
        }
    }

    /// Host and port, as in a URL.
    fn address(&self) -> String {
        format!("{}:{}", self.url_host(), self.port)
    }

    /// Whether it runs on this computer: on an address that a socket of ours can have. Blocks while a name is looked up.
    fn is_here(&self) -> bool {
        let host = self.host.trim_matches(['[', ']']);
        (host, 0).to_socket_addrs().is_ok_and(|mut addresses| addresses.any(|address| UdpSocket::bind(address).is_ok()))
    }

    /// The host as URLs want it: IPv6 addresses stand in brackets.
    fn url_host(&self) -> String {
        if self.host.contains(':') && !self.host.starts_with('[') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        }
    }
}

impl fmt::Debug for ObsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObsOptions")
            .field("instance", &self.instance)
            .field("address", &self.address())
            .field("password", &self.password.as_ref().map(|_| "…"))
            .field("request_timeout", &self.request_timeout)
            .finish()
    }
}

/// Starts the task that drives an OBS instance until `commands` is closed and what was in flight has ended.
///
/// Outcomes go to the court that gave the command, everything else to all `courts`.
///
/// # Panics
///
/// Outside a tokio runtime.
pub fn spawn(options: ObsOptions, commands: mpsc::Receiver<Command>, courts: Courts) -> JoinHandle<()> {
    // An error's span, so that lines of any level carry the instance.
    let span = tracing::error_span!("obs", instance = %options.instance);
    tokio::spawn(supervisor::run(options, commands, courts).instrument(span))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::collections::HashMap;
    use std::time::Instant;

    use super::*;
    use crate::action::{Action, Report};

    fn options(host: &str) -> ObsOptions {
        ObsOptions {
            instance: Arc::from("replay"),
            host: host.to_owned(),
            port: 4455,
            password: Some("hush-hush".to_owned()),
            request_timeout: Duration::from_secs(3),
            splits_recordings: false,
            min_free_mb: 0,
        }
    }

    #[test]
    fn the_password_is_not_printed() {
        let printed = format!("{:?}", options("127.0.0.1"));
        assert!(printed.contains("127.0.0.1:4455") && !printed.contains("hush"), "{printed}");
    }

    #[test]
    fn an_ipv6_address_gets_its_brackets_once() {
        assert_eq!(options("::1").address(), "[::1]:4455");
        assert_eq!(options("[::1]").address(), "[::1]:4455");
    }

    #[tokio::test]
    async fn without_obs_a_command_fails_at_once_and_says_why() {
        use crate::action::{ObsVerb, Outcome};
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (commands, receiver) = mpsc::channel(4);
        let (reports, court) = crossbeam_channel::bounded(16);
        let driver = spawn(
            ObsOptions { port, ..options("127.0.0.1") },
            receiver,
            HashMap::from([(Arc::from("court-1"), reports)]),
        );
        let scene = ObsVerb::Scene { scene: "Replay".to_owned() }.on(None);
        let action = Action { seq: 7, at: Default::default(), rule: Arc::from("a.rhai"), cause: 1, verb: scene };
        let command = Command { court: Arc::from("court-1"), action: Arc::new(action), received: Instant::now() };
        // The first may come before the first attempt has failed, and says so; the others know the reason.
        let mut reason = String::new();
        while !reason.contains("refused") {
            commands.send(command.clone()).await.unwrap();
            let report = tokio::task::spawn_blocking({
                let court = court.clone();
                move || court.recv_timeout(Duration::from_secs(5)).unwrap()
            });
            let Report::Outcome { action_seq: 7, outcome: Outcome::Failed { reason: said }, took_us, .. } =
                report.await.unwrap()
            else {
                panic!("expected an error")
            };
            assert!(took_us < 1_000_000 || !reason.is_empty(), "{took_us} µs");
            reason = said;
        }
        assert_eq!(
            reason,
            format!(
                "OBS `replay` is not connected: connection refused at 127.0.0.1:{port}; is OBS running and is its \
                 WebSocket server on?"
            )
        );
        drop(commands);
        driver.await.unwrap();
    }
}
