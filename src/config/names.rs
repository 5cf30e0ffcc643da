//! `names`: how clips and recordings are named.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::format;
use crate::naming::{Names, TemplateError};

/// The keys of `names`.
#[derive(Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct NameTemplates {
    /// The template of clips' names.
    #[schemars(with = "format::Template", extend("maxLength" = 1000))]
    clip: String,
    /// The template of recordings' names.
    #[schemars(with = "format::Template", extend("maxLength" = 1000))]
    recording: String,
}

impl Default for NameTemplates {
    fn default() -> Self {
        Self {
            clip: "{event} {court} {bout} R{round} {reason} {date} {time}".to_owned(),
            recording: "{event} {court} {bout} {phase} {blue} {blue_country} - {red} {red_country} {date} {time}"
                .to_owned(),
        }
    }
}

impl NameTemplates {
    /// The templates, of names that the check found right.
    pub(super) fn of_event(&self, event: &str) -> Result<Names, TemplateError> {
        Ok(Names { event: event.into(), clip: self.clip.parse()?, recording: self.recording.parse()? })
    }
}
