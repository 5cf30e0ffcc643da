//! Tells the courts what OBS did.

use std::sync::Arc;

use crossbeam_channel::TrySendError;
use tracing::{debug, warn};

use super::failure::Failure;
use super::{Command, Courts};
use crate::action::{Outcome, Report};

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
        let action = command.action.verb.name();
        let took = command.received.elapsed();
        let outcome = match result {
            Ok(()) => {
                debug!(court = %command.court, seq = command.action.seq, ?took, "{action} is done");
                Outcome::Done
            }
            Err(failure) => {
                // That OBS is down was said when it went down, and need not be said again for each command.
                if failure.is_known() {
                    debug!(court = %command.court, seq = command.action.seq, "{action} failed: {failure}");
                } else {
                    warn!(court = %command.court, seq = command.action.seq, "{action} failed: {failure}");
                }
                Outcome::Failed { reason: failure.to_string() }
            }
        };
        let Some(reports) = self.courts.get(&command.court) else {
            warn!(court = %command.court, "no such court is served: the outcome of {action} is lost");
            return;
        };
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let report = Report::Outcome { action_seq: command.action.seq, action: action.to_owned(), outcome, took_us };
        deliver(&command.court, reports, report);
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

fn deliver(court: &str, reports: &crossbeam_channel::Sender<Report>, report: Report) {
    match reports.try_send(report) {
        // A court that has gone needs no reports.
        Ok(()) | Err(TrySendError::Disconnected(_)) => {}
        Err(TrySendError::Full(report)) => warn!(court, ?report, "the court does not keep up: a report is lost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_court_that_does_not_keep_up_keeps_no_report_from_the_others() {
        let (to_slow, slow) = crossbeam_channel::bounded(1);
        let (to_quick, quick) = crossbeam_channel::bounded(8);
        let courts = Courts::from([(Arc::from("slow"), to_slow), (Arc::from("quick"), to_quick)]);
        let reporter = Reporter::new(Arc::from("replay"), courts);
        for active in [true, false] {
            reporter.to_all(|instance| Report::ReplayBuffer { instance, active });
        }
        assert_eq!((slow.len(), quick.len()), (1, 2));
    }
}
