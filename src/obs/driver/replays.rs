//! The lane of saves: commands → clips with their names.
//!
//! A clip ends at the instant of the request to OBS. It serves all commands that came before; a command that comes while
//! OBS saves gets a save of its own, right after.

mod late;
mod saver;

use std::collections::VecDeque;
use std::iter;
use std::mem;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use self::late::{LATE_TIMEOUT, LateSaves};
use self::saver::{SAVE_TIMEOUT, Saver, Sent};
use super::buffer::Buffer;
use super::{media_file, reports, stand_in};
use crate::action::ObsVerb;
use crate::event::ClipSource;
use crate::naming::with_local_time;
use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::obs::model::{ActiveRecording, Clip};
use crate::obs::options::ObsOptions;
use crate::sink::{Command, Outbox};
use crate::telemetry::messages;
use crate::time::Time;

/// OBS names replays to the second: a save that begins a second after the end of the one before has another name,
/// also if OBS's clock is another one. A renamed clip cannot be overwritten.
const MIN_SAVE_INTERVAL: Duration = Duration::from_secs(1);

/// How many commands may be looked over for those that can share a save; more wait in the lane.
const MAX_WAITING: usize = 64;

/// How long to try to name a clip: a jury waits for it.
const RENAME_TIMEOUT: Duration = Duration::from_millis(100);

/// How long a file that OBS has finished may be missing or not whole: it may have been taken away.
const FILE_TIMEOUT: Duration = Duration::from_secs(2);

/// Saves replays.
pub(super) struct Replays<'a> {
    client: &'a Client,
    outbox: &'a Outbox,
    buffer: &'a Buffer<'a>,
    saver: Saver<'a>,
    commands: mpsc::Receiver<Command>,
    /// Commands that were taken from the lane and wait for their save.
    waiting: VecDeque<Command>,
    late: LateSaves,
    /// The recording that OBS writes, of which a part can stand in for a replay.
    recording: &'a watch::Sender<Option<ActiveRecording>>,
    /// When the last clip was finished that still has the name that OBS gave it.
    last_named_by_obs: Option<Instant>,
}

