use super::select::{self, Query, Rehearsals};
use crate::cli::CliError;
use crate::cli::format::Format;
use crate::store::{BoutRow, RoundRow};

/// Print the bouts: athletes, the score by round, who won.
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
        let (mut bouts, summary) = reader.bouts(&filter)?;
        self.rehearsals.hide(&mut bouts, |bout| bout.rehearsal);
        let head = [
            "court",
            "bout",
            "phase",
            "weight class",
            "blue",
            "red",
            "rounds",
            "gam-jeom",
            "winner",
            "result",
            "events",
            "clips",
        ];
        self.format.print(&bouts, head, |bout| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            [
                bout.court.clone(),
                select::bout_number(bout.number.as_deref(), bout.rehearsal),
                text(&bout.phase),
                text(&bout.weight_class),
                athlete(&bout.blue, &bout.blue_country),
                athlete(&bout.red, &bout.red_country),
                by_round(bout, |round| Some((round.blue, round.red))),
                by_round(bout, |round| round.blue_penalties.zip(round.red_penalties)),
                text(&bout.winner),
                result(bout),
                bout.events.to_string(),
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
