//! The files of the log: one a day. One that is taken away is made anew, and what cannot be written is reported.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};

use super::{Counter, messages};

/// How often it is looked at whether the file of the day is there.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
const PREFIX: &str = "vta";
const SUFFIX: &str = "log.jsonl";

/// Writes lines to the file of the day; never fails.
pub(super) struct LogFiles {
    directory: PathBuf,
    keep_files: usize,
    files: RollingFileAppender,
    checked: Instant,
    /// Lines that could not be written.
    lost: Arc<Counter>,
}

impl LogFiles {
    pub(super) fn open(directory: &Path, keep_files: usize) -> Result<Self, InitError> {
        let (files, lost) = (appender(directory, keep_files)?, Arc::default());
        Ok(Self { directory: directory.to_owned(), keep_files, files, checked: Instant::now(), lost })
    }

    /// Counts the lines that could not be written.
    pub(super) fn lost(&self) -> Arc<Counter> {
        self.lost.clone()
    }

    /// Makes the file of the day anew if it is gone.
    fn check(&mut self) -> io::Result<()> {
        if self.checked.elapsed() < CHECK_INTERVAL {
            return Ok(());
        }
        let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
        if !self.directory.join(format!("{PREFIX}.{today}.{SUFFIX}")).exists() {
            fs::create_dir_all(&self.directory)?;
            self.files = appender(&self.directory, self.keep_files).map_err(io::Error::other)?;
        }
        self.checked = Instant::now();
        Ok(())
    }
}

fn appender(directory: &Path, keep_files: usize) -> Result<RollingFileAppender, InitError> {
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(PREFIX)
        .filename_suffix(SUFFIX)
        .max_log_files(keep_files)
        .build(directory)
}

impl Write for LogFiles {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let written = self.check().and_then(|()| self.files.write_all(line));
        if let Err(error) = written {
            self.lost.add(1);
            messages::log_not_written(self.directory.display(), error);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.files.flush()
    }
}
