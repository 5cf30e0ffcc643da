//! Operators' commands, written as they come and end.

use rusqlite::{Connection, params};

use crate::event::{Body, Event};

/// Writes an event of a command; other events are ignored.
pub(super) fn write(connection: &Connection, session: i64, event: &Event, load: u32) -> rusqlite::Result<()> {
    let run = |sql, values: &[&dyn rusqlite::ToSql]| connection.prepare_cached(sql)?.execute(values).map(drop);
    match &event.body {
        Body::Command(received) => run(
            "INSERT INTO commands (session, seq, at, load, id, origin, by, command, args)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                session,
                event.seq,
                event.at,
                load,
                received.id.to_string(),
                received.origin.to_string(),
                received.by,
                received.command,
                received.args.to_string(),
            ],
        ),
        Body::CommandEnded(ended) => run(
            "UPDATE commands SET outcome = ?3, reason = ?4, ended_at = ?5 WHERE session = ?1 AND seq = ?2",
            params![session, ended.command_seq, ended.outcome.to_string(), ended.reason, event.at],
        ),
        _ => Ok(()),
    }
}
