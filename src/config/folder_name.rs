//! Paths of this or another system: of Windows with drive or share and either slash, or of others.

use std::fmt;

/// A path, compared as its own system compares it: Windows knows both slashes and no upper and lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderName {
    path: String,
    is_of_windows: bool,
}

impl FolderName {
    pub(crate) fn new(path: &str) -> Self {
        let bytes = path.as_bytes();
        let has_drive = matches!(bytes, [drive, b':', b'/' | b'\\', ..] | [drive, b':'] if drive.is_ascii_alphabetic());
        let is_share = path.starts_with("//") || path.starts_with(r"\\");
        Self { path: path.to_owned(), is_of_windows: has_drive || is_share }
    }

    /// Whether it begins at a root, a drive or a share.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_of_windows || self.path.starts_with('/')
    }

    /// Whether both are the same folder.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.within(other).is_some_and(|rest| rest.is_empty())
    }

    /// Of how many names it consists.
    pub(crate) fn depth(&self) -> usize {
        self.names().count()
    }

    /// The names after those of a folder that it is in.
    pub(crate) fn within(&self, folder: &Self) -> Option<Vec<&str>> {
        if self.is_of_windows != folder.is_of_windows || !self.is_whole() || !folder.is_whole() {
            return None;
        }
        let mut names = self.names();
        for wanted in folder.names() {
            let name = names.next()?;
            let is_same =
                if self.is_of_windows { name.to_lowercase() == wanted.to_lowercase() } else { name == wanted };
            if !is_same {
                return None;
            }
        }
        Some(names.collect())
    }

    /// The path of these names in this folder, with its slashes.
    pub(crate) fn join(&self, names: Vec<&str>) -> String {
        let slash = if self.is_of_windows && self.path.contains('\\') { "\\" } else { "/" };
        let folder = self.path.trim_end_matches(['/', '\\']);
        [folder].into_iter().chain(names).collect::<Vec<_>>().join(slash)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.path.split(|char| char == '/' || self.is_of_windows && char == '\\').filter(|name| !name.is_empty())
    }
}

impl fmt::Display for FolderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}
