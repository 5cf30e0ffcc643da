//! Reports of clips and recordings: every court gets them, with its own actions that requested them.

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

/// Reports that a recording has begun or is finished.
pub(super) fn recording(
    outbox: &Outbox,
    kind: fn(Recording) -> Report,
    recording: &ActiveRecording,
    ends_at: Option<Time>,
) {
    outbox.send_to_each(|court| {
        let starter = recording.started_by.as_ref().filter(|starter| starter.court == *court);
        kind(Recording {
            instance: outbox.sink().to_owned(),
            path: recording.path.clone(),
            begins_at: recording.begins_at,
            ends_at,
            action_seq: starter.map(|starter| starter.action_seq),
        })
    });
}
