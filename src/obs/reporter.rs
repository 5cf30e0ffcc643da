//! Tells the courts what OBS did.

use std::sync::Arc;

use tracing::warn;

use super::failure::Failure;
use crate::action::{Outcome, Report};
use crate::edge::{Command, Courts, deliver};

/// Where an instance's reports go.
pub(super) struct Reporter {
    instance: Arc<str>,
    courts: Courts,
}

impl Reporter {
    pub(super) fn new(instance: Arc<str>, courts: Courts) -> Self {
        Self { instance, courts }
    }

    /// Tells every court the same; `report` is given the name of the instance.
    pub(super) fn to_all(&self, report: impl FnOnce(String) -> Report) {
        let report = report(self.instance.to_string());
        for (court, reports) in &self.courts {
            deliver(court, reports, report.clone());
        }
    }

    /// Tells how a command ended, to the court that gave it.
    pub(super) fn outcome(&self, command: &Command, result: Result<(), Failure>) {
        let Some(reports) = self.courts.get(&command.court) else {
            warn!(court = %command.court, "no such court is served: an outcome is lost");
            return;
        };
        let outcome = match result {
            Ok(()) => Outcome::Done,
            Err(failure) => Outcome::Failed { reason: failure.to_string() },
        };
        deliver(&command.court, reports, command.ended(outcome));
    }

    /// Tells every court of a replay, with the actions of its own that asked for it.
    pub(super) fn clip_saved(&self, path: &str, savers: &[Command]) {
        for (court, reports) in &self.courts {
            let action_seqs = savers.iter().filter(|saver| saver.court == *court).map(|saver| saver.action.seq);
            let report = Report::ClipSaved {
                instance: self.instance.to_string(),
                path: path.to_owned(),
                action_seqs: action_seqs.collect(),
            };
            deliver(court, reports, report);
        }
    }

    /// The name of the instance.
    pub(super) fn instance(&self) -> &Arc<str> {
        &self.instance
    }
}
