//! Clocks as senders write them: `0:09`, `00:09`, `9`, `0:09.5`.

use super::fields::split_first;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) seconds: u32,
    /// Whether a fraction of a second was sent too.
    pub(super) fraction: bool,
}

/// Reads a clock; the error says what is wrong with it.
pub(super) fn read(text: &str) -> Result<Reading, String> {
    let (whole, fraction) = match text.split_once(['.', ',']) {
        Some((whole, part)) if !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) => (whole, true),
        Some(_) => return Err(format!("`{text}` is not a time")),
        None => (text, false),
    };
    let seconds = match split_first(whole, b':') {
        (seconds, None) => digits(seconds).ok_or_else(|| format!("`{text}` is not a time"))?,
        (minutes, Some(seconds)) => {
            let minutes = digits(minutes).ok_or_else(|| format!("`{text}` is not a time"))?;
            let seconds = digits(seconds).ok_or_else(|| format!("`{text}` is not a time"))?;
            if seconds > 59 {
                return Err(format!("`{text}` has more than 59 seconds after the colon"));
            }
            minutes * 60 + seconds
        }
    };
    Ok(Reading { seconds, fraction })
}

/// One to four digits, so that a minute's worth of them cannot overflow.
fn digits(text: &str) -> Option<u32> {
    let few = (1..=4).contains(&text.len());
    if few && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_nine_seconds_is_nine() {
        for text in ["0:09", "00:09", "9", "09", "0:9"] {
            assert_eq!(read(text), Ok(Reading { seconds: 9, fraction: false }), "{text}");
        }
        assert_eq!(read("0:09.5"), Ok(Reading { seconds: 9, fraction: true }));
        assert_eq!(read("02:00"), Ok(Reading { seconds: 120, fraction: false }));
    }

    #[test]
    fn text_that_is_not_a_time_is_refused() {
        for text in ["1:75", "", ":", "1:", "-1", "a", "0:0a", "99999", "0:09.", "1:00:00"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
