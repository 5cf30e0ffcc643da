//! The reports of a sink. No sink waits for a court: a slow court loses reports, which is logged.

use std::fmt::Display;
use std::sync::Arc;

use crossbeam_channel::TrySendError;

use super::{Command, Courts};
use crate::action::{Outcome, Report};
use crate::queue::Sender;
use crate::telemetry::messages;

pub(crate) struct Outbox {
    /// Name of the sink.
    sink: Arc<str>,
    courts: Courts,
}

impl Outbox {
    pub(crate) fn new(sink: Arc<str>, courts: Courts) -> Self {
        Self { sink, courts }
    }

    /// Name of the sink.
    pub(crate) fn sink(&self) -> &str {
        &self.sink
    }

    /// Gives a court a report.
    pub(crate) fn send(&self, court: &str, report: Report) {
        match self.courts.get(court) {
            Some(reports) => deliver(court, reports, report),
            None => messages::court_report_lost(court, format_args!("{report:?}")),
        }
    }

    /// Gives every court the same report, which is made with the name of the sink.
    pub(crate) fn send_to_all(&self, report: impl FnOnce(String) -> Report) {
        let report = report(self.sink.to_string());
        self.send_to_each(|_| report.clone());
    }

    /// Gives each court a report of its own.
    pub(crate) fn send_to_each(&self, report: impl Fn(&Arc<str>) -> Report) {
        for (court, reports) in &self.courts {
            deliver(court, reports, report(court));
        }
    }

    /// Reports how a command ended to the court that gave it.
    pub(crate) fn outcome(&self, command: &Command, result: Result<(), impl Display>) {
        let outcome = match result {
            Ok(()) => Outcome::Done,
            Err(error) => Outcome::Failed { reason: error.to_string() },
        };
        self.send(&command.court, command.ended(outcome));
    }
}

fn deliver(court: &str, reports: &Sender<Report>, report: Report) {
    match reports.try_send(report) {
        // A court that has gone needs no reports.
        Ok(()) | Err(TrySendError::Disconnected(_)) => {}
        Err(TrySendError::Full(report)) => messages::court_report_lost(court, format_args!("{report:?}")),
    }
}
