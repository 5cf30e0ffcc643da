use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pace {
    /// So many times as fast as in reality.
    Times(f64),
    Max,
    /// So many a second, regardless of their times.
    Rate(u32),
}

impl Pace {
    /// When a datagram is due, given how many were sent before and its own time; none if there is no waiting.
    pub(super) fn due(self, before: u64, at: Duration) -> Option<Duration> {
        match self {
            Self::Times(times) => Some(at.div_f64(times)),
            Self::Max => None,
            Self::Rate(rate) => Some(Duration::from_secs_f64(before as f64 / f64::from(rate))),
        }
    }
}
