//! What the competition says about reviews.

use std::time::Duration;

use super::section::{Field, Section};
use crate::bout::ReviewRules;

/// | key | meaning | default |
/// |---|---|---|
/// | `seconds` | how long the jury may take | 30 |
/// | `reminder_seconds` | how long before the end of it they are reminded | 10 |
/// | `quota` | requests that each side has in a bout | 1 |
/// | `won_keeps_quota` | whether a request that was granted can be made again | true |
pub(super) fn read(mut section: Section<'_>) -> ReviewRules {
    let default = ReviewRules::default();
    let seconds = section.optional("seconds", |field| field.number(1..=600));
    let reminder = section.optional("reminder_seconds", |field| field.number(1..=600));
    let quota = section.optional("quota", |field| field.number(0..=99));
    let won = section.optional("won_keeps_quota", Field::yes_or_no);
    section.finish();
    ReviewRules {
        limit: seconds.map_or(default.limit, Duration::from_secs),
        reminder: reminder.map_or(default.reminder, Duration::from_secs),
        requests: quota.unwrap_or(default.requests),
        won_is_kept: won.unwrap_or(default.won_is_kept),
    }
}
