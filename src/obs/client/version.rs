//! What is connected, and which requests it knows.

use std::collections::HashSet;

use serde::Deserialize;

use crate::obs::error::ObsError;

/// What OBS says about itself. Versions are text, since private builds can have any.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::obs) struct Version {
    /// Version of OBS Studio.
    #[serde(rename = "obsVersion")]
    pub(in crate::obs) obs: String,
    /// Version of obs-websocket.
    #[serde(rename = "obsWebSocketVersion")]
    pub(in crate::obs) websocket: String,
    /// The requests that it knows.
    #[serde(rename = "availableRequests")]
    pub(in crate::obs) requests: HashSet<String>,
}

impl Version {
    /// What is connected, in words.
    pub(in crate::obs) fn in_words(&self) -> String {
        format!("OBS {} (obs-websocket {})", self.obs, self.websocket)
    }

    /// Whether OBS Studio is older than `major.minor`; a version that cannot be read is not.
    pub(in crate::obs) fn is_older_than(&self, major: u32, minor: u32) -> bool {
        let mut numbers = self.obs.split(['.', '-']).map(str::parse::<u32>);
        matches!((numbers.next(), numbers.next()), (Some(Ok(first)), Some(Ok(second))) if (first, second) < (major, minor))
    }

    /// An error at once if this OBS does not know the request.
    pub(in crate::obs) fn must_know(&self, request: &str) -> Result<(), ObsError> {
        if self.requests.contains(request) {
            return Ok(());
        }
        Err(ObsError::TooOld { request: request.to_owned(), version: format!("OBS {}", self.obs) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(obs: &str) -> Version {
        let requests = HashSet::from(["StartRecord".to_owned()]);
        Version { obs: obs.to_owned(), websocket: "5.1.0".to_owned(), requests }
    }

    #[test]
    fn what_an_old_obs_lacks_is_said_without_asking_it() {
        let old = version("29.0.2");
        assert_eq!(old.must_know("StartRecord"), Ok(()));
        let error = old.must_know("SplitRecordFile").map_err(|error| error.to_string());
        assert_eq!(error, Err("OBS 29.0.2 is too old for `SplitRecordFile`; update OBS".to_owned()));
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(version("29.0.2").is_older_than(30, 2) && version("30.1.2").is_older_than(30, 2));
        assert!(!version("30.2.0-rc1").is_older_than(30, 2) && !version("31.0.0").is_older_than(30, 2));
        assert!(!version("a build of one's own").is_older_than(30, 2));
    }
}
