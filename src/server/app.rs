//! What the answers are made from.

use std::time::Duration;

use crate::control::Control;
use crate::run_file::RunFile;

/// How long a court is waited for that only has to answer.
pub(super) const COURT_TIMEOUT: Duration = Duration::from_secs(2);

/// A running vta whose server is reached; its run file is removed at the end.
pub(super) struct App {
    pub(super) control: Control,
    pub(super) run: RunFile,
}

impl Drop for App {
    fn drop(&mut self) {
        self.run.remove(&self.control.config);
    }
}
