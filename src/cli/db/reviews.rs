use super::select::{self, Query, Rehearsals};
use crate::cli::CliError;
use crate::cli::format::Format;

/// Print the video reviews: who requested, the verdict, how long each step took, the clips.
#[derive(Debug, clap::Args)]
pub(in super::super) struct Args {
    #[command(flatten)]
    query: Query,
    #[command(flatten)]
    rehearsals: Rehearsals,
    #[command(flatten)]
    format: Format,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let (reader, filter) = self.query.open()?;
        let (mut reviews, summary) = reader.reviews(&filter)?;
        self.rehearsals.hide(&mut reviews, |review| review.rehearsal);
        let head = [
            "court",
            "bout",
            "review",
            "requested",
            "side",
            "origin",
            "answer",
            "verdict",
            "saved",
            "shown",
            "answered",
            "clip",
        ];
        self.format.print(&reviews, head, |review| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let after = |milliseconds: Option<i64>| {
                milliseconds.map_or_else(String::new, |milliseconds| format!("{milliseconds} ms"))
            };
            [
                review.court.clone(),
                select::bout_number(review.number.as_deref(), review.rehearsal),
                review.review.to_string(),
                review.requested_at.to_string(),
                review.side.clone(),
                review.origin.clone(),
                text(&review.state),
                text(&review.verdict),
                after(review.save_ms),
                after(review.show_ms),
                after(review.took_ms),
                clip(&review.clips, &review.missing),
            ]
        })?;
        select::note_left_out(&summary);
        Ok(())
    }
}

fn clip(clips: &[String], missing: &Option<String>) -> String {
    // The path may be of another system.
    let name = |path: &String| path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned();
    match missing {
        Some(reason) => format!("none: {reason}"),
        None => clips.iter().map(name).collect::<Vec<_>>().join(", "),
    }
}
