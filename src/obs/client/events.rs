//! The events of OBS, as `obws` reads them.

use obws::events::Event;
use serde_json::Value;
use tracing::debug;

use crate::obs::paths::SharedFolders;

/// What names files in events.
const PATHS: [&str; 3] = ["savedReplayPath", "outputPath", "newOutputPath"];

/// Reads an event, with the paths that its files have on this computer; none if it is none that `obws` knows.
pub(super) fn decode(mut event: Value, folders: &SharedFolders) -> Option<Event> {
    for key in PATHS {
        if let Some(path) = event["eventData"].get_mut(key)
            && let Some(named) = path.as_str()
        {
            *path = folders.here(named).into();
        }
    }
    // OBS before 30 names scenes without the UUIDs that `obws` wants.
    if let Some(data) = event["eventData"].as_object_mut()
        && data.contains_key("sceneName")
    {
        data.entry("sceneUuid").or_insert_with(|| "00000000-0000-0000-0000-000000000000".into());
    }
    match serde_json::from_value(event) {
        Ok(event) => Some(event),
        Err(error) => {
            debug!("an event of OBS cannot be read: {error}");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scene_is_read_with_and_without_its_uuid() {
        let scene = |data: Value| match decode(
            json!({"eventType": "CurrentProgramSceneChanged", "eventData": data}),
            &SharedFolders::default(),
        ) {
            Some(Event::CurrentProgramSceneChanged { id }) => id.name,
            other => panic!("{other:?}"),
        };
        assert_eq!(scene(json!({"sceneName": "Live"})), "Live");
        let uuid = "8a4e4f7c-9d0e-4b6e-9c55-0d4c2f4f6a11";
        assert_eq!(scene(json!({"sceneName": "Live", "sceneUuid": uuid})), "Live");
    }

    #[test]
    fn event_without_data_is_read_and_unknown_one_passed_over() {
        let decode = |event| decode(event, &SharedFolders::default());
        assert_eq!(decode(json!({"eventType": "ExitStarted", "eventIntent": 1})), Some(Event::ExitStarted));
        assert_eq!(decode(json!({"eventType": "CoffeeMade", "eventData": {}})), None);
    }
}
