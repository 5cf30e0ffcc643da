//! Words of older configs, and what they are called now.

/// A value that was renamed.
pub(super) struct Renamed {
    key: &'static str,
    before: &'static str,
    pub(super) now: &'static str,
}

/// Keys that were renamed, wherever the new one is known.
const KEYS: &[(&str, &str)] = &[("sources", "courts")];

const VALUES: &[Renamed] = &[Renamed { key: "type", before: "udp", now: "pss" }];

/// The new name of a key.
pub(super) fn key(before: &str) -> Option<&'static str> {
    KEYS.iter().find(|(old, _)| *old == before).map(|(_, now)| *now)
}

/// The new word for a key's value.
pub(super) fn value(key: &str, before: &str) -> Option<&'static Renamed> {
    VALUES.iter().find(|renamed| renamed.key == key && renamed.before == before)
}
