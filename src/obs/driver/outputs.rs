//! The stream and the virtual camera: started and stopped when OBS's status says so, not when it accepts the request.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::obs::client::Client;
use crate::obs::error::ObsError;

/// How long OBS may take: a stream begins when its server has answered.
const SWITCH_TIMEOUT: Duration = Duration::from_secs(10);

/// How often the status is polled.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Starts or stops an output; one that is in that state already is left alone.
pub(super) async fn switch(client: &Client, status: &str, output: &str, on: bool) -> Result<(), ObsError> {
    if client.is_active(status).await? == on {
        return Ok(());
    }
    let request = format!("{}{output}", if on { "Start" } else { "Stop" });
    client.call(&request, Value::Null).await?;
    let deadline = Instant::now() + SWITCH_TIMEOUT;
    while client.is_active(status).await? != on {
        if Instant::now() >= deadline {
            return Err(ObsError::NotSwitched { request, limit: SWITCH_TIMEOUT });
        }
        sleep(POLL_INTERVAL).await;
    }
    Ok(())
}
