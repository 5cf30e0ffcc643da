//! The steps of reviews, written as they happen.

use rusqlite::{Connection, OptionalExtension, params};

use crate::event::{Body, Event, Requester};
use crate::time::Time;

/// Writes the step of a review that an event is, if it is one.
pub(super) fn write(connection: &Connection, session: i64, event: &Event, load: u32) -> rusqlite::Result<()> {
    let run = |sql, values: &[&dyn rusqlite::ToSql]| connection.prepare_cached(sql)?.execute(values).map(drop);
    let at = event.at;
    match &event.body {
        Body::ReviewOpened(opened) => run(
            "INSERT INTO reviews (session, review, load, side, origin, requested_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO NOTHING",
            params![
                session,
                opened.review.or(event.cause).unwrap_or(event.seq),
                load,
                opened.side.to_string(),
                opened.origin.to_string(),
                at
            ],
        ),
        Body::ReviewJoined(joined) => {
            let (session_of_review, review) = find(connection, session, load, joined.review, joined.side)?;
            run(
                "UPDATE reviews SET origin = iif(origin = ?3, origin, 'both') WHERE session = ?1 AND review = ?2",
                params![session_of_review, review, joined.origin.to_string()],
            )
        }
        Body::ClipSaved(clip) => run(
            "UPDATE reviews SET saved_at = coalesce(saved_at, ?3) WHERE session = ?1 AND review = ?2",
            params![session, clip.review, at],
        ),
        Body::ClipMissing(missing) => run(
            "UPDATE reviews SET missing = coalesce(missing, ?3)
             WHERE session = ?1 AND review = ?2 AND saved_at IS NULL",
            params![session, missing.review, missing.reason],
        ),
        Body::ClipShown(shown) => run(
            "UPDATE reviews SET shown_at = coalesce(shown_at, ?3) WHERE session = ?1 AND review = ?2",
            params![session, shown.review, at],
        ),
        Body::ReviewDecided(decided) => {
            let (session_of_review, review) = find(connection, session, load, decided.review, decided.side)?;
            run(
                "UPDATE reviews SET state = ?3, verdict = ?4, decided_by = ?5, decided_at = ?6
                 WHERE session = ?1 AND review = ?2",
                params![
                    session_of_review,
                    review,
                    decided.state.to_string(),
                    decided.verdict.map(|verdict| verdict.to_string()),
                    decided.origin.to_string(),
                    time_of_message(connection, session, event)?,
                ],
            )
        }
        Body::ReviewClosed(closed) => {
            let (session_of_review, review) = find(connection, session, load, closed.review, closed.side)?;
            run(
                "UPDATE reviews SET closed_at = coalesce(closed_at, ?3) WHERE session = ?1 AND review = ?2",
                params![session_of_review, review, time_of_message(connection, session, event)?],
            )
        }
        _ => Ok(()),
    }
}

/// The session of a review, and its number there: when the program was started again during a review, its answer is of the
/// latest one of that side of the bout that is still open.
fn find(
    connection: &Connection,
    session: i64,
    load: u32,
    review: Option<u64>,
    side: Requester,
) -> rusqlite::Result<(i64, Option<u64>)> {
    if review.is_some() {
        return Ok((session, review));
    }
    let found = connection
        .prepare_cached(
            "SELECT reviews.session, review FROM load_bouts AS present
             JOIN load_bouts AS earlier ON earlier.bout = present.bout AND earlier.session < present.session
             JOIN reviews ON reviews.session = earlier.session AND reviews.load = earlier.load
             WHERE present.session = ?1 AND present.load = ?2 AND side = ?3 AND closed_at IS NULL
             ORDER BY reviews.session DESC, review DESC LIMIT 1",
        )?
        .query_row(params![session, load, side.to_string()], |row| Ok((row.get(0)?, Some(row.get(1)?))))
        .optional()?;
    Ok(found.unwrap_or((session, None)))
}

/// When the message came from which an event was derived: that may wait for the end of a burst.
fn time_of_message(connection: &Connection, session: i64, event: &Event) -> rusqlite::Result<Time> {
    let time = connection
        .prepare_cached("SELECT at FROM events WHERE session = ?1 AND seq = ?2")?
        .query_row(params![session, event.cause], |row| row.get(0))
        .optional()?;
    Ok(time.unwrap_or(event.at))
}
