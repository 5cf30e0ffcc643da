use super::select::{self, All, Query};
use crate::cli::CliError;
use crate::cli::format::Format;
use crate::natural_order;
use crate::store::{BoutRow, RoundRow};

/// Print the bouts: athletes, the score by round, who won.
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
        let (mut bouts, summary) = reader.bouts(&filter)?;
        self.all.hide_rehearsals(&mut bouts, |bout| bout.rehearsal);
        self.all.hide_unfought(&mut bouts);
        let first = |bout: &BoutRow| bout.started_at.or(bout.loaded_at);
        bouts.sort_by(|one, other| {
            natural_order::compare(&one.court, &other.court).then_with(|| first(one).cmp(&first(other)))
        });
        let head = [
            "session",
            "time",
            "court",
            "bout",
            "winner",
            "result",
            "phase",
            "blue",
            "red",
            "rounds",
            "gam-jeom",
            "weight class",
            "clips",
        ];
        self.format.print(&bouts, head, |bout| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            [
                bout.session.to_string(),
                first(bout).map_or_else(String::new, |time| time.local().to_string()),
                bout.court.clone(),
                select::bout_number(bout.number.as_deref(), bout.rehearsal),
                text(&bout.winner),
                result(bout),
                text(&bout.phase),
                athlete(&bout.blue, &bout.blue_country),
                athlete(&bout.red, &bout.red_country),
                by_round(bout, |round| Some((round.blue, round.red))),
                by_round(bout, |round| round.blue_penalties.zip(round.red_penalties)),
                text(&bout.weight_class),
                bout.clips.to_string(),
            ]
        })?;
        select::note_left_out(&summary);
        Ok(())
    }
}

/// Both sides' counts in each round, where they are known.
fn by_round(bout: &BoutRow, counts: impl Fn(&RoundRow) -> Option<(u16, u16)>) -> String {
    let texts = bout.rounds.iter().filter_map(counts).map(|(blue, red)| format!("{blue}-{red}"));
    texts.collect::<Vec<_>>().join(" ")
}

fn athlete(name: &Option<String>, country: &Option<String>) -> String {
    match (name, country) {
        (Some(name), Some(country)) => format!("{name} ({country})"),
        (Some(name), None) => name.clone(),
        (None, _) => String::new(),
    }
}

fn result(bout: &BoutRow) -> String {
    let words = [bout.result.as_deref(), bout.decision.as_deref()];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
