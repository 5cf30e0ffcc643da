//! Keeps an instance connected: tries for ever, and fails the commands that come while there is no connection.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;
use tracing::{info, warn};

use super::reporter::Reporter;
use crate::action::Report;
use crate::obs::client::{Client, ConnectError};
use crate::obs::driver::{self as session, Ended, Memory};
use crate::obs::error::ObsError;
use crate::obs::options::ObsOptions;
use crate::sink::{Command, Courts};

/// The first pause between two attempts to connect; each further one is twice as long.
const MIN_BACKOFF: Duration = Duration::from_millis(250);

/// The longest pause between two attempts.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// The pause when only a person can put it right.
const PASSWORD_BACKOFF: Duration = Duration::from_secs(30);

/// Works until `commands` is closed and what was in flight has ended.
pub(in crate::obs) async fn run(options: ObsOptions, commands: mpsc::Receiver<Command>, courts: Courts) {
    let reason = Arc::from(format!("still connecting to {}", options.address()));
    let reporter = Reporter::new(Arc::clone(&options.instance), courts);
    let mut waiting = Waiting { commands, reporter, reason };
    let mut said = None;
    let mut warned_of = None;
    let memory = Memory::default();
    let mut pause = MIN_BACKOFF;
    loop {
        let Some(connected) = waiting.meanwhile(Client::connect(&options)).await else { return };
        match connected {
            Ok((client, events)) => {
                let version = &client.version;
                let (obs_version, websocket_version) = (version.obs.clone(), version.websocket.clone());
                info!(obs_version, websocket_version, "connected to OBS at {}", options.address());
                if version.is_older_than(30, 2) && warned_of.as_ref() != Some(&obs_version) {
                    warn!(
                        "OBS {obs_version} with obs-websocket {websocket_version} is older than 30.2: what it lacks \
                         fails when asked for, the rest works"
                    );
                    warned_of = Some(obs_version.clone());
                }
                let reporter = &waiting.reporter;
                reporter.to_all(|instance| Report::ObsConnected { instance, obs_version, websocket_version });

                match session::run(&options, (client, events), &mut waiting.commands, reporter, &memory).await {
                    Ended::Stopped => return,
                    Ended::Lost(reason) => {
                        warn!("disconnected from OBS: {reason}");
                        waiting.reason = Arc::clone(&reason);
                        waiting
                            .reporter
                            .to_all(|instance| Report::ObsDisconnected { instance, reason: reason.to_string() });
                    }
                }
                said = None;
                pause = MIN_BACKOFF;
            }
            Err(error) => {
                let reason: Arc<str> = Arc::from(error.to_string());
                if said.as_ref() != Some(&reason) {
                    warn!("not connected, trying again from time to time: {reason}");
                    said = Some(Arc::clone(&reason));
                }
                waiting.reason = reason;
                pause = next_pause(pause, &error);
            }
        }
        if waiting.meanwhile(sleep(jittered(pause))).await.is_none() {
            return;
        }
    }
}

/// Commands that come while there is no connection.
struct Waiting {
    commands: mpsc::Receiver<Command>,
    reporter: Reporter,
    /// Why there is no connection.
    reason: Arc<str>,
}

impl Waiting {
    /// Does something while commands fail at once; none when no more commands will come.
    async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::pin!(work);
        loop {
            let command = tokio::select! {
                done = &mut work => return Some(done),
                command = self.commands.recv() => command?,
            };
            let instance = Arc::clone(self.reporter.instance());
            let reason = Arc::clone(&self.reason);
            self.reporter.outcome(&command, Err(ObsError::NotConnected { instance, reason }));
        }
    }
}

fn next_pause(before: Duration, error: &ConnectError) -> Duration {
    if error.needs_a_person() { PASSWORD_BACKOFF } else { (before * 2).min(MAX_BACKOFF) }
}

/// Somewhat less than the pause, differently each time, so that drivers do not all try at the same moment.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(1.0 - 0.2 * fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_five_seconds() {
        let error = ConnectError::NoAnswer { address: String::new() };
        let mut pause = MIN_BACKOFF;
        for _ in 0..10 {
            pause = next_pause(pause, &error);
        }
        assert_eq!(pause, MAX_BACKOFF);
        assert!(jittered(pause) <= MAX_BACKOFF && jittered(pause) >= MAX_BACKOFF * 4 / 5);
    }

    #[test]
    fn a_wrong_password_is_not_tried_again_soon() {
        let wrong = ConnectError::PasswordWrong { address: String::new() };
        assert_eq!(next_pause(MIN_BACKOFF, &wrong), PASSWORD_BACKOFF);
    }

    #[test]
    fn after_a_password_was_put_right_pauses_are_short_again() {
        let error = ConnectError::NoAnswer { address: String::new() };
        assert_eq!(next_pause(PASSWORD_BACKOFF, &error), MAX_BACKOFF);
    }
}
