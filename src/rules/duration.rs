//! Durations as rules write them: `"500ms"`, `"2s"`, `"1m"`.

use std::time::Duration;

/// The longest that a rule may wait.
const MAX_DURATION: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads a duration; the error says how to write one.
pub(crate) fn read(text: &str) -> Result<Duration, String> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let scale = match unit.trim() {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("`{text}` is no duration: write \"500ms\", \"2s\" or \"1m\"")),
    };
    let seconds: f64 =
        number.parse().map_err(|_| format!("`{text}` is no duration: write \"500ms\", \"2s\" or \"1m\""))?;
    match Duration::try_from_secs_f64(seconds * scale) {
        Ok(duration) if duration <= MAX_DURATION => Ok(duration),
        _ => Err(format!("`{text}` is too long: a rule waits a day at most")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_written() {
        assert_eq!(read("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(read("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(read("1.5 m"), Ok(Duration::from_secs(90)));
        assert_eq!(read("1h"), Ok(Duration::from_secs(3600)));
    }

    #[test]
    fn what_is_no_duration_says_how_to_write_one() {
        for text in ["", "2", "s", "2 days", "-1s", "1..5s"] {
            assert!(read(text).is_err_and(|e| e.contains("write \"500ms\"")), "{text}");
        }
        assert!(read("48h").is_err_and(|e| e.contains("a day at most")));
    }
}
