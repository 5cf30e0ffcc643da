//! Files that a verb writes for the user: in place only once they are whole, and never over a file that is needed.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use crate::capture::{self, Format};

/// What becomes of a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It stays, which is an error.
    Keep,
    /// It is replaced, unless it is a database, a capture, a config or a rule.
    Replace,
}

/// A file that is being written. It replaces nothing before [`Self::finish`], and leaves nothing behind without it.
pub(crate) struct OutputFile {
    file: BufWriter<File>,
    /// Where it is written until it is whole; none for a device or a pipe.
    aside: Option<TempPath>,
    path: PathBuf,
    existing: Existing,
}

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    #[error("{} is {what}, which is never written over: choose another name", .path.display())]
    Needed { path: PathBuf, what: &'static str },
    #[error("{} is there already: choose another name, or write over it with --force", .path.display())]
    Exists { path: PathBuf },
    #[error("{} cannot be written: {reason}", .path.display())]
    Io { path: PathBuf, reason: io::Error },
}

impl OutputFile {
    /// Begins a file in the place of `path`.
    pub(crate) fn create(path: &Path, existing: Existing) -> Result<Self, OutputError> {
        let failed = |reason| OutputError::Io { path: path.to_owned(), reason };
        // What a link leads to is written, so that the link stays.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if let Ok(metadata) = fs::metadata(path) {
            if metadata.is_dir() {
                return Err(failed(ErrorKind::IsADirectory.into()));
            }
            if !metadata.is_file() {
                let file = File::options().write(true).open(path).map_err(failed)?;
                return Ok(Self { file: BufWriter::new(file), aside: None, path: path.to_owned(), existing });
            }
            if let Some(what) = needed(&target) {
                return Err(OutputError::Needed { path: path.to_owned(), what });
            }
        }
        if existing == Existing::Keep && fs::symlink_metadata(path).is_ok() {
            return Err(OutputError::Exists { path: path.to_owned() });
        }
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (file, aside) = NamedTempFile::new_in(folder).map_err(failed)?.into_parts();
        Ok(Self { file: BufWriter::new(file), aside: Some(aside), path: target, existing })
    }

    /// Puts the file in its place.
    pub(crate) fn finish(self) -> Result<(), OutputError> {
        let Self { file, aside, path, existing } = self;
        let placed = file.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| {
            let Some(aside) = aside else { return Ok(()) };
            // After a power cut, the old file or the whole new one is there.
            file.sync_all()?;
            match existing {
                Existing::Keep => aside.persist_noclobber(&path),
                Existing::Replace => aside.persist(&path),
            }
            .map_err(|refused| refused.error)
        });
        placed.map_err(|reason| match reason.kind() {
            ErrorKind::AlreadyExists => OutputError::Exists { path },
            _ => OutputError::Io { path, reason },
        })
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// What a file is that is never written over, by its content or its name.
fn needed(path: &Path) -> Option<&'static str> {
    const OF_DATABASE: &str = "a file of a database";
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    match &*ending {
        "yaml" | "yml" => return Some("a config or scenarios"),
        "rhai" => return Some("a rule"),
        _ => {}
    }
    // An empty one of them has no content that says what it is.
    let name = path.to_string_lossy();
    let of_database = ["-wal", "-shm", "-journal"].iter().filter_map(|suffix| name.strip_suffix(suffix));
    if of_database.into_iter().any(|database| Path::new(database).exists()) {
        return Some(OF_DATABASE);
    }
    let mut head = Vec::new();
    let _unreadable = File::open(path).and_then(|file| file.take(1 << 16).read_to_end(&mut head));
    let starts_line = |text: &[u8]| head.split(|&byte| byte == b'\n').any(|line| line.starts_with(text));
    match head.get(..4) {
        _ if head.starts_with(b"SQLite format 3\0") => Some("a database"),
        // https://sqlite.org/walformat.html: the log in either order of bytes, and its index in this computer's.
        Some(b"\x37\x7f\x06\x82" | b"\x37\x7f\x06\x83") => Some(OF_DATABASE),
        Some(index) if index == 3_007_000_u32.to_ne_bytes() => Some(OF_DATABASE),
        _ if matches!(capture::format_of(path), Some(Format::Pcapng | Format::Pcap)) => Some("a capture"),
        _ if starts_line(b"courts:") => Some("a config"),
        _ if starts_line(b"fn on_") => Some("a rule"),
        _ => None,
    }
}
