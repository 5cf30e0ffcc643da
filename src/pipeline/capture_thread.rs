//! Writes the inputs of a court to a capture, in a thread of its own.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::capture_room::CaptureRoom;
use super::components::Component;
use crate::capture::{About, CaptureWriter, FlushMark};
use crate::court::{Input, Setup};
use crate::file_id::{FileId, has_a_name};
use crate::file_name;
use crate::queue::{Sender, bounded, next_batch};
use crate::telemetry::{Counters, Status, StatusHandle, messages};
use crate::time::Time;

/// Inputs that may wait to be recorded.
const MAX_WAITING: usize = 65_536;
/// Inputs that are written before they are flushed, at most.
const MAX_BATCH: usize = 4096;
/// How long an input waits for more, which are then written with it.
const BATCH_DELAY: Duration = Duration::from_millis(10);
/// How long an input may be in the system's memory alone: with the time that a disk takes, a power cut costs no more
/// than five seconds.
const SYNC_INTERVAL: Duration = Duration::from_secs(4);
/// How often it is looked at whether the file is still there, and whether there is room for more.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// How long after an error a new file is created.
const NEW_FILE_AFTER: Duration = Duration::from_secs(5);

type Writer = CaptureWriter<BufWriter<File>>;

/// The file that is written.
struct Open {
    writer: Writer,
    path: PathBuf,
    /// Inputs in it.
    inputs: u64,
}

impl Open {
    fn file(&self) -> &File {
        self.writer.get_ref().get_ref()
    }

    /// How many inputs are lost with it if it is no longer at its path: none if it has another name now.
    fn lost(&self) -> Option<u64> {
        let metadata = self.file().metadata().ok()?;
        let is_there = FileId::at(&self.path) == Some(FileId::of(&metadata));
        (!is_there).then(|| if has_a_name(&metadata) { 0 } else { self.inputs })
    }
}

/// The queue of a court's capture thread.
pub(super) struct CaptureQueue {
    queue: Sender<(Time, Input)>,
    counters: Arc<Counters>,
    mark: FlushMark,
    path: PathBuf,
}

impl CaptureQueue {
    /// Starts a capture in a folder, which is created where it is missing.
    pub(super) fn start(
        room: CaptureRoom,
        started: Time,
        about: About,
        counters: &Arc<Counters>,
    ) -> io::Result<(Self, Component)> {
        let file = begin(room.directory(), started, &about)?;
        let path = file.path.clone();
        let (queue, waiting) = bounded(MAX_WAITING);
        let status = StatusHandle::new("capture", &about.court);
        let mark = FlushMark::new(&about.court);
        let name = format!("capture {}", about.court);
        let thread = CaptureThread {
            file: Ok(file),
            room,
            checked: None,
            latest: started,
            about,
            counters: counters.clone(),
            mark: mark.clone(),
            status: status.clone(),
            unflushed: 0,
            setup: None,
        };
        let thread = thread::Builder::new().name(name).spawn(move || thread.run(&waiting))?;
        Ok((Self { queue, counters: counters.clone(), mark, path }, Component::thread(status, thread)))
    }

    /// The first file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How far it is flushed.
    pub(super) fn mark(&self) -> FlushMark {
        self.mark.clone()
    }

    /// Queues an input; never waits.
    pub(super) fn record(&self, at: Time, input: &Input) {
        if self.queue.try_send((at, input.clone())).is_ok() {
            self.mark.count_queued();
        } else {
            // The loss warnings read the counter.
            self.counters.unrecorded.add(1);
        }
    }
}

