//! Writes the inputs of a court to a capture, in a thread of its own.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::components::Component;
use crate::capture::{About, CaptureWriter};
use crate::court::Input;
use crate::file_name;
use crate::telemetry::{Counters, Status, StatusHandle, messages};
use crate::time::Time;

/// Inputs that may wait to be recorded.
const MAX_WAITING: usize = 65_536;
/// The longest that an input stays out of the file while the court is quiet.
const MAX_WAIT: Duration = Duration::from_millis(200);
/// How long after an error a new file is created.
const NEW_FILE_AFTER: Duration = Duration::from_secs(5);

type Writer = CaptureWriter<BufWriter<File>>;

/// The queue of a court's capture thread.
pub(super) struct CaptureQueue {
    queue: Sender<(Time, Input)>,
    counters: Arc<Counters>,
    path: PathBuf,
}

impl CaptureQueue {
    /// Starts a capture in a folder, which is created where it is missing.
    pub(super) fn start(
        directory: &Path,
        started: Time,
        about: About,
        counters: &Arc<Counters>,
    ) -> io::Result<(Self, Component)> {
        fs::create_dir_all(directory)?;
        let (writer, path) = begin(directory, started, &about)?;
        let (queue, waiting) = bounded(MAX_WAITING);
        let status = StatusHandle::new("capture", &about.court);
        let name = format!("capture {}", about.court);
        let thread = CaptureThread {
            file: Ok(writer),
            directory: directory.to_owned(),
            about,
            counters: counters.clone(),
            status: status.clone(),
        };
        let thread = thread::Builder::new().name(name).spawn(move || thread.run(&waiting))?;
        Ok((Self { queue, counters: counters.clone(), path }, Component::thread(status, thread)))
    }

    /// The first file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Queues an input; never waits.
    pub(super) fn record(&self, at: Time, input: &Input) {
        if self.queue.try_send((at, input.clone())).is_err() {
            // The loss warnings read the counter.
            self.counters.unrecorded.add(1);
        }
    }
}

/// Creates a file with an unused name.
fn begin(directory: &Path, started: Time, about: &About) -> io::Result<(Writer, PathBuf)> {
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
                    Ok(writer) => Ok((writer, path)),
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

/// Writes a court's inputs. After an error, such as a full disk, it goes on in a new file.
struct CaptureThread {
    /// The file, or when it failed.
    file: Result<Writer, Instant>,
    directory: PathBuf,
    about: About,
    counters: Arc<Counters>,
    status: StatusHandle,
}

impl CaptureThread {
    /// Writes what waits until the queue is closed.
    fn run(mut self, waiting: &Receiver<(Time, Input)>) {
        let status = self.status.clone();
        let _guard = status.run();
        // Far in the future while everything is flushed.
        let mut flush_by = never();
        loop {
            match waiting.recv_deadline(flush_by) {
                Ok((at, input)) => {
                    self.reopen();
                    self.input(at, &input);
                    flush_by = flush_by.min(Instant::now() + MAX_WAIT);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if Instant::now() >= flush_by {
                let _logged = self.write(CaptureWriter::flush);
                flush_by = never();
            }
        }
        let _logged = self.write(CaptureWriter::flush);
    }

    /// Creates a new file, some time after the last one failed.
    fn reopen(&mut self) {
        if let Err(failed) = self.file
            && failed.elapsed() > NEW_FILE_AFTER
        {
            self.file = match begin(&self.directory, Time::now(), &self.about) {
                Ok((writer, path)) => {
                    messages::capture_resumed(&self.about.court, path.display());
                    self.status.set(Status::Running);
                    Ok(writer)
                }
                Err(_) => Err(Instant::now()),
            };
        }
    }

    fn input(&mut self, at: Time, input: &Input) {
        if self.write(|writer| writer.write(at, input)).is_none() {
            self.counters.unrecorded.add(1);
        }
    }

    /// Writes to the file; none when that failed.
    fn write(&mut self, write: impl FnOnce(&mut Writer) -> io::Result<()>) -> Option<()> {
        let error = write(self.file.as_mut().ok()?).err();
        if let Some(error) = &error
            && error.kind() != ErrorKind::InvalidInput
        {
            messages::capture_failed(&self.about.court, error);
            self.status.set(Status::Degraded(error.to_string()));
            self.file = Err(Instant::now());
        }
        error.is_none().then_some(())
    }
}

fn never() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::components::Components;
    use super::*;
    use crate::action::Report;

    #[test]
    fn an_input_that_is_too_long_for_a_capture_is_counted_as_unrecorded() {
        let folder = tempfile::tempdir().unwrap();
        let about = About { court: "court-1".to_owned(), local: ([127, 0, 0, 1], 6000).into(), event: String::new() };
        let counters = Arc::default();
        let (queue, component) = CaptureQueue::start(folder.path(), Time::default(), about, &counters).unwrap();
        let rules = |length| Input::Report(Report::RulesReloaded { rules: vec!["x".repeat(length)] });
        queue.record(Time::default(), &rules(100_000_000));
        queue.record(Time::default(), &rules(1));
        drop(queue);
        let mut components = Components::default();
        components.add(component);
        assert_eq!(components.stop(Duration::from_secs(10)), Vec::<String>::new());
        assert_eq!(counters.unrecorded.get(), 1);
    }
}
