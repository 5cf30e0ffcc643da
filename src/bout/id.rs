//! What stays: the names of sessions and bouts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// A session: a court from the start of a run to its end, or one replay of a capture. A UUID, of which later ones sort
/// behind earlier ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SessionId(Uuid);

impl SessionId {
    /// A new session's.
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SessionId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// A bout, by its first load: the session and the number of the load in it. Written as `SESSION:LOAD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BoutId {
    /// The session.
    pub session: SessionId,
    /// The load, from 1.
    pub load: u32,
}

impl fmt::Display for BoutId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.session, self.load)
    }
}

impl FromStr for BoutId {
    type Err = InvalidBoutId;

    fn from_str(text: &str) -> Result<Self, InvalidBoutId> {
        let (session, load) = text.split_once(':').ok_or(InvalidBoutId)?;
        let session = session.parse().map_err(|_| InvalidBoutId)?;
        Ok(Self { session, load: load.parse().map_err(|_| InvalidBoutId)? })
    }
}

/// A text is not the id of a bout.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the id of a bout is the UUID of a session, a colon and the number of a load")]
pub struct InvalidBoutId;
