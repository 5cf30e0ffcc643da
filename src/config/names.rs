//! How clips and recordings are named.

use std::sync::Arc;

use super::problem::Problem;
use super::section::{Field, Section};
use crate::naming::{NameTemplate, Names};

const CLIP: &str = "{event} {court} {bout} R{round} {reason} {date} {time}";
const RECORDING: &str = "{event} {court} {bout} {phase} {blue} {blue_country} - {red} {red_country} {date} {time}";

/// | key | meaning |
/// |---|---|
/// | `clip` | the template of clips' names |
/// | `recording` | the template of recordings' names |
pub(super) fn read(section: Option<Section<'_>>, event: Arc<str>) -> Names {
    let (clip, recording) = match section {
        None => (None, None),
        Some(mut section) => {
            let clip = section.optional("clip", template);
            let recording = section.optional("recording", template);
            section.finish();
            (clip, recording)
        }
    };
    #[expect(clippy::expect_used, reason = "a test reads both defaults")]
    let default = |template: &str| template.parse().expect("the default is a template");
    Names {
        event,
        clip: clip.unwrap_or_else(|| default(CLIP)),
        recording: recording.unwrap_or_else(|| default(RECORDING)),
    }
}

fn template(field: Field<'_>) -> Result<NameTemplate, Problem> {
    let problem = |error| Problem::new(field.node.at.clone(), format!("{error}"));
    field.text()?.parse().map_err(|error: crate::naming::TemplateError| problem(error))
}