impl<'a> Replays<'a> {
    /// `saved` has the paths that OBS's events name.
    pub(super) fn new(
        (client, options, outbox): (&'a Client, &'a ObsOptions, &'a Outbox),
        buffer: &'a Buffer<'a>,
        recording: &'a watch::Sender<Option<ActiveRecording>>,
        commands: mpsc::Receiver<Command>,
        saved: mpsc::Receiver<PathBuf>,
    ) -> Self {
        Self {
            client,
            outbox,
            buffer,
            saver: Saver::new(client, options, outbox, buffer, saved),
            commands,
            waiting: VecDeque::new(),
            late: LateSaves::default(),
            recording,
            last_named_by_obs: None,
        }
    }

    /// Starts the buffer if it does not run, then works until there are no more commands.
    pub(super) async fn run(mut self) {
        if let Err(error) = self.buffer.ready().await {
            messages::obs_replay_buffer_unusable(self.outbox.sink(), error);
        }
        loop {
            if let Some(command) = self.waiting.pop_front() {
                self.save(command).await;
                continue;
            }
            // A late save would be lost with the buffer.
            if self.commands.is_empty() && self.late.is_empty() {
                self.saver.restart_if_lagging().await;
            }
            let given_up_at = self.late.given_up_at();
            tokio::select! {
                // What OBS saved before a command is not the command's clip.
                biased;
                Some(path) = self.saver.saved.recv() => self.take(path).await,
                command = self.commands.recv() => match command {
                    Some(command) => self.save(command).await,
                    None => break,
                },
                () = sleep_until(given_up_at.unwrap_or_else(Instant::now)), if given_up_at.is_some() => {
                    self.late.give_up_first(self.outbox);
                    self.saver.measure(LATE_TIMEOUT);
                }
            }
        }
        self.late.give_up(self.outbox);
    }

    /// Carries out a save for this command and for those that can share it.
    async fn save(&mut self, command: Command) {
        let pause = self.until_nameable().await;
        let savers = self.sharing(command);
        let requested_at = Time::now();
        let saved = match pause {
            Ok(()) => self.clip_for(&savers).await,
            Err(lost) => Err(Missed::Failed(lost)),
        };
        let (sent, error) = match saved {
            Ok(clip) => return self.end(&savers, Ok(clip)),
            Err(Missed::Late(sent)) => (Some(sent), ObsError::NoClip(SAVE_TIMEOUT)),
            Err(Missed::Failed(error)) => (None, error),
        };
        let recording = self.recording.borrow().clone();
        let stand_in = stand_in::from_recording(self.client, recording, error, requested_at).await;
        if let Some(sent) = sent {
            self.late.add(savers.clone(), sent, stand_in.is_ok());
        }
        match stand_in {
            Err(error) if sent.is_some() => reports::clip_awaited(self.outbox, &error, &savers),
            result => self.end(&savers, result),
        }
    }

    /// Reports what became of commands.
    fn end(&self, savers: &[Command], result: Result<Clip, ObsError>) {
        if let Ok(clip) = &result {
            reports::clip_saved(self.outbox, clip, savers);
        }
        for saver in savers {
            self.outbox.outcome(saver, result.as_ref().map(|_| ()));
        }
    }

    /// Waits until OBS gives the next replay another name than the last.
    async fn until_nameable(&self) -> Result<(), ObsError> {
        match self.last_named_by_obs {
            Some(last) => self.client.unless_lost(sleep_until(last + MIN_SAVE_INTERVAL)).await,
            None => Ok(()),
        }
    }

    /// The commands that one save serves: the first, and those that wait and want the same name.
    fn sharing(&mut self, first: Command) -> Vec<Command> {
        while self.waiting.len() < MAX_WAITING
            && let Ok(command) = self.commands.try_recv()
        {
            self.waiting.push_back(command);
        }
        let come = mem::take(&mut self.waiting).into_iter();
        let (sharing, waiting): (VecDeque<_>, _) = come.partition(|command| file_name(command) == file_name(&first));
        self.waiting = waiting;
        iter::once(first).chain(sharing).collect()
    }

    /// Makes a clip for these commands.
    async fn clip_for(&mut self, savers: &[Command]) -> Result<Clip, Missed> {
        while let Ok(path) = self.saver.saved.try_recv() {
            self.take(path).await;
        }
        let sent = self.saver.send().await.map_err(Missed::Failed)?;
        let deadline = Instant::now() + SAVE_TIMEOUT;
        let path = loop {
            let path = match self.saver.next(sent, deadline).await {
                Err(ObsError::NoClip(_)) => return Err(Missed::Late(sent)),
                path => path.map_err(Missed::Failed)?,
            };
            let begun = self.saver.begun(&path).await;
            let is_ours = begun.is_none_or(|begun| {
                // Within a second OBS may give a file the name of the one before; the file then has its time, too.
                let may_be_named_again = self.late.is_empty() && sent.at.since(begun) <= media_file::TIME_TOLERANCE;
                sent.can_have_begun(begun) || may_be_named_again
            });
            if is_ours {
                self.saver.measure(begun.map_or(Duration::ZERO, |begun| begun.since(sent.at)));
                break path;
            }
            // It is that of an earlier save, or of another program.
            self.take(path).await;
        };
        let clip = self.finish(path, sent, savers).await.map_err(Missed::Failed)?;
        // OBS does one save at a time: the clip is also that of the saves before, if they are late.
        for late in self.late.take_until(None) {
            late.end(self.outbox, Ok(&clip));
        }
        if !shows_request(&clip, savers) {
            reports::clip_saved(self.outbox, &clip, &[]);
            return Err(Missed::Failed(ObsError::BegunTooLate));
        }
        Ok(clip)
    }

    /// Takes in a file that the present save does not wait for: of saves that are late, or of another program.
    async fn take(&mut self, path: PathBuf) {
        // Without a name there is no file.
        if path.as_os_str().is_empty() || self.saver.has_found(&path) {
            return;
        }
        let begun = self.saver.begun(&path).await;
        let late = self.late.take_until(begun);
        let Some(last) = late.last() else { return self.pass_on(path).await };
        let sent = last.sent;
        self.saver.measure(begun.map_or(SAVE_TIMEOUT, |begun| begun.since(sent.at)));
        let savers: Vec<_> = late.iter().flat_map(|late| late.savers.iter().cloned()).collect();
        let result = self.finish(path, sent, &savers).await;
        if let Ok(clip) = &result
            && !late.iter().any(|late| shows_request(clip, &late.savers))
        {
            reports::clip_saved(self.outbox, clip, &[]);
        }
        for late in late {
            late.end(self.outbox, result.as_ref());
        }
    }

    /// Gives a file that OBS has finished the name that these commands want.
    async fn finish(&mut self, path: PathBuf, sent: Sent, savers: &[Command]) -> Result<Clip, ObsError> {
        media_file::is_written(&path, Instant::now() + FILE_TIMEOUT).await?;
        let name = savers.first().and_then(|saver| Some((file_name(saver)?, saver.action.at)));
        let name = name.map(|(name, at)| with_local_time(name, at, TimeZone::system()));
        let file = media_file::finish(self.outbox.sink(), path.clone(), name, RENAME_TIMEOUT).await;
        self.last_named_by_obs = (file.path == path).then(Instant::now);
        Ok(Clip {
            path: file.path,
            from: ClipSource::ReplayBuffer,
            begins_at: file.duration.map(|duration| sent.ends_at - duration),
            ends_at: Some(sent.ends_at),
            note: None,
        })
    }

    /// Reports a clip that no command requested.
    async fn pass_on(&mut self, path: PathBuf) {
        self.last_named_by_obs = Some(Instant::now());
        let cut = media_file::is_written(&path, Instant::now()).await.err();
        let note = cut.map(|error| error.to_string());
        // The instant of its request is not known, so neither is what it shows.
        let clip = Clip { path, from: ClipSource::ReplayBuffer, begins_at: None, ends_at: None, note };
        reports::clip_saved(self.outbox, &clip, &[]);
    }
}

/// Why a save has no clip.
enum Missed {
    /// OBS has not named its file yet.
    Late(Sent),
    Failed(ObsError),
}

/// Whether a clip begins before these commands were given, as far as that is known.
fn shows_request(clip: &Clip, savers: &[Command]) -> bool {
    let waited = savers.iter().map(|saver| saver.received.elapsed()).max().unwrap_or_default();
    let request = Time::now() - waited;
    clip.begins_at.is_none_or(|begins_at| begins_at < request)
}

/// The name that a command wants for its clip, if any.
fn file_name(command: &Command) -> Option<&str> {
    match command.action.verb.obs() {
        Some(ObsVerb::SaveReplay { name, .. }) => name.as_deref(),
        _ => None,
    }
}
