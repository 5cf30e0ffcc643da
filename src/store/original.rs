//! Notices that the file of an open database was moved, replaced or deleted.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::file_id::FileId;

/// How often it is looked at.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The file that is open. It must be dropped after the connection: to close it would release SQLite's locks.
#[derive(Debug)]
pub(super) struct Original {
    file: File,
    id: FileId,
    path: PathBuf,
    checked: Instant,
}

impl Original {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let id = FileId::of(&file.metadata()?);
        Ok(Self { file, id, path: path.to_owned(), checked: Instant::now() })
    }

    /// Whether its path is another file now, or none. Looks at it once a second.
    pub(super) fn is_gone(&mut self) -> bool {
        if self.checked.elapsed() < CHECK_INTERVAL {
            return false;
        }
        self.checked = Instant::now();
        FileId::at(&self.path) != Some(self.id)
    }

    /// Whether it still has a name somewhere, and so all that was written.
    pub(super) fn is_kept(&self) -> bool {
        self.file.metadata().is_ok_and(|metadata| crate::file_id::has_a_name(&metadata))
    }
}
