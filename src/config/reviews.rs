//! `reviews`: what the competition says about video reviews.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::findings::Findings;
use super::yaml::Node;
use crate::bout::ReviewRules;

/// The keys of `reviews`.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Reviews {
    /// How many seconds the jury may take.
    #[schemars(range(min = 1, max = 600))]
    seconds: u64,
    /// How many seconds before the end of that time the jury is reminded.
    #[schemars(range(min = 1, max = 600))]
    reminder_seconds: u64,
    /// The requests that each side has in a bout.
    #[schemars(range(max = 99))]
    quota: u8,
    /// Whether a request that was granted can be made again.
    won_keeps_quota: bool,
}

impl Default for Reviews {
    fn default() -> Self {
        let ReviewRules { limit, reminder, requests, won_is_kept } = ReviewRules::default();
        Self {
            seconds: limit.as_secs(),
            reminder_seconds: reminder.as_secs(),
            quota: requests,
            won_keeps_quota: won_is_kept,
        }
    }
}

impl Reviews {
    /// The jury is reminded within their time.
    pub(super) fn check(&self, findings: &Findings<'_>, root: &Node) {
        let Some(section) = root.get("reviews").filter(|section| !findings.has_errors_in(&section.node.span)) else {
            return;
        };
        if self.reminder_seconds <= self.seconds {
            return;
        }
        let written = section.node.get("reminder_seconds").or_else(|| section.node.get("seconds")).unwrap_or(section);
        let message = "the jury would be reminded before their time begins";
        findings.report("config.conflict", &written.node.span, message, |finding| {
            let is_default = section.node.get("reminder_seconds").is_none();
            let default = if is_default {
                format!(", which is {} if it is left out,", self.reminder_seconds)
            } else {
                String::new()
            };
            finding.help(format!("`reminder_seconds`{default} can be as long as `seconds` at most"))
        });
    }
}

impl From<Reviews> for ReviewRules {
    fn from(reviews: Reviews) -> Self {
        Self {
            limit: Duration::from_secs(reviews.seconds),
            reminder: Duration::from_secs(reviews.reminder_seconds),
            requests: reviews.quota,
            won_is_kept: reviews.won_keeps_quota,
        }
    }
}
