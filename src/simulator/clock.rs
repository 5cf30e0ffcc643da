//! The clock of a round, which counts down.

use super::console::Console;
use crate::event::{Body, Clock, ClockAction};

#[derive(Clone, Copy, Debug)]
pub(super) struct RoundClock {
    left_ms: u64,
    shown: u32,
}

impl RoundClock {
    pub(super) fn set_to(seconds: u32) -> Self {
        Self { left_ms: u64::from(seconds) * 1000, shown: seconds }
    }

    pub(super) fn left_ms(self) -> u64 {
        self.left_ms
    }

    pub(super) fn shown(self) -> u32 {
        self.shown
    }

    pub(super) fn send(self, console: &mut Console, action: ClockAction) {
        console.send([Body::Clock(Clock { seconds: self.shown, action: Some(action) })]);
    }

    /// Runs for so long, with a tick for each second that begins.
    pub(super) fn run(&mut self, console: &mut Console, ms: u64) {
        let ms = ms.min(self.left_ms);
        // Whole seconds are shown: a clock set to 2:00 shows 1:59 as soon as it runs.
        while self.shown > 0 && self.left_ms - ms < u64::from(self.shown) * 1000 {
            let after = self.left_ms - u64::from(self.shown) * 1000;
            self.shown -= 1;
            console.tick(after, ms, Body::Clock(Clock { seconds: self.shown, action: None }));
        }
        console.wait(ms);
        self.left_ms -= ms;
    }
}
