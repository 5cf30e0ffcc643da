//! Whether a file that is open is still the one at its path.

use std::fs::{self, Metadata};
use std::path::Path;

/// Which file it is, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileId(Id);

#[cfg(unix)]
type Id = (u64, u64);
#[cfg(not(unix))]
type Id = Option<std::time::SystemTime>;

impl FileId {
    #[cfg(unix)]
    pub(crate) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self((metadata.dev(), metadata.ino()))
    }

    #[cfg(not(unix))]
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self(metadata.created().ok())
    }

    /// The file at a path; none where there is none.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|metadata| Self::of(&metadata))
    }
}

/// Whether an open file still has a name somewhere, where the system says so.
#[cfg(unix)]
pub(crate) fn has_a_name(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.nlink() > 0
}

#[cfg(not(unix))]
pub(crate) fn has_a_name(_: &Metadata) -> bool {
    false
}
