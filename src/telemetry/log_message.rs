//! A message of the log, to the technician, and how its repeats are folded.
//!
//! A message that names what it is about (a court, an instance, a place in a rule) is written at once when it is new.
//! Repeats of it are counted, and their number is written at growing intervals and when they have stopped.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Write};
use std::hash::{DefaultHasher, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Counter;

/// The first interval after which repeats are written; each further one is three times as long.
const MIN_INTERVAL: Duration = Duration::from_secs(10);
/// The longest interval.
const MAX_INTERVAL: Duration = Duration::from_secs(600);
/// Subjects of one message whose repeats are counted at once.
const MAX_SUBJECTS: usize = 1000;

/// A kind of log message. Not a message of the PSS, which is an event.
#[derive(Debug)]
pub struct LogMessage {
    /// Its name in the docs, such as `obs.disconnected`.
    pub code: &'static str,
    /// `info`, `warn` or `error`.
    pub level: &'static str,
    /// What it says, with its fields in braces.
    pub text: &'static str,
    /// What it means, and what to do.
    pub meaning: &'static str,
    /// How often it occurred, repeats included.
    pub count: Counter,
    repeats: Mutex<BTreeMap<u64, Repeats>>,
}

/// Repeats of a message about one subject.
#[derive(Debug)]
struct Repeats {
    /// The first line of what was written when it was new.
    text: String,
    court: Option<String>,
    instance: Option<String>,
    player: Option<String>,
    /// Not written yet.
    count: u64,
    /// When the message was new, or when repeats were last written.
    since: Instant,
    latest: Instant,
    interval: Duration,
}

impl LogMessage {
    pub(super) const fn new(
        code: &'static str,
        level: &'static str,
        text: &'static str,
        meaning: &'static str,
    ) -> Self {
        Self { code, level, text, meaning, count: Counter::new(), repeats: Mutex::new(BTreeMap::new()) }
    }

    /// Counts an occurrence and says whether it is to be written: always without a `subject`, else when it is new.
    pub(super) fn occurs(
        &self,
        subject: &[&dyn Display],
        fields: &[(&str, &dyn Display)],
        text: fmt::Arguments<'_>,
    ) -> bool {
        self.count.add(1);
        if subject.is_empty() {
            return true;
        }
        let (key, now) = (key_of(subject), Instant::now());
        let mut all = self.lock();
        if let Some(repeats) = all.get_mut(&key) {
            repeats.count += 1;
            repeats.latest = now;
            return false;
        }
        let field = |name| fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.to_string());
        let repeats = Repeats {
            text: text.to_string().lines().next().unwrap_or_default().to_owned(),
            court: field("court"),
            instance: field("instance"),
            player: field("player"),
            count: 0,
            since: now,
            latest: now,
            interval: MIN_INTERVAL,
        };
        let full = if all.len() < MAX_SUBJECTS { BTreeMap::new() } else { std::mem::take(&mut *all) };
        all.insert(key, repeats);
        drop(all);
        full.values().for_each(|repeats| self.write(repeats, now));
        true
    }

    /// Writes the numbers of repeats that are due; all of them at the end.
    pub(super) fn write_repeats(&self, now: Instant, is_end: bool) {
        let mut due = Vec::new();
        self.lock().retain(|_, repeats| {
            let is_over = now.saturating_duration_since(repeats.since) >= repeats.interval;
            let is_quiet = now.saturating_duration_since(repeats.latest) >= MIN_INTERVAL;
            if repeats.count == 0 {
                return !is_over && !is_end;
            }
            if is_over || is_quiet || is_end {
                let next = (repeats.interval * 3).min(MAX_INTERVAL);
                let (court, instance) = (repeats.court.clone(), repeats.instance.clone());
                let (text, player) = (repeats.text.clone(), repeats.player.clone());
                let following =
                    Repeats { text, court, instance, player, count: 0, since: now, interval: next, ..*repeats };
                due.push(std::mem::replace(repeats, following));
            }
            !is_end
        });
        due.iter().for_each(|repeats| self.write(repeats, now));
    }

    fn write(&self, repeats: &Repeats, now: Instant) {
        let Repeats { text, count, since, .. } = repeats;
        if *count == 0 {
            return;
        }
        let [court, instance, player] =
            [&repeats.court, &repeats.instance, &repeats.player].map(|field| field.as_deref());
        let seconds = now.saturating_duration_since(*since).as_secs().max(1);
        macro_rules! write {
            ($level:ident) => {
                tracing::$level!(
                    target: "vta", code = self.code, court, instance, player, repeats = count, seconds,
                    "{text} ({count} more in the last {seconds} s)"
                )
            };
        }
        match self.level {
            "info" => write!(info),
            "warn" => write!(warn),
            _ => write!(error),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Repeats>> {
        self.repeats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key_of(subject: &[&dyn Display]) -> u64 {
    struct Hashed(DefaultHasher);
    impl Write for Hashed {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut hashed = Hashed(DefaultHasher::new());
    for part in subject {
        // Hashing cannot fail.
        let _hashed = write!(hashed, "{part}\0");
    }
    hashed.0.finish()
}

/// Declares messages: their meaning as a doc comment, level, code, fields, what repeats have in common, and the text.
///
/// Each is a function that writes it, and a place in `ALL`.
macro_rules! messages {
    ($(
        $(#[doc = $meaning:literal])+
        $level:ident $code:literal $name:ident($($field:ident),*) $(per($($subject:ident),+))? = $text:literal;
    )+) => {
        /// All messages, in the order of the docs.
        pub static ALL: &[&LogMessage] = &[$(&$name::MESSAGE),+];
        $(
            mod $name {
                use super::LogMessage;

                pub(super) static MESSAGE: LogMessage =
                    LogMessage::new($code, stringify!($level), $text, concat!($($meaning),+));
            }

            $(#[doc = $meaning])+
            pub fn $name($($field: impl Display),*) {
                let subject: &[&dyn Display] = &[$($(&$subject),+)?];
                let fields: &[(&str, &dyn Display)] = &[$((stringify!($field), &$field)),*];
                if $name::MESSAGE.occurs(subject, fields, format_args!($text)) {
                    tracing::$level!(target: "vta", code = $code, $($field = %$field,)* $text);
                }
            }
        )+
    };
}

pub(super) use messages;

#[cfg(test)]
mod tests {
    use super::*;

    static MESSAGE: LogMessage = LogMessage::new("test.repeats", "warn", "{what}", "");

    fn occurs(what: &str) -> bool {
        MESSAGE.occurs(&[&what], &[], format_args!("{what}"))
    }

    /// Repeats that are not written yet.
    fn waiting() -> Vec<u64> {
        MESSAGE.lock().values().map(|repeats| repeats.count).collect()
    }

    #[test]
    fn repeats_are_counted_and_written_at_growing_intervals_until_it_is_quiet() {
        assert!(occurs("one"));
        assert!(!occurs("one"));
        assert!(occurs("other"));
        assert!(!occurs("one"));
        let begin = Instant::now();
        MESSAGE.write_repeats(begin + MIN_INTERVAL / 2, false);
        assert_eq!(waiting().iter().sum::<u64>(), 2, "written before the interval is over");
        MESSAGE.write_repeats(begin + MIN_INTERVAL, false);
        assert_eq!(waiting(), [0], "what came once is new again, what was repeated is not yet");
        assert!(!occurs("one"));
        // The repeat itself came now, so it is quiet after the shorter interval.
        MESSAGE.write_repeats(begin + MIN_INTERVAL + Duration::from_secs(1), false);
        assert_eq!(waiting(), [0]);
        MESSAGE.write_repeats(begin + 3 * MIN_INTERVAL, false);
        assert_eq!(waiting(), [0], "the second interval is three times as long");
        MESSAGE.write_repeats(begin + 20 * MIN_INTERVAL, false);
        assert!(waiting().is_empty());
        assert!(occurs("one"));
        assert!(!occurs("one"));
        MESSAGE.write_repeats(Instant::now(), true);
        assert!(waiting().is_empty(), "all is written at the end");
        assert_eq!(MESSAGE.count.get(), 7);
    }

    #[test]
    fn subjects_beyond_the_limit_are_written_and_forgotten() {
        static MANY: LogMessage = LogMessage::new("test.many", "warn", "{what}", "");
        for what in 0..2 * MAX_SUBJECTS {
            assert!(MANY.occurs(&[&what], &[], format_args!("{what}")));
        }
        assert!(MANY.lock().len() <= MAX_SUBJECTS);
    }
}
