//! Queries of an OBS instance outside of a run, each over a connection of its own.

pub(super) mod doctor;
pub(super) mod status;

use super::client::{Client, ConnectError};
use super::error::ObsError;
use super::inventory::{self, Inventory};
use super::options::ObsOptions;

/// Why OBS cannot be queried; the text says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct QueryError(String);

/// What there is in an instance.
///
/// # Errors
/// OBS cannot be reached, or refuses.
pub async fn inventory(options: &ObsOptions) -> Result<Inventory, QueryError> {
    let (client, _events) = Client::connect(options).await?;
    Ok(inventory::inventory(&client, options).await?)
}

impl From<ConnectError> for QueryError {
    fn from(error: ConnectError) -> Self {
        Self(error.to_string())
    }
}

impl From<ObsError> for QueryError {
    fn from(error: ObsError) -> Self {
        Self(error.to_string())
    }
}
