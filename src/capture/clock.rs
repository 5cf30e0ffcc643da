//! How a pcapng interface counts time.

use super::fields::ByteOrder;
use crate::time::Time;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    ticks_per_second: u128,
    /// Added to each time.
    offset_seconds: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { ticks_per_second: 1_000_000, offset_seconds: 0 }
    }
}

impl Clock {
    /// Reads the option of the resolution; its highest bit is set for a power of 2, otherwise it is one of 10.
    pub(super) fn resolution(&mut self, option: &[u8]) {
        let Some(&exponent) = option.first() else { return };
        self.ticks_per_second = match exponent.checked_sub(0x80) {
            Some(power_of_2) => 1 << power_of_2,
            None => 10_u128.checked_pow(u32::from(exponent)).unwrap_or(u128::MAX),
        };
    }

    pub(super) fn offset(&mut self, option: &[u8], order: ByteOrder) {
        self.offset_seconds = match (option.first_chunk(), order) {
            (Some(bytes), ByteOrder::Little) => i64::from_le_bytes(*bytes),
            (Some(bytes), ByteOrder::Big) => i64::from_be_bytes(*bytes),
            (None, _) => 0,
        };
    }

    /// The instant of a packet's ticks.
    pub(super) fn time(self, ticks: u64) -> Time {
        let micros = u128::from(ticks) * 1_000_000 / self.ticks_per_second;
        let micros = i64::try_from(micros).unwrap_or(i64::MAX);
        Time::from_micros(micros.saturating_add(self.offset_seconds.saturating_mul(1_000_000)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(resolution: u8) -> Clock {
        let mut clock = Clock::default();
        clock.resolution(&[resolution]);
        clock
    }

    #[test]
    fn ticks_are_microseconds_unless_the_interface_says_otherwise() {
        assert_eq!(Clock::default().time(1_500_000), Time::from_micros(1_500_000));
        assert_eq!(clock(9).time(1_500_000_999), Time::from_micros(1_500_000));
        assert_eq!(clock(0).time(2), Time::from_micros(2_000_000));
        assert_eq!(clock(0x80 | 10).time(1536), Time::from_micros(1_500_000));
    }

    #[test]
    fn no_resolution_is_too_fine_or_too_coarse() {
        for resolution in 0..=u8::MAX {
            let (early, late) = (clock(resolution).time(0), clock(resolution).time(u64::MAX));
            assert!(early == Time::default() && late >= early, "resolution {resolution}: {early:?} to {late:?}");
        }
    }

    #[test]
    fn the_offset_is_added() {
        let mut clock = clock(0);
        clock.offset(&(-3_i64).to_be_bytes(), ByteOrder::Big);
        assert_eq!(clock.time(5), Time::from_micros(2_000_000));
    }
}
