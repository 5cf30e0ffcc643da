//! Questions to an OBS instance outside of a run: one connection, asked and closed.

pub(super) mod doctor;
pub(super) mod inventory;
pub(super) mod status;

use super::client::ConnectError;
use super::error::ObsError;

/// Why OBS cannot be asked; the text says what to do.
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
