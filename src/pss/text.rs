//! Bytes of one message → text, with what the sender did to it.

use std::borrow::Cow;

use super::encoding::Encoding;

pub(super) struct Text<'a> {
    pub(super) text: Cow<'a, str>,
    /// The bytes were not UTF-8 and were read in the fallback encoding.
    pub(super) is_fallback: bool,
    /// At least so many bytes of the message itself are missing at its end; 0 if none is known to be.
    pub(super) cut_bytes: usize,
}

/// How a message ended in its datagram.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// By a line end, or another message follows: nothing of it is missing.
    Line,
    /// By the end of a datagram whose text takes so many bytes more in UTF-8 than it has UTF-16 units.
    Datagram {
        /// Those bytes.
        surplus: usize,
    },
    /// By the limit of what can be received.
    Limit,
}

/// The note on a message that ended by the limit.
pub(super) const CUT_BY_LIMIT: &str = "the datagram was longer than can be received: its end is lost";

/// Line ends are two bytes, the first that an older TK-Strike cuts.
const LINE_END: usize = 2;

/// Reads a message's bytes.
///
/// An older TK-Strike gives the datagram the text's length in UTF-16 units. Each character beyond ASCII then costs as
/// many bytes at the end as its UTF-8 form is longer than its UTF-16 form; CR LF goes first.
pub(super) fn read(bytes: &[u8], end: End, fallback: Encoding) -> Text<'_> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Text { text: Cow::Borrowed(text), is_fallback: false, cut_bytes: missing_bytes(end) },
        Err(error) => {
            let (valid, rest) = bytes.split_at(error.valid_up_to());
            let valid = std::str::from_utf8(valid).unwrap_or_default();
            // A text cut inside a character has whole ones beyond ASCII before it; an old console's text that happens
            // to end in one byte beyond ASCII has none.
            let may_be_cut = match end {
                End::Line => false,
                End::Datagram { surplus } => surplus > 0,
                End::Limit => true,
            };
            if error.error_len().is_none() && may_be_cut {
                let missing = 1.max(missing_bytes(end));
                return Text { text: Cow::Borrowed(valid), is_fallback: false, cut_bytes: missing };
            }
            debug_assert!(!rest.is_empty());
            Text { text: fallback.decode(bytes), is_fallback: true, cut_bytes: usize::from(end == End::Limit) }
        }
    }
}

/// How many bytes of the message itself must be missing, at least.
fn missing_bytes(end: End) -> usize {
    match end {
        End::Line => 0,
        End::Datagram { surplus } => surplus.saturating_sub(LINE_END),
        End::Limit => 1,
    }
}

/// The surplus of a datagram, as far as it is UTF-8.
pub(super) fn surplus_of(datagram: &[u8]) -> usize {
    if datagram.is_ascii() {
        return 0;
    }
    let valid = match std::str::from_utf8(datagram) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&datagram[..error.valid_up_to()]).unwrap_or_default(),
    };
    surplus(valid)
}

/// Bytes that the text takes in UTF-8 beyond its UTF-16 units.
pub(crate) fn surplus(text: &str) -> usize {
    if text.is_ascii() { 0 } else { text.len() - text.encode_utf16().count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_character_at_the_end_is_not_shown() {
        let read = |bytes, end| {
            let Text { text, is_fallback, cut_bytes } = read(bytes, end, Encoding::default());
            (text.into_owned(), is_fallback, cut_bytes)
        };
        let cut = "ŁuŁ".as_bytes().split_at(4).0;
        assert_eq!(read(cut, End::Datagram { surplus: 1 }), ("Łu".to_owned(), false, 1));
        assert_eq!(read(b"Jos\xC3", End::Limit), ("Jos".to_owned(), false, 1));
        // An older TK-Strike cannot have cut there: an old console has sent its last character in one byte.
        assert_eq!(read(b"JOS\xC9", End::Datagram { surplus: 0 }), ("JOSÉ".to_owned(), true, 0));
    }
}
