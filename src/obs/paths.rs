//! The folders of an OBS on another computer, as they are called there and here.

use std::collections::BTreeMap;

use crate::config::FolderName;

/// Folders of OBS, each with its path on this computer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedFolders(Vec<(FolderName, FolderName)>);

impl SharedFolders {
    /// Of the `paths` of a sink.
    pub fn new(paths: &BTreeMap<String, String>) -> Self {
        Self(paths.iter().map(|(on_obs, here)| (FolderName::new(on_obs), FolderName::new(here))).collect())
    }

    /// The path on this computer of a file that OBS names; the same where no folder has it.
    pub(super) fn here(&self, path: &str) -> String {
        translate(self.0.iter().map(|(on_obs, here)| (on_obs, here)), path)
    }

    /// OBS's path of a file on this computer; the same where no folder has it.
    pub(super) fn on_obs(&self, path: &str) -> String {
        translate(self.0.iter().map(|(on_obs, here)| (here, on_obs)), path)
    }
}

/// The innermost folder counts.
fn translate<'a>(folders: impl Iterator<Item = (&'a FolderName, &'a FolderName)>, path: &str) -> String {
    let path = FolderName::new(path);
    let within = folders.filter_map(|(from, to)| Some((from, to, path.within(from)?)));
    match within.max_by_key(|(from, ..)| from.depth()) {
        Some((_, to, rest)) => to.join(rest),
        None => path.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(paths: &[(&str, &str)]) -> SharedFolders {
        SharedFolders::new(&paths.iter().map(|(on_obs, here)| ((*on_obs).to_owned(), (*here).to_owned())).collect())
    }

    #[test]
    fn windows_paths_are_found_here_with_either_slash_and_in_either_case() {
        let folders = folders(&[("D:/OBS", "/mnt/stream-pc")]);
        for path in ["D:/OBS/Replay 1.mkv", r"d:\obs\Replay 1.mkv", r"D:\OBS/Replay 1.mkv"] {
            assert_eq!(folders.here(path), "/mnt/stream-pc/Replay 1.mkv", "{path}");
        }
        assert_eq!(folders.here("D:/OBS/Day 1/a.mkv"), "/mnt/stream-pc/Day 1/a.mkv");
        assert_eq!(folders.here("D:/OBS"), "/mnt/stream-pc");
        for other in ["D:/OBS 2/a.mkv", "E:/OBS/a.mkv", "/D:/OBS/a.mkv", "a.mkv", ""] {
            assert_eq!(folders.here(other), other);
        }
        assert_eq!(folders.on_obs("/mnt/stream-pc/Day 1/a.mkv"), "D:/OBS/Day 1/a.mkv");
        assert_eq!(folders.on_obs("/mnt/stream-PC/a.mkv"), "/mnt/stream-PC/a.mkv");
    }

    #[test]
    fn shares_and_drives_of_windows_have_the_slashes_that_they_are_written_with() {
        assert_eq!(folders(&[("D:/OBS", "//stream-pc/obs")]).here("D:/OBS/a b/c.mkv"), "//stream-pc/obs/a b/c.mkv");
        assert_eq!(folders(&[("D:/OBS", r"\\stream-pc\obs\")]).here("D:/OBS/a b/c.mkv"), r"\\stream-pc\obs\a b\c.mkv");
        assert_eq!(folders(&[("/home/obs/", "Z:/")]).here("/home/obs/a/b.mkv"), "Z:/a/b.mkv");
        assert_eq!(folders(&[("D:/", "/mnt/d")]).on_obs("/mnt/d/a.mkv"), "D:/a.mkv");
    }

    #[test]
    fn innermost_folder_counts_and_a_backslash_is_a_letter_on_linux() {
        let folders = folders(&[("/obs", "/a"), ("/obs/clips", "/b")]);
        assert_eq!(folders.here("/obs/clips/x.mkv"), "/b/x.mkv");
        assert_eq!(folders.here("/obs/clips 2/x.mkv"), "/a/clips 2/x.mkv");
        assert_eq!(folders.here(r"/obs\clips/x.mkv"), r"/obs\clips/x.mkv");
    }
}
