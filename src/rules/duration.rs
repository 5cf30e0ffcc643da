//! Durations as rules write them: `"500ms"`, `"2s"`, `"1m"`.

use std::time::Duration;

/// The longest that a rule may wait.
pub(crate) const MAX_DURATION: Duration = Duration::from_secs(24 * 60 * 60);

/// The shortest wait of a timer, so that time passes in a rule that puts itself off again and again.
pub(crate) const MIN_WAIT: Duration = Duration::from_millis(10);

/// The units, each with how many seconds it has, and what people write for it.
const UNITS: [(&str, f64, &[&str]); 4] = [
    ("ms", 0.001, &["msec", "millis", "millisecond", "milliseconds"]),
    ("s", 1.0, &["", "sec", "secs", "second", "seconds"]),
    ("m", 60.0, &["min", "mins", "minute", "minutes"]),
    ("h", 3600.0, &["hr", "hrs", "hour", "hours"]),
];

/// A text that is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}: {help}")]
pub(crate) struct DurationError {
    pub(crate) message: String,
    /// How to write one.
    pub(crate) help: &'static str,
}

/// Reads a duration.
pub(crate) fn read(text: &str) -> Result<Duration, DurationError> {
    let malformed = || DurationError {
        message: format!("`{text}` is no duration"),
        help: r#"write "500ms", "2s", "1m" or "1h": the units are ms, s, m and h"#,
    };
    let (number, unit) = parts(text);
    let (_, scale, _) = UNITS.iter().find(|(name, ..)| *name == unit).ok_or_else(malformed)?;
    let seconds: f64 = number.parse().map_err(|_| malformed())?;
    match Duration::try_from_secs_f64(seconds * scale) {
        Ok(duration) if duration <= MAX_DURATION => Ok(duration),
        _ => Err(DurationError { message: format!("`{text}` is too long"), help: "a rule waits a day at most" }),
    }
}

/// The duration that a text is meant to be, if it has a unit under another name, or none.
pub(crate) fn meant(text: &str) -> Option<String> {
    let (number, unit) = parts(text);
    let (unit, ..) = UNITS.iter().find(|(.., others)| others.contains(&&*unit.to_lowercase()))?;
    number.parse::<f64>().is_ok().then(|| format!("{number}{unit}"))
}

fn parts(text: &str) -> (&str, &str) {
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    (number, unit.trim())
}

/// A duration as [`read`] reads it.
pub(crate) fn written(duration: Duration) -> String {
    if duration.subsec_millis() > 0 {
        format!("{}ms", duration.as_millis())
    } else {
        format!("{}s", duration.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_written() {
        for (text, millis) in [("500ms", 500), ("2s", 2000), ("1.5 m", 90_000), ("1h", 3_600_000)] {
            let duration = read(text);
            assert_eq!(duration, Ok(Duration::from_millis(millis)));
            assert_eq!(read(&written(Duration::from_millis(millis))), duration);
        }
    }

    #[test]
    fn a_unit_under_another_name_is_understood() {
        assert_eq!(["5", "2 sec", "1.5 Minutes"].map(meant), ["5s", "2s", "1.5m"].map(|text| Some(text.to_owned())));
        assert_eq!(["2d", "s", "soon", "2s"].map(meant), [None, None, None, None]);
    }

    #[test]
    fn a_malformed_duration_gives_help() {
        for text in ["", "2", "s", "2 days", "-1s", "1..5s"] {
            assert!(read(text).is_err_and(|e| e.help.contains("write \"500ms\"")), "{text}");
        }
        assert!(read("48h").is_err_and(|e| e.to_string() == "`48h` is too long: a rule waits a day at most"));
    }
}
