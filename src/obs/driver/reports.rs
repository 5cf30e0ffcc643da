//! Reports of clips and recordings: every court gets them, with its own actions that requested them.

use std::sync::Arc;

use crate::action::{ClipReport, Report};
use crate::event::Recording;
use crate::obs::error::ObsError;
use crate::obs::model::{ActiveRecording, Clip};
use crate::sink::{Command, Outbox};
use crate::time::Time;

/// Reports a clip that `savers` requested.
pub(super) fn clip_saved(outbox: &Outbox, clip: &Clip, savers: &[Command]) {
    outbox.send_to_each(|court| {
        let action_seqs = savers.iter().filter(|saver| saver.court == *court).map(|saver| saver.action.seq);
        Report::ClipSaved(ClipReport {
            instance: outbox.sink().to_owned(),
            path: clip.path.to_string_lossy().into_owned(),
            from: clip.from,
            begins_at: clip.begins_at,
            ends_at: clip.ends_at,
            note: clip.note.clone(),
            action_seqs: action_seqs.collect(),
        })
    });
}

/// Reports that the clip that `savers` requested has not come in time, and is still awaited.
pub(super) fn clip_awaited(outbox: &Outbox, reason: &ObsError, savers: &[Command]) {
    for saver in savers {
        outbox.send(&saver.court, Report::ClipAwaited { action_seq: saver.action.seq, reason: reason.to_string() });
    }
}

/// Reports that a recording has begun.
pub(super) fn recording_started(outbox: &Outbox, running: &ActiveRecording) {
    outbox.send_to_each(|court| Report::RecordingStarted(recording(outbox, running, court)));
}

/// Reports that a recording is finished.
pub(super) fn recording_stopped(outbox: &Outbox, finished: &ActiveRecording, ends_at: Time) {
    outbox.send_to_each(|court| {
        Report::RecordingStopped(Recording { ends_at: Some(ends_at), ..recording(outbox, finished, court) })
    });
}

/// Reports that a recording has ended while OBS was not connected.
pub(super) fn recording_interrupted(outbox: &Outbox, lost: &ActiveRecording, ends_at: Option<Time>) {
    outbox.send_to_each(|court| {
        let recording = recording(outbox, lost, court);
        let interrupted = recording.action_seq.is_some() || recording.earlier_session;
        Report::RecordingStopped(Recording { ends_at, interrupted, ..recording })
    });
}

fn recording(outbox: &Outbox, recording: &ActiveRecording, court: &Arc<str>) -> Recording {
    let starter = recording.started_by.as_ref();
    let ours = starter.filter(|starter| starter.court == *court);
    Recording {
        instance: outbox.sink().to_owned(),
        path: recording.path.clone(),
        begins_at: recording.begins_at,
        action_seq: ours.and_then(|starter| starter.action_seq),
        earlier_session: ours.is_some_and(|starter| starter.action_seq.is_none()),
        split: starter.is_some_and(|starter| starter.split),
        ..Recording::default()
    }
}
