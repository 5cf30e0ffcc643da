//! The stream and the virtual camera: begun and ended when OBS's status says so, and not when it accepts the request.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use crate::action::ObsVerb;
use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::sink::{Command, Outbox};

/// How long OBS may take: a stream begins when its server has answered.
const SWITCH_TIMEOUT: Duration = Duration::from_secs(10);

/// How often OBS is asked whether it is so.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Starts and stops outputs, in a lane of their own: they take their time.
pub(super) struct Outputs<'a> {
    pub(super) client: &'a Client,
    pub(super) outbox: &'a Outbox,
    pub(super) commands: mpsc::Receiver<Command>,
}

impl Outputs<'_> {
    /// Works until there are no more commands.
    pub(super) async fn run(mut self) {
        while let Some(command) = self.commands.recv().await {
            let result = match command.action.verb.obs() {
                Some(ObsVerb::Streaming { on }) => self.switch("GetStreamStatus", "Stream", *on).await,
                Some(ObsVerb::VirtualCamera { on }) => self.switch("GetVirtualCamStatus", "VirtualCam", *on).await,
                _ => Err(ObsError::NotForObs(command.action.verb.name())),
            };
            self.outbox.outcome(&command, result);
        }
    }

    /// Starts or stops an output; one that is so already is left alone.
    async fn switch(&self, status: &str, output: &str, on: bool) -> Result<(), ObsError> {
        if self.client.is_active(status).await? == on {
            return Ok(());
        }
        let request = format!("{}{output}", if on { "Start" } else { "Stop" });
        self.client.call(&request, Value::Null).await?;
        let deadline = Instant::now() + SWITCH_TIMEOUT;
        while self.client.is_active(status).await? != on {
            if Instant::now() >= deadline {
                return Err(ObsError::NotSwitched { request, limit: SWITCH_TIMEOUT });
            }
            sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }
}
