//! Tells the courts what OBS did.

use std::sync::Arc;

use tracing::warn;

use crate::action::{ClipReport, Outcome, Report};
use crate::event::Recording;
use crate::obs::error::ObsError;
use crate::obs::model::{ActiveRecording, Clip};
use crate::sink::{Command, Courts, deliver};
use crate::time::Time;

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
    pub(super) fn outcome(&self, command: &Command, result: Result<(), ObsError>) {
        let Some(reports) = self.courts.get(&command.court) else {
            warn!(court = %command.court, "no such court is served: an outcome is lost");
            return;
        };
        let outcome = match result {
            Ok(()) => Outcome::Done,
            Err(error) => Outcome::Failed { reason: error.to_string() },
        };
        deliver(&command.court, reports, command.ended(outcome));
    }

    /// Tells every court of a clip, with the actions of its own that asked for it.
    pub(super) fn clip_saved(&self, clip: &Clip, savers: &[Command]) {
        for (court, reports) in &self.courts {
            let action_seqs = savers.iter().filter(|saver| saver.court == *court).map(|saver| saver.action.seq);
            let report = ClipReport {
                instance: self.instance.to_string(),
                path: clip.path.to_string_lossy().into_owned(),
                from: clip.from,
                begins_at: clip.begins_at,
                ends_at: clip.ends_at,
                note: clip.note.clone(),
                action_seqs: action_seqs.collect(),
            };
            deliver(court, reports, Report::ClipSaved(report));
        }
    }

    /// Tells every court of a recording, and the one that began it by which action.
    pub(super) fn recording(&self, kind: fn(Recording) -> Report, running: &ActiveRecording, ends_at: Option<Time>) {
        for (court, reports) in &self.courts {
            let ours = running.started_by.as_ref().filter(|ours| ours.court == *court);
            let recording = Recording {
                instance: self.instance.to_string(),
                path: running.path.clone(),
                begins_at: running.begins_at,
                ends_at,
                action_seq: ours.map(|ours| ours.action_seq),
            };
            deliver(court, reports, kind(recording));
        }
    }

    /// The name of the instance.
    pub(super) fn instance(&self) -> &Arc<str> {
        &self.instance
    }
}
