//! Questions to an OBS instance outside of a run: one connection, asked and closed.

pub(super) mod doctor;
pub(super) mod status;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::client::Conversation;
use super::client::Event;
use super::client::{ConnectError, converse};
use super::error::ObsError;
use super::options::ObsOptions;

/// Why OBS cannot be asked; the text says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct QueryError(String);

impl From<ConnectError> for QueryError {
    fn from(error: ConnectError) -> Self {
        Self(error.to_string())
    }
}

impl From<ObsError> for QueryError {
    fn from(error: ObsError) -> Self {
        Self(error.to_string())
    }
}

/// What there is in an OBS instance, by the names that rules use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The scenes, each with the sources in it from the lowest up.
    pub scenes: BTreeMap<String, Vec<String>>,
    /// The groups, each with the sources in it; a group stands in for a scene where a source is shown or hidden.
    pub groups: BTreeMap<String, Vec<String>>,
    /// The inputs (cameras, texts, sounds, media), each with its kind, such as `text_ft2_source_v2`.
    pub inputs: BTreeMap<String, String>,
    /// The filters of each scene, group and input that has any.
    pub filters: BTreeMap<String, Vec<String>>,
    /// The transitions.
    pub transitions: Vec<String>,
    /// The hotkeys.
    pub hotkeys: Vec<String>,
}

/// Asks OBS what there is.
///
/// # Errors
/// OBS cannot be reached, or refuses.
pub async fn inventory(options: &ObsOptions) -> Result<Inventory, QueryError> {
    let (line, _events) = Line::open(options).await?;
    Ok(line.inventory().await?)
}

/// A connection on which every question has a time limit.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) conversation: Conversation,
    limit: Duration,
}

impl Line {
    /// Connects; gives also what OBS tells by itself.
    pub(super) async fn open(options: &ObsOptions) -> Result<(Self, mpsc::Receiver<Event>), ConnectError> {
        let (conversation, events) = converse(options).await?;
        Ok((Self { conversation, limit: options.request_timeout }, events))
    }

    /// Asks for something and gives the answer's data.
    pub(super) async fn ask(&self, request: &str, data: Value) -> Result<Value, ObsError> {
        match timeout(self.limit, self.conversation.ask(request, data)).await {
            Ok(answer) => answer,
            Err(_) => Err(ObsError::NoAnswer { request: request.to_owned(), limit: self.limit }),
        }
    }

    async fn inventory(&self) -> Result<Inventory, ObsError> {
        let mut inventory = Inventory::default();
        let scenes = self.ask("GetSceneList", Value::Null).await?;
        for scene in texts(&scenes["scenes"], "sceneName") {
            let items = self.ask("GetSceneItemList", json!({"sceneName": scene})).await?;
            inventory.scenes.insert(scene, texts(&items["sceneItems"], "sourceName"));
        }
        let groups = self.ask("GetGroupList", Value::Null).await?;
        for group in names(&groups["groups"]) {
            let items = self.ask("GetGroupSceneItemList", json!({"sceneName": group})).await?;
            inventory.groups.insert(group, texts(&items["sceneItems"], "sourceName"));
        }
        let inputs = self.ask("GetInputList", Value::Null).await?;
        let kinds = texts(&inputs["inputs"], "inputKind");
        inventory.inputs = texts(&inputs["inputs"], "inputName").into_iter().zip(kinds).collect();
        let sources = inventory.scenes.keys().chain(inventory.groups.keys()).chain(inventory.inputs.keys());
        for source in sources {
            let filters = self.ask("GetSourceFilterList", json!({"sourceName": source})).await?;
            let filters = texts(&filters["filters"], "filterName");
            if !filters.is_empty() {
                inventory.filters.insert(source.clone(), filters);
            }
        }
        let transitions = self.ask("GetSceneTransitionList", Value::Null).await?;
        inventory.transitions = texts(&transitions["transitions"], "transitionName");
        let hotkeys = self.ask("GetHotkeyList", Value::Null).await?;
        inventory.hotkeys = names(&hotkeys["hotkeys"]);
        Ok(inventory)
    }
}

/// A field of each entry of a list.
fn texts(list: &Value, field: &str) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|entry| entry[field].as_str()).map(str::to_owned).collect()
}

/// The entries of a list of texts.
fn names(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
