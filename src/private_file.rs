//! Files that only their owner may read; the only place that depends on the system.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Writes a file that only its owner may read. An older file is replaced in one step.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    let aside = Path::new(&aside);
    // A file that a killed program has left may be readable by others.
    drop(fs::remove_file(aside));
    let written = create(aside).and_then(|mut file| file.write_all(bytes)).and_then(|()| fs::rename(aside, path));
    if written.is_err() {
        drop(fs::remove_file(aside));
    }
    written
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
