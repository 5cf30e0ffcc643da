//! What the answers are made from.

use std::net::SocketAddr;
use std::time::Duration;

use crate::control::Control;

/// How long a court is waited for that only has to answer.
pub(super) const COURT_TIMEOUT: Duration = Duration::from_secs(2);

/// A running vta whose server is reached.
pub(super) struct App {
    pub(super) control: Control,
    /// Where, on this computer.
    pub(super) address: SocketAddr,
}
