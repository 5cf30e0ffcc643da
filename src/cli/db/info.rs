use super::select::{self, Database};
use crate::cli::error::{CliError, print};
use crate::cli::format::{Form, Format};

/// Print the sessions of the database, with the counts of each.
#[derive(Debug, clap::Args)]
pub(in super::super) struct Args {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    format: Format,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let info = self.database.open()?.info()?;
        if self.format.form()? == Form::Table {
            let size = info.bytes as f64 / 1e6;
            print(&format!("{}: {size:.1} MB", info.path.display()))?;
        }
        let head = [
            "session",
            "court",
            "mode",
            "from",
            "to",
            "end",
            "bouts",
            "rehearsals",
            "events",
            "lost",
            "actions done",
            "failed",
            "open",
            "clips",
            "uuid",
        ];
        self.format.print(&info.sessions, head, |session| {
            let second =
                |time: Option<crate::time::Time>| time.map_or_else(String::new, |time| time.local().to_string());
            [
                session.id.to_string(),
                session.court.clone(),
                session.mode.clone(),
                second(session.first_at),
                second(session.last_at),
                session.ended_at.map_or("none: it runs, or was killed".to_owned(), |at| second(Some(at))),
                session.bouts.to_string(),
                session.rehearsals.to_string(),
                session.events.to_string(),
                session.datagrams_lost.map_or_else(String::new, |lost| lost.to_string()),
                session.actions_done.to_string(),
                session.actions_failed.to_string(),
                session.actions_open.to_string(),
                session.clips.to_string(),
                session.uuid.clone(),
            ]
        })?;
        if info.sessions.iter().any(|session| session.actions_open > 0) {
            select::note_open();
        }
        Ok(())
    }
}
