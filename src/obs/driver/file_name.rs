//! Names for finished recordings that any system takes, given without overwriting anything.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Leaves room below the 255 that file systems allow for a number and an ending.
const MAX_BYTES: usize = 200;

/// Windows keeps these names for devices, whatever their ending.
const RESERVED: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];

/// Makes a name safe for Windows, macOS and Linux.
pub(super) fn safe(name: &str) -> String {
    let forbidden = |character: char| character.is_control() || r#"<>:"/\|?*"#.contains(character);
    let replaced = name.replace(forbidden, "-");
    let cut = &replaced[..replaced.floor_char_boundary(MAX_BYTES)];
    // Windows drops dots and blanks at the end; a dot in front hides the file elsewhere.
    let trimmed = cut.trim_matches(|character: char| character == '.' || character.is_whitespace());
    match trimmed {
        "" => "recording".to_owned(),
        name if is_device(name) => format!("_{name}"),
        name => name.to_owned(),
    }
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    let numbered =
        |device: &str| stem.strip_prefix(device).is_some_and(|rest| matches!(rest.as_bytes(), [b'0'..=b'9']));
    RESERVED.contains(&stem.as_str()) || numbered("COM") || numbered("LPT")
}

/// Renames a file within its folder, keeping its ending; a name that is taken gets ` (2)` and so on.
///
/// # Errors
///
/// What the file system says; the file then has its old name.
pub(super) fn rename(path: &Path, name: &str) -> io::Result<PathBuf> {
    let name = safe(name);
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    for number in 1..1000 {
        let copy = if number == 1 { String::new() } else { format!(" ({number})") };
        // OBS on Windows writes `/`; what is put together anew has the separators of the system throughout.
        let target: PathBuf = path.with_file_name(format!("{name}{copy}{ending}")).components().collect();
        if target == path {
            return Ok(target);
        }
        // An empty file of our own takes the name first, since a rename would overwrite what is there.
        match OpenOptions::new().write(true).create_new(true).open(&target) {
            Ok(placeholder) => drop(placeholder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        }
        return match fs::rename(path, &target) {
            Ok(()) => Ok(target),
            Err(error) => {
                // The reason to tell is why the rename failed; an empty file left over is the lesser evil.
                _ = fs::remove_file(&target);
                Err(error)
            }
        };
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "a thousand files have that name"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn what_some_system_forbids_is_replaced() {
        assert_eq!(safe("Bout 12: KOR/GER <final>?"), "Bout 12- KOR-GER -final--");
        assert_eq!(safe("a\\b|c*d\"e\n"), "a-b-c-d-e-");
        assert_eq!(safe("İbrahim Ağaoğlu – 李"), "İbrahim Ağaoğlu – 李");
    }

    #[test]
    fn a_name_cannot_leave_its_folder() {
        assert_eq!(safe("../../etc/passwd"), "-..-etc-passwd");
        assert_eq!(safe(".."), "recording");
        assert_eq!(safe(" . "), "recording");
    }

    #[test]
    fn names_of_windows_devices_are_not_used() {
        assert_eq!(safe("con"), "_con");
        assert_eq!(safe("COM3.bout"), "_COM3.bout");
        assert_eq!(safe("Conrad"), "Conrad");
        assert_eq!(safe("COM10"), "COM10");
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let cut = safe(&"ğ".repeat(300));
        assert_eq!(cut, "ğ".repeat(100));
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for text in ["first", "second", "third"] {
            fs::write(at("obs.mkv"), text).unwrap();
            rename(&at("obs.mkv"), "Bout 1").unwrap();
        }
        let read = |name: &str| fs::read_to_string(at(name)).unwrap();
        assert_eq!([read("Bout 1.mkv"), read("Bout 1 (2).mkv"), read("Bout 1 (3).mkv")], ["first", "second", "third"]);
        assert!(!at("obs.mkv").exists());
    }

    #[test]
    fn a_file_that_is_gone_leaves_no_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        assert!(rename(&folder.path().join("obs.mkv"), "Bout 1").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_has_the_name_already_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Bout 1.mkv");
        fs::write(&path, "first").unwrap();
        assert_eq!(rename(&path, "Bout 1").unwrap(), path);
    }
}
