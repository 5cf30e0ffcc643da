//! Files with names of athletes, many of them minors, and with passwords: only their owner may read them.

use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Lets only their owner read and write the files and folders that this program makes from now on, and those of the programs
/// that it starts. On Windows they have the permissions of the folder that they are in.
pub(crate) fn make_all_private() {
    #[cfg(unix)]
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o077));
}

/// Whether others than its owner may read or write a file, which is there.
#[cfg(unix)]
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o066 != 0)
}

/// Whether others than its owner may read or write a file; the system's permissions are not looked at.
#[cfg(not(unix))]
pub(crate) fn is_open_to_others(_: &Path) -> bool {
    false
}

/// Writes a file that only its owner may read. An older file is replaced in one step.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}
