//! What the rules name in each OBS, for the drivers to look up.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;

use crate::config::Config;
use crate::obs;
use crate::rules::check::Named;

/// The names of each OBS sink, which its driver waits for.
pub(super) struct ObsNames(HashMap<Arc<str>, watch::Sender<Vec<Named>>>);

impl ObsNames {
    pub(super) fn new(config: &Config) -> Self {
        let names = config.obs_sinks().map(|(name, sink)| {
            let names = obs::names(&config.rules.files, &sink.courts);
            (name.clone(), watch::Sender::new(names))
        });
        Self(names.collect())
    }

    /// Those of an OBS sink.
    pub(super) fn of(&self, instance: &str) -> watch::Receiver<Vec<Named>> {
        self.0.get(instance).map_or_else(|| watch::channel(Vec::new()).1, watch::Sender::subscribe)
    }

    /// Has all drivers look them up again: the rules were read again.
    pub(super) fn update(&self, config: &Config) {
        for (name, sink) in config.obs_sinks() {
            if let Some(names) = self.0.get(name) {
                names.send_replace(obs::names(&config.rules.files, &sink.courts));
            }
        }
    }
}
