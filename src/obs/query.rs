//! Queries of an OBS instance outside of a run, each over a connection of its own.

pub(super) mod doctor;
pub(super) mod inventory;
pub(super) mod status;

use super::client::ConnectError;
use super::error::ObsError;

/// Why OBS cannot be queried; the text says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct QueryError(String);

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
