//! What there is in an OBS instance.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::client::Client;
use super::error::ObsError;
use super::options::ObsOptions;
use super::paths::SharedFolders;

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
    /// The media sources whose file is not there, each with that file.
    pub missing_media: BTreeMap<String, String>,
    /// Whether streams have a service to go to.
    pub has_stream_service: bool,
    /// Its files.
    pub files: ObsFiles,
}

/// The files of an OBS, where they can be seen from here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObsFiles {
    /// Whether OBS runs on this computer.
    is_here: bool,
    folders: SharedFolders,
}

impl ObsFiles {
    /// Whether a file that OBS names so is certainly not there. Where OBS begins a relative path is not known.
    pub(crate) fn lack(&self, path: &str) -> bool {
        let here = self.folders.here(path);
        let file = Path::new(&here);
        (self.is_here || here != path) && file.is_absolute() && !file.exists()
    }
}

/// Asks OBS what there is.
///
/// # Errors
/// The connection is lost, or OBS refuses.
pub(super) async fn inventory(client: &Client, options: &ObsOptions) -> Result<Inventory, ObsError> {
    let get = async |request, data| client.get::<Value>(request, data).await;
    let mut inventory = Inventory::default();
    let scenes = get("GetSceneList", Value::Null).await?;
    for scene in texts(&scenes["scenes"], "sceneName") {
        let items = get("GetSceneItemList", json!({"sceneName": scene})).await?;
        inventory.scenes.insert(scene, texts(&items["sceneItems"], "sourceName"));
    }
    let groups = get("GetGroupList", Value::Null).await?;
    for group in names(&groups["groups"]) {
        let items = get("GetGroupSceneItemList", json!({"sceneName": group})).await?;
        inventory.groups.insert(group, texts(&items["sceneItems"], "sourceName"));
    }
    let inputs = get("GetInputList", Value::Null).await?;
    let kinds = texts(&inputs["inputs"], "inputKind");
    inventory.inputs = texts(&inputs["inputs"], "inputName").into_iter().zip(kinds).collect();
    let sources = inventory.scenes.keys().chain(inventory.groups.keys()).chain(inventory.inputs.keys());
    for source in sources {
        let filters = get("GetSourceFilterList", json!({"sourceName": source})).await?;
        let filters = texts(&filters["filters"], "filterName");
        if !filters.is_empty() {
            inventory.filters.insert(source.clone(), filters);
        }
    }
    let transitions = get("GetSceneTransitionList", Value::Null).await?;
    inventory.transitions = texts(&transitions["transitions"], "transitionName");
    let hotkeys = get("GetHotkeyList", Value::Null).await?;
    inventory.hotkeys = names(&hotkeys["hotkeys"]);
    inventory.files = ObsFiles { is_here: options.is_here(), folders: options.folders.clone() };
    for media in inventory.inputs.iter().filter(|(_, kind)| *kind == "ffmpeg_source").map(|(name, _)| name) {
        let answer = get("GetInputSettings", json!({"inputName": media})).await?;
        let settings = &answer["inputSettings"];
        if let Some(file) = settings["local_file"].as_str()
            && settings["is_local_file"] != false
            && inventory.files.lack(file)
        {
            inventory.missing_media.insert(media.clone(), file.to_owned());
        }
    }
    inventory.has_stream_service = client.stream_service().await?.is_some();
    Ok(inventory)
}

/// A field of each entry of a list.
fn texts(list: &Value, field: &str) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|entry| entry[field].as_str()).map(str::to_owned).collect()
}

/// The entries of a list of texts.
fn names(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
