//! What the verbs that read a capture have in common.

use super::error::say;
use crate::capture::Reader;

/// Says on standard error what there is to say about a capture that was read.
pub(super) fn remark(reader: &Reader) {
    for line in reader.notes().lines() {
        say(&format!("note: {line}"));
    }
}
