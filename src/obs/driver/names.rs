//! Whether OBS has what the rules name: looked up at the first connection, and whenever the rules are read again.

use std::convert::Infallible;
use std::future::pending;

use tokio::sync::watch;
use tracing::debug;

use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::obs::inventory::inventory;
use crate::obs::named::{in_words, look_up};
use crate::obs::options::ObsOptions;
use crate::rules::check::Named;
use crate::telemetry::messages;

/// Looks up names that have not been looked up yet, as often as they change.
pub(super) async fn check(
    client: &Client,
    options: &ObsOptions,
    names: &mut watch::Receiver<Vec<Named>>,
) -> Infallible {
    while names.changed().await.is_ok() {
        let wanted = names.borrow().clone();
        if wanted.is_empty() {
            continue;
        }
        match inventory(client, options).await {
            Ok(inventory) => {
                for missing in look_up(&wanted, &options.instance, &inventory).missing {
                    messages::obs_lacks(&options.instance, in_words(&missing));
                }
            }
            Err(ObsError::Lost(_)) => {
                // The next connection does it.
                names.mark_changed();
                break;
            }
            Err(error) => debug!("what OBS has is not known: {error}"),
        }
    }
    pending().await
}
