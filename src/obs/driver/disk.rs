//! Watches the free space on the disk that OBS writes to.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::sleep;

use crate::action::Report;
use crate::event::DiskLow;
use crate::obs::client::Client;
use crate::sink::Outbox;
use crate::telemetry::messages;

/// How often OBS is queried. At 50 Mbit/s a recording takes less than 200 MB meanwhile.
const POLL_INTERVAL: Duration = Duration::from_secs(30);

/// Reports to the courts each time that less than `min_free_mb` is left, for as long as the connection lasts.
pub(super) async fn watch(client: &Client, outbox: &Outbox, min_free_mb: u64) -> Infallible {
    let mut gauge = Gauge { min_free_mb, low: false };
    loop {
        // The heartbeat reports an OBS that does not answer.
        let stats = client.stats().await;
        let free = stats.ok().and_then(|stats| stats["availableDiskSpace"].as_f64());
        if let Some(free_mb) = free.and_then(|free| gauge.fell(free)) {
            messages::obs_disk_low(outbox.sink(), free_mb);
            outbox.send_to_all(|instance| Report::DiskLow(DiskLow { instance, free_mb }));
        }
        sleep(POLL_INTERVAL).await;
    }
}

/// Remembers whether a low disk was reported.
struct Gauge {
    min_free_mb: u64,
    low: bool,
}

impl Gauge {
    /// Takes in how many MB are left; gives them if they have become too few just now.
    fn fell(&mut self, free_mb: f64) -> Option<u64> {
        let least = self.min_free_mb as f64;
        let was_low = self.low;
        // A little above is not enough for another report: the free space goes up and down by itself.
        self.low = free_mb < if was_low { least * 1.1 } else { least };
        (self.low && !was_low).then_some(free_mb as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_disk_is_reported_once_and_again_after_there_was_enough() {
        let mut gauge = Gauge { min_free_mb: 5000, low: false };
        let reported = [9000.0, 4999.5, 4000.0, 5100.0, 4900.0, 6000.0, 3000.0].map(|free| gauge.fell(free));
        assert_eq!(reported, [None, Some(4999), None, None, None, None, Some(3000)]);
    }

    #[test]
    fn nothing_is_low_where_no_minimum_is_set() {
        assert_eq!(Gauge { min_free_mb: 0, low: false }.fell(0.0), None);
    }
}
