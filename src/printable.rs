//! Texts that may come from the network, without what controls a terminal or turns the direction of writing.

use std::fmt::{self, Display, Write as _};
use std::io::{self, Write};

/// Whether a character controls a terminal, ends a line, or shows a text as another one than it is.
pub(crate) fn controls(character: char) -> bool {
    let turns = matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    turns || character.is_control()
}

/// A text of one or several lines for people: what would control the terminal is written as its code.
pub(crate) fn printable(text: &str) -> impl Display {
    fmt::from_fn(move |f| text.chars().try_for_each(|c| if c == '\n' { f.write_char(c) } else { write(f, c) }))
}

/// The same for a text that stays within its line.
pub(crate) fn printable_line(text: &str) -> impl Display {
    fmt::from_fn(move |f| text.chars().try_for_each(|c| write(f, c)))
}

fn write(f: &mut fmt::Formatter<'_>, character: char) -> fmt::Result {
    if controls(character) { write!(f, "{}", character.escape_default()) } else { f.write_char(character) }
}

/// Passes JSON on, in which such characters are written as `\u009b`: the same values, safe to look at. A character must not
/// be divided between two writes.
pub(crate) struct JsonWriter<W>(pub(crate) W);

impl<W: Write> Write for JsonWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for chunk in bytes.utf8_chunks() {
            let mut rest = chunk.valid();
            // A control character below 0x20 is written by its code already, unless it is between values.
            while let Some((at, found)) = rest.char_indices().find(|(_, c)| *c >= ' ' && controls(*c)) {
                self.0.write_all(&rest.as_bytes()[..at])?;
                write!(self.0, "\\u{:04x}", u32::from(found))?;
                rest = &rest[at + found.len_utf8()..];
            }
            self.0.write_all(rest.as_bytes())?;
            self.0.write_all(chunk.invalid())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn what_controls_a_terminal_is_written_as_its_code() {
        let text = "a\u{1b}[2Jb\u{9b}31mc\u{7}\u{7}\0\u{202e}İ\nd";
        assert_eq!(printable(text).to_string(), "a\\u{1b}[2Jb\\u{9b}31mc\\u{7}\\u{7}\\u{0}\\u{202e}İ\nd");
        assert_eq!(printable_line("a\nb\tc").to_string(), r"a\nb\tc");
    }

    #[test]
    fn json_keeps_its_values_and_has_no_control_characters() {
        let value = serde_json::json!({ "name": "\u{1b}[31m\u{9b}\u{7f}\u{202e}\u{feff}İ\n", "list": [1, 2] });
        let mut out = JsonWriter(Vec::new());
        serde_json::to_writer_pretty(&mut out, &value).unwrap();
        let text = String::from_utf8(out.0).unwrap();
        assert!(!text.contains(|c| c != '\n' && controls(c)), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
