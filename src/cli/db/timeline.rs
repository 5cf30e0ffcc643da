use std::io::{self, BufWriter, Write};

use clap::ValueEnum;

use super::select::{self, Query};
use crate::cli::CliError;
use crate::printable::printable_line;
use crate::store::TimelineLine;

/// Print the events, actions, commands and clips of each bout in order of time, without the ticks of clocks.
#[derive(Debug, clap::Args)]
pub(in super::super) struct Args {
    #[command(flatten)]
    query: Query,
    /// Only events (and commands), only actions, or only clips.
    #[arg(long, value_enum)]
    only: Option<Only>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Only {
    Events,
    Actions,
    Clips,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let (reader, filter) = self.query.open()?;
        let (timelines, summary) = reader.timelines(&filter)?;
        let only = self.only.map(|only| match only {
            Only::Events => "event",
            Only::Actions => "action",
            Only::Clips => "clip",
        });
        let is_shown = |line: &&TimelineLine| only.is_none_or(|only| line.what == only);
        let mut out = BufWriter::new(io::stdout().lock());
        let written = timelines.iter().try_for_each(|timeline| {
            let bout = &timeline.bout;
            let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "?".to_owned());
            let (number, blue, red) = (name(&bout.number), name(&bout.blue), name(&bout.red));
            let heading = format!("bout {number} on {}: {blue} against {red}", bout.court);
            writeln!(out, "{}", printable_line(&heading))?;
            timeline
                .lines
                .iter()
                .filter(is_shown)
                .try_for_each(|line| writeln!(out, "{}", printable_line(&line.local())))
        });
        written.and_then(|()| out.flush()).map_err(CliError::output)?;
        let mut lines = timelines.iter().flat_map(|timeline| &timeline.lines).filter(is_shown);
        if lines.any(|line| line.text.ends_with("-> no outcome")) {
            select::note_open();
        }
        select::note_left_out(&summary);
        Ok(())
    }
}
