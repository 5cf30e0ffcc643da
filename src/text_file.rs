//! Reads texts that people write, and says why one cannot be read and what to do about it.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Place};
use crate::suggest::{enumerate, near};

/// The longest text, in bytes.
const MAX_BYTES: u64 = 4 << 20;
/// More names than this are no help.
const MAX_NAMES: usize = 20;

/// Why a text cannot be read.
pub(crate) struct Unreadable {
    pub(crate) message: String,
    help: Option<String>,
    /// The text and the byte of it, where that is known.
    pub(crate) place: Option<(Arc<str>, usize)>,
}

impl Unreadable {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()), place: None }
    }

    pub(crate) fn diagnostic(self, code: &'static str, file: &Path) -> Diagnostic {
        let message = format!("the file cannot be read: {}", self.message);
        let place = self.place.map(|(text, at)| Place::new(text, at..at + 1));
        Diagnostic { help: self.help, place, ..Diagnostic::error(code, file, message) }
    }
}

/// Reads a text. `ending` is that of files of its sort, without the dot.
pub(crate) fn read(file: &Path, ending: &str) -> Result<String, Unreadable> {
    let metadata = fs::metadata(file).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            Unreadable { message: "it is not there".to_owned(), help: missing(file, ending), place: None }
        }
        ErrorKind::PermissionDenied => {
            Unreadable::new("the permission is missing", "let the user that runs `vta` read the file and its folder")
        }
        _ => Unreadable::new(error.to_string(), "look at the path"),
    })?;
    if metadata.is_dir() {
        let names = names(file, ending);
        let help = match names[..] {
            [] => format!("name a file that ends with `.{ending}`"),
            _ => format!("name a file in it: there is {}", enumerate(names.iter().map(String::as_str))),
        };
        return Err(Unreadable::new("it is a folder", help));
    }
    // To read a device never ends, and to open a pipe waits for somebody who writes.
    if !metadata.is_file() {
        let help = format!("name a file that ends with `.{ending}`");
        return Err(Unreadable::new("it is a device or a pipe", help));
    }
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|open| open.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => {
            Unreadable::new("the permission is missing", "let the user that runs `vta` read the file")
        }
        _ => Unreadable::new(error.to_string(), "look at the disk"),
    })?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Unreadable::new(format!("it is longer than {} MB", MAX_BYTES >> 20), "is this the right file?"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes());
        let error = Unreadable::new("it is not UTF-8 from here on", "save the file in the encoding UTF-8");
        Unreadable { place: Some((text.into(), at)), ..error }
    })
}

/// What may have been meant by a file that is not there.
fn missing(file: &Path, ending: &str) -> Option<String> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Some(format!("there is no folder `{}`", folder.display()));
    }
    let names = names(folder, ending);
    let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
    let stems: Vec<_> = names.iter().map(|name| stem(name)).collect();
    let wanted = stem(&file.file_name()?.to_string_lossy());
    let near = near(&wanted, stems.iter().map(String::as_str));
    match near.and_then(|near| names.iter().zip(&stems).find(|(_, stem)| *stem == near)) {
        Some((name, _)) => Some(format!("did you mean `{}`?", file.with_file_name(name).display())),
        None if names.is_empty() => Some(format!("no file in `{}` ends with `.{ending}`", folder.display())),
        None => Some(format!("there is {}", enumerate(names.iter().map(String::as_str)))),
    }
}

/// The first files of a folder with an ending, in their order.
fn names(folder: &Path, ending: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = entries.filter(|path| path.extension().is_some_and(|found| found == ending));
    let mut names: Vec<_> = files.filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect();
    names.sort_unstable();
    names.truncate(MAX_NAMES);
    names
}
