//! A connection on which OBS is asked for anything, by name and in JSON.
//!
//! It reads what `obws` cannot: requests that `obws` does not know, and answers and events of versions that it is too new
//! for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use obws::requests::EventSubscription;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tracing::{debug, warn};

use super::socket::{Event, RawError, Response, Said, Socket};
use crate::obs::error::ObsError;
use crate::obs::options::ObsOptions;

/// Requests that may wait to be sent.
const REQUESTS: usize = 64;

/// Events that may wait to be read; OBS sends a few a second at most.
const EVENTS: usize = 256;

/// The end of OBS, its scene collections, its scenes, its outputs.
const SUBSCRIPTIONS: EventSubscription = EventSubscription::GENERAL
    .union(EventSubscription::CONFIG)
    .union(EventSubscription::SCENES)
    .union(EventSubscription::OUTPUTS);

/// A conversation, which ends when it is dropped.
#[derive(Debug)]
pub(in crate::obs) struct Conversation {
    asked: mpsc::Sender<Asked>,
    /// Who answers.
    pub(in crate::obs) version: Version,
    /// Whether OBS asks for a password.
    pub(in crate::obs) asks_password: bool,
}

/// What is connected.
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

struct Asked {
    request: String,
    data: Value,
    answer: oneshot::Sender<Response>,
}

impl Conversation {
    /// Connects, and finds out what the connected OBS can do; gives also what OBS tells by itself. Sets no time limit.
    pub(in crate::obs) async fn open(options: &ObsOptions) -> Result<(Self, mpsc::Receiver<Event>), OpenError> {
        let mut socket = Socket::open(options, SUBSCRIPTIONS.bits()).await?;
        socket.request("version", "GetVersion", Value::Null).await?;
        let answer = loop {
            // What happens meanwhile is seen when OBS is asked how it is.
            if let Said::Response(answer) = socket.hear().await? {
                break answer;
            }
        };
        if !answer.status.result {
            return Err(OpenError::NotReady);
        }
        let version = serde_json::from_value(answer.data).map_err(RawError::from)?;
        let (asked, questions) = mpsc::channel(REQUESTS);
        let (told, events) = mpsc::channel(EVENTS);
        let asks_password = socket.asks_password;
        tokio::spawn(converse(socket, questions, told));
        Ok((Self { asked, version, asks_password }, events))
    }

    /// Asks OBS for something and gives its answer's data. Sets no time limit.
    pub(in crate::obs) async fn ask(&self, request: &str, data: Value) -> Result<Value, ObsError> {
        self.version.must_know(request)?;
        if !data.is_object() && !data.is_null() {
            return Err(ObsError::NoObject(request.to_owned()));
        }
        let (answer, answered) = oneshot::channel();
        let asked = Asked { request: request.to_owned(), data, answer };
        let closed = || ObsError::Lost(Arc::from("the connection was closed"));
        self.asked.send(asked).await.map_err(|_| closed())?;
        let Response { status, data, .. } = answered.await.map_err(|_| closed())?;
        if status.result {
            Ok(data)
        } else {
            Err(ObsError::refused(request.to_owned(), status.code, status.comment, &self.version.in_words()))
        }
    }
}

/// Why a conversation did not begin.
#[derive(Debug, thiserror::Error)]
pub(in crate::obs) enum OpenError {
    #[error(transparent)]
    Raw(#[from] RawError),
    #[error("OBS is still starting")]
    NotReady,
}

/// Sends and hears until nobody asks any more or the connection ends; with it end the questions and the events.
async fn converse(mut socket: Socket, mut questions: mpsc::Receiver<Asked>, told: mpsc::Sender<Event>) {
    let mut open: HashMap<String, oneshot::Sender<Response>> = HashMap::new();
    let mut number = 0_u64;
    let ended = loop {
        tokio::select! {
            said = socket.hear() => match said {
                Ok(Said::Response(response)) => {
                    // The caller may have given up.
                    if let Some(answer) = open.remove(&response.id) {
                        _ = answer.send(response);
                    }
                }
                Ok(Said::Event(event)) => {
                    if let Err(mpsc::error::TrySendError::Full(event)) = told.try_send(event) {
                        warn!("OBS tells more than is taken in: `{}` is lost", event.name);
                    }
                }
                Err(error) => break error,
            },
            asked = questions.recv() => {
                let Some(Asked { request, data, answer }) = asked else { return };
                open.retain(|_, answer| !answer.is_closed());
                number += 1;
                let id = number.to_string();
                if let Err(error) = socket.request(&id, &request, data).await {
                    break error;
                }
                open.insert(id, answer);
            }
        }
    };
    debug!("the conversation with OBS has ended: {ended}");
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
