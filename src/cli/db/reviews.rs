use super::select::{self, All, Query};
use crate::cli::CliError;
use crate::cli::format::Format;
use crate::natural_order;
use crate::store::ReviewRow;

/// Print the video reviews: who requested, the verdict, how long each step took, the clips.
#[derive(Debug, clap::Args)]
pub(in super::super) struct Args {
    #[command(flatten)]
    query: Query,
    #[command(flatten)]
    all: All,
    #[command(flatten)]
    format: Format,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let (reader, filter) = self.query.open()?;
        let (mut reviews, summary) = reader.reviews(&filter)?;
        self.all.hide_rehearsals(&mut reviews, |review| review.rehearsal);
        reviews.sort_by(|one, other| {
            let by_court = natural_order::compare(&one.court, &other.court);
            by_court.then_with(|| one.requested_at.cmp(&other.requested_at))
        });
        let head = [
            "requested",
            "court",
            "bout",
            "review",
            "side",
            "answer",
            "origin",
            "athlete",
            "saved",
            "shown",
            "answered",
            "clip",
        ];
        self.format.print(&reviews, head, |review| {
            let after = |milliseconds: Option<i64>| {
                milliseconds.map_or_else(String::new, |milliseconds| format!("{milliseconds} ms"))
            };
            let answer = [&review.state, &review.verdict].into_iter().flatten().cloned().collect::<Vec<_>>();
            [
                review.requested_at.local().to_string(),
                review.court.clone(),
                select::bout_number(review.number.as_deref(), review.rehearsal),
                review.review.to_string(),
                review.side.clone(),
                answer.join(", "),
                review.origin.clone(),
                athlete(review),
                after(review.save_ms),
                after(review.show_ms),
                after(review.took_ms),
                clip(review),
            ]
        })?;
        select::note_left_out(&summary);
        Ok(())
    }
}

/// Who requested it.
fn athlete(review: &ReviewRow) -> String {
    let name = match &*review.side {
        "blue" => &review.blue,
        "red" => &review.red,
        _ => &None,
    };
    name.clone().unwrap_or_default()
}

/// The clips, and why there is none or it was not shown.
fn clip(review: &ReviewRow) -> String {
    // The path may be of another system.
    let name = |path: &String| path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned();
    let names = || review.clips.iter().map(name).collect::<Vec<_>>().join(", ");
    match (&review.missing, &review.not_shown) {
        (Some(reason), _) if review.clips.is_empty() => format!("none: {reason}"),
        (_, Some(reason)) => format!("not shown: {reason}: {}", names()),
        (Some(reason), None) => format!("late: {reason}: {}", names()),
        (None, None) if review.shown_at.is_none() && !review.clips.is_empty() => format!("not shown: {}", names()),
        (None, None) => names(),
    }
}
