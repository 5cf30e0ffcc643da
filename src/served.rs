//! The courts that something is for.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The courts that a sink serves or a rule runs on (`courts`): all when left out.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(from = "BTreeSet<Arc<str>>", untagged)]
pub enum Served {
    /// Every court.
    #[default]
    All,
    /// These courts, at least one.
    Courts(BTreeSet<Arc<str>>),
}

impl Served {
    /// Whether it is every court.
    pub(crate) fn is_all(&self) -> bool {
        *self == Self::All
    }

    /// Whether the court is one of them.
    pub fn serves(&self, court: &str) -> bool {
        match self {
            Self::All => true,
            Self::Courts(courts) => courts.contains(court),
        }
    }

    /// Whether some court is one of both.
    pub fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Courts(one), Self::Courts(other)) => !one.is_disjoint(other),
            _ => true,
        }
    }
}

impl From<BTreeSet<Arc<str>>> for Served {
    fn from(courts: BTreeSet<Arc<str>>) -> Self {
        Self::Courts(courts)
    }
}