/// Creates a file with an unused name in a folder, which is created where it is missing.
fn begin(directory: &Path, started: Time, about: &About) -> io::Result<Open> {
    fs::create_dir_all(directory)?;
    let court = file_name::safe(&about.court);
    // 2026-11-22T09-30-00Z: no colons, which Windows does not take.
    let second: String = started.to_string().chars().take(19).map(|c| if c == ':' { '-' } else { c }).collect();
    let mut number = 1;
    loop {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let path = directory.join(format!("{second}Z-{court}{suffix}.pcapng"));
        match File::create_new(&path) {
            Ok(file) => {
                let begun = CaptureWriter::new(BufWriter::new(file), about).and_then(|mut writer| {
                    writer.flush()?;
                    Ok(writer)
                });
                return match begun {
                    Ok(writer) => Ok(Open { writer, path, inputs: 0 }),
                    Err(error) => {
                        // On a full disk it would stay as an empty file.
                        let _gone = fs::remove_file(&path);
                        Err(error)
                    }
                };
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < 1000 => number += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Writes a court's inputs. After an error, such as a full disk, it begins a new file.
struct CaptureThread {
    /// The file, or when it failed.
    file: Result<Open, Instant>,
    room: CaptureRoom,
    /// When the file and the room were last looked at.
    checked: Option<Instant>,
    /// The time of the latest input.
    latest: Time,
    about: About,
    counters: Arc<Counters>,
    mark: FlushMark,
    status: StatusHandle,
    /// Inputs written since the last flush.
    unflushed: u64,
    /// What the court runs with: each file begins with it.
    setup: Option<Arc<Setup>>,
}

impl CaptureThread {
    /// Writes what waits until the queue is closed.
    fn run(mut self, waiting: &Receiver<(Time, Input)>) {
        let status = self.status.clone();
        let _guard = status.run();
        let mut taken = 0;
        // None while the disk has everything.
        let mut sync_by: Option<Instant> = None;
        loop {
            let check_by = Instant::now() + CHECK_INTERVAL;
            let wake = sync_by.map_or(check_by, |sync_by| sync_by.min(check_by));
            let batch = next_batch(waiting, MAX_BATCH, BATCH_DELAY, Some(wake));
            self.check();
            match batch {
                Ok(batch) => {
                    for (at, input) in batch {
                        self.input(at, &input);
                        taken += 1;
                    }
                    if self.write(|open| open.writer.flush()).is_some() {
                        self.unflushed = 0;
                        self.mark.set_flushed(taken);
                    } else {
                        self.mark.release();
                    }
                    sync_by = sync_by.or_else(|| Some(Instant::now() + SYNC_INTERVAL));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if sync_by.is_some_and(|sync_by| Instant::now() >= sync_by) {
                self.sync();
                sync_by = None;
            }
        }
        self.sync();
    }

    /// Has the system write to the disk what it has in memory.
    fn sync(&mut self) {
        let _logged = self.write(|open| open.file().sync_data());
    }

    /// Looks at whether the file is still there, and whether there is room for more.
    fn check(&mut self) {
        if self.checked.is_some_and(|checked| checked.elapsed() < CHECK_INTERVAL) {
            return;
        }
        self.checked = Some(Instant::now());
        let Ok(open) = &self.file else { return };
        if let Some(lost) = open.lost() {
            messages::capture_gone(&self.about.court, open.path.display(), lost);
            self.status.set(Status::Degraded(format!("{} is no longer there", open.path.display())));
            self.counters.unrecorded.add(lost);
            self.unflushed = 0;
            self.begin_anew(self.latest);
        } else if let Err(no_room) = self.room.check() {
            self.fail(&no_room);
        }
    }

    /// Begins a new file, if there is room for it.
    fn begin_anew(&mut self, at: Time) {
        let begun = self.room.check().map_err(io::Error::other);
        self.file = match begun.and_then(|()| begin(self.room.directory(), Time::now(), &self.about)) {
            Ok(open) => {
                messages::capture_resumed(&self.about.court, open.path.display());
                self.status.set(Status::Running);
                Ok(open)
            }
            Err(_) => Err(Instant::now()),
        };
        if let Some(setup) = self.setup.clone() {
            let _logged = self.write(|open| open.writer.write(at, &Input::Setup(setup)));
        }
    }

    /// Gives the file up for a while.
    fn fail(&mut self, reason: &dyn Display) {
        messages::capture_failed(&self.about.court, reason);
        self.status.set(Status::Degraded(reason.to_string()));
        self.file = Err(Instant::now());
        // Some of them may be in the file.
        self.counters.unrecorded.add(std::mem::take(&mut self.unflushed));
    }

    /// Creates a new file, some time after the last one failed.
    fn reopen(&mut self, at: Time) {
        if let Err(failed) = self.file
            && failed.elapsed() > NEW_FILE_AFTER
        {
            self.begin_anew(at);
        }
    }

    fn input(&mut self, at: Time, input: &Input) {
        self.latest = at;
        self.reopen(at);
        if let Input::Setup(setup) = input {
            self.setup = Some(setup.clone());
        }
        let written = self.write(|open| {
            open.writer.write(at, input)?;
            open.inputs += 1;
            Ok(())
        });
        if written.is_some() {
            self.unflushed += 1;
        } else {
            self.counters.unrecorded.add(1);
        }
    }

    /// Writes to the file; none when that failed.
    fn write(&mut self, write: impl FnOnce(&mut Open) -> io::Result<()>) -> Option<()> {
        let error = write(self.file.as_mut().ok()?).err();
        if let Some(error) = &error
            && error.kind() != ErrorKind::InvalidInput
        {
            self.fail(error);
        }
        error.is_none().then_some(())
    }
}

impl Drop for CaptureThread {
    /// Also after a panic, the database waits for it no longer.
    fn drop(&mut self) {
        self.mark.release();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::components::Components;
    use super::*;
    use crate::action::Report;
    use crate::event::RulesReloaded;

    fn about() -> About {
        About { court: "court-1".to_owned(), local: ([127, 0, 0, 1], 6000).into(), event: String::new() }
    }

    fn rules(length: usize) -> Input {
        Input::Report(Report::RulesReloaded(RulesReloaded { rules: vec!["x".repeat(length)] }))
    }

    #[test]
    fn an_input_that_is_too_long_for_a_capture_is_counted_as_unrecorded() {
        let folder = tempfile::tempdir().unwrap();
        let counters = Arc::default();
        let (queue, component) =
            CaptureQueue::start(CaptureRoom::unlimited(folder.path()), Time::default(), about(), &counters).unwrap();
        queue.record(Time::default(), &rules(100_000_000));
        queue.record(Time::default(), &rules(1));
        drop(queue);
        let mut components = Components::default();
        components.add(component);
        assert_eq!(components.stop(Duration::from_secs(10)), Vec::<String>::new());
        assert_eq!(counters.unrecorded.get(), 1);
    }

    #[test]
    fn inputs_that_cannot_be_flushed_are_counted_as_unrecorded_and_delay_no_entry() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("read-only");
        fs::write(&path, "").unwrap();
        // Its buffer takes what the file refuses.
        let writer = CaptureWriter::new(BufWriter::new(File::open(&path).unwrap()), &about()).unwrap();
        let (counters, mark) = (Arc::<Counters>::default(), FlushMark::new("court-1"));
        let thread = CaptureThread {
            file: Ok(Open { writer, path: path.clone(), inputs: 0 }),
            room: CaptureRoom::unlimited(folder.path()),
            checked: None,
            latest: Time::default(),
            about: about(),
            counters: counters.clone(),
            mark: mark.clone(),
            status: StatusHandle::new("capture", "court-1"),
            unflushed: 0,
            setup: None,
        };
        let status = thread.status.clone();
        let (queue, waiting) = bounded(3);
        (0..3).for_each(|_| queue.try_send((Time::default(), rules(1))).unwrap());
        let thread = thread::spawn(move || thread.run(&waiting));
        let (begin, timeout) = (Instant::now(), Duration::from_secs(60));
        mark.wait_for(4, begin + timeout);
        assert!(begin.elapsed() < timeout);
        assert!(status.is_degraded());
        drop(queue);
        thread.join().unwrap();
        assert_eq!(counters.unrecorded.get(), 3);
    }
}
