//! Records what a court takes in, in a thread of its own.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::capture::{About, CaptureWriter};
use crate::court::Input;
use crate::file_name;
use crate::time::Time;

/// Inputs that may wait to be recorded.
const MAX_WAITING: usize = 65_536;
/// The longest that an input stays out of the file while the court is quiet.
const MAX_WAIT: Duration = Duration::from_millis(200);
/// How long after an error a new file is begun.
const NEW_FILE_AFTER: Duration = Duration::from_secs(5);

type Writer = CaptureWriter<BufWriter<File>>;

/// Where a court puts what it takes in.
pub(super) struct Recorder {
    queue: Sender<(Time, Input)>,
    lost: Arc<AtomicU64>,
    path: PathBuf,
}

impl Recorder {
    /// Begins a capture in a folder, which is made where it is missing.
    pub(super) fn start(directory: &Path, started: Time, about: About) -> io::Result<(Self, JoinHandle<()>)> {
        fs::create_dir_all(directory)?;
        let (writer, path) = begin(directory, started, &about)?;
        let (queue, waiting) = bounded(MAX_WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let thread = thread::Builder::new().name(format!("capture {}", about.court)).spawn({
            let (directory, lost) = (directory.to_owned(), lost.clone());
            move || record(writer, &waiting, &lost, || begin(&directory, Time::now(), &about))
        })?;
        Ok((Self { queue, lost, path }, thread))
    }

    /// The file that was begun.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Counts the inputs that are in no file.
    pub(super) fn lost(&self) -> Arc<AtomicU64> {
        self.lost.clone()
    }

    /// Puts an input down; never waits.
    pub(super) fn record(&self, at: Time, input: &Input) {
        if self.queue.try_send((at, input.clone())).is_err() {
            // Said by whoever watches the counter.
            self.lost.fetch_add(1, Relaxed);
        }
    }
}

/// Begins a file whose name no other has.
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
                        // On a full disk nothing is left of it but its name.
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

/// Writes what waits until nobody puts down more. After an error (a full disk, say) it goes on in a new file.
fn record(
    writer: Writer,
    waiting: &Receiver<(Time, Input)>,
    lost: &AtomicU64,
    begin: impl Fn() -> io::Result<(Writer, PathBuf)>,
) {
    let mut file = Ok(writer);
    // Far away while nothing is written that is not flushed.
    let mut flush_by = never();
    loop {
        match waiting.recv_deadline(flush_by) {
            Ok((at, input)) => {
                reopen(&mut file, &begin);
                check(&mut file, |writer| writer.write(at, &input));
                if file.is_err() {
                    lost.fetch_add(1, Relaxed);
                }
                flush_by = flush_by.min(Instant::now() + MAX_WAIT);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if Instant::now() >= flush_by {
            check(&mut file, |writer| writer.flush());
            flush_by = never();
        }
    }
    check(&mut file, |writer| writer.flush());
}

fn never() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}

/// Begins a new file, some time after the last one failed.
fn reopen(file: &mut Result<Writer, Instant>, begin: impl Fn() -> io::Result<(Writer, PathBuf)>) {
    if let Err(failed) = file
        && failed.elapsed() > NEW_FILE_AFTER
    {
        *file = match begin() {
            Ok((writer, path)) => {
                tracing::warn!("recording goes on in {}", path.display());
                Ok(writer)
            }
            Err(_) => Err(Instant::now()),
        };
    }
}

fn check(file: &mut Result<Writer, Instant>, write: impl FnOnce(&mut Writer) -> io::Result<()>) {
    if let Ok(writer) = file
        && let Err(error) = write(writer)
        && error.kind() != ErrorKind::InvalidInput
    {
        tracing::error!("the capture cannot be written, and is given up for a while: {error}");
        *file = Err(Instant::now());
    }
}
