//! The structure of MP4: boxes, each with its size and its kind (ISO/IEC 14496-12).

use std::io::{self, Read, Seek, SeekFrom};

/// So many boxes are read, at most: a file in fragments has two for each.
const MAX_BOXES: usize = 100_000;

/// The kind of the first box.
pub(super) const FIRST: &[u8; 4] = b"ftyp";

/// The boxes of a file, as far as they can be followed.
#[derive(Default)]
pub(super) struct Boxes {
    kinds: Vec<[u8; 4]>,
    /// Where the last one ends; none if it goes on to the end of the file, as one does that is still written.
    end: Option<u64>,
}

impl Boxes {
    pub(super) fn read(file: &mut (impl Read + Seek), length: u64) -> io::Result<Self> {
        let mut boxes = Self { kinds: Vec::new(), end: Some(0) };
        while let Some(at) = boxes.end.filter(|at| *at < length && boxes.kinds.len() < MAX_BOXES) {
            file.seek(SeekFrom::Start(at))?;
            let mut head = [0; 16];
            let read = file.by_ref().take(16).read(&mut head)?;
            let [s1, s2, s3, s4, kind @ .., l1, l2, l3, l4, l5, l6, l7, l8] = head;
            if read < 8 {
                boxes.end = None;
                break;
            }
            boxes.kinds.push(kind);
            boxes.end = match u32::from_be_bytes([s1, s2, s3, s4]) {
                0 => None,
                1 => at.checked_add(u64::from_be_bytes([l1, l2, l3, l4, l5, l6, l7, l8]).max(16)),
                size => at.checked_add(u64::from(size).max(8)),
            };
        }
        Ok(boxes)
    }

    fn has(&self, kind: &[u8; 4]) -> bool {
        self.kinds.contains(kind)
    }

    /// Whether its pictures can be found.
    pub(super) fn has_index(&self) -> bool {
        self.has(b"moov")
    }

    /// Whether a file of this length was finished and has all of its pictures: each box ends where the next begins, and a
    /// file in fragments ends with their index.
    pub(super) fn are_whole(&self, length: u64) -> bool {
        self.end == Some(length) && self.has_index() && self.has(b"mdat") && (!self.has(b"moof") || self.has(b"mfra"))
    }
}
