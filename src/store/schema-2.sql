-- Clips and recordings know which instants they show.

ALTER TABLE clips ADD COLUMN taken_from TEXT NOT NULL DEFAULT 'replay_buffer'
    CHECK (taken_from IN ('replay_buffer', 'recording'));
ALTER TABLE clips ADD COLUMN begins_at TEXT;  -- the instant of the file's first frame
ALTER TABLE clips ADD COLUMN ends_at TEXT;    -- the instant of the clip's last frame
ALTER TABLE clips ADD COLUMN note TEXT;       -- why it is another than was asked for

-- Recordings that are finished.
CREATE TABLE recordings (
    session    INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,  -- of its recording_stopped event
    at         TEXT NOT NULL,
    bout       INTEGER NOT NULL,  -- that it was begun for
    instance   TEXT NOT NULL,
    path       TEXT,
    begins_at  TEXT,              -- the instant of its first frame
    ends_at    TEXT,              -- the instant of its last frame
    action_seq INTEGER,           -- the action that began it
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;

-- Where each event is to be seen, in seconds from the beginning of the file.
CREATE VIEW sightings AS
WITH films AS (
    SELECT session, 'clip' AS film, min(seq) AS film_seq, path, begins_at, ends_at
    FROM clips
    GROUP BY session, path, begins_at, ends_at
    UNION ALL
    SELECT session, 'recording', seq, path, begins_at, ends_at
    FROM recordings
)
SELECT events.session, events.bout, events.seq, events.at, events.kind, films.film, films.film_seq, films.path,
       round(unixepoch(events.at, 'subsec') - unixepoch(films.begins_at, 'subsec'), 3) AS offset_seconds
FROM films
JOIN events ON events.session = films.session AND events.at BETWEEN films.begins_at AND films.ends_at;

-- A review in a row, with its times in milliseconds. Answered and closed it is when the console said so, which is what
-- the derived events come from.
DROP VIEW reviews;
CREATE VIEW reviews AS
WITH opened AS (
    SELECT opened.session, opened.bout, opened.cause AS review, opened.at, opened.fields ->> '$.side' AS side,
           (SELECT min(clips.at) FROM clips
            WHERE clips.session = opened.session AND clips.review = opened.cause) AS saved_at,
           (SELECT min(shown.at) FROM events shown
            WHERE shown.session = opened.session AND shown.bout = opened.bout AND shown.kind = 'clip_shown'
              AND shown.fields ->> '$.review' = opened.cause) AS shown_at,
           (SELECT max(decided.seq) FROM events decided
            WHERE decided.session = opened.session AND decided.bout = opened.bout AND decided.kind = 'review_decided'
              AND decided.fields ->> '$.review' = opened.cause) AS decided_seq,
           (SELECT min(said.at) FROM events closed
            JOIN events said ON said.session = closed.session AND said.seq = closed.cause
            WHERE closed.session = opened.session AND closed.bout = opened.bout AND closed.kind = 'review_closed'
              AND closed.fields ->> '$.review' = opened.cause) AS closed_at,
           (SELECT missing.fields ->> '$.reason' FROM events missing
            WHERE missing.session = opened.session AND missing.bout = opened.bout AND missing.kind = 'clip_missing'
              AND missing.fields ->> '$.review' = opened.cause) AS missing
    FROM events opened
    WHERE opened.kind = 'review_opened'
)
SELECT opened.session, opened.bout, bouts.number, opened.review, opened.side, opened.at AS requested_at,
       opened.saved_at, opened.shown_at, answer.at AS decided_at, opened.closed_at,
       decided.fields ->> '$.state' AS state,
       decided.fields ->> '$.verdict' AS verdict,
       CAST(round(1000 * (unixepoch(opened.saved_at, 'subsec') - unixepoch(opened.at, 'subsec'))) AS INTEGER) AS save_ms,
       CAST(round(1000 * (unixepoch(opened.shown_at, 'subsec') - unixepoch(opened.saved_at, 'subsec'))) AS INTEGER) AS show_ms,
       CAST(round(1000 * (unixepoch(answer.at, 'subsec') - unixepoch(opened.shown_at, 'subsec'))) AS INTEGER) AS verdict_ms,
       CAST(round(1000 * (unixepoch(answer.at, 'subsec') - unixepoch(opened.at, 'subsec'))) AS INTEGER) AS took_ms,
       (SELECT json_group_array(clips.path) FROM clips
        WHERE clips.session = opened.session AND clips.review = opened.review) AS clips,
       iif(opened.saved_at IS NULL, opened.missing, NULL) AS missing
FROM opened
LEFT JOIN bouts ON bouts.session = opened.session AND bouts.ordinal = opened.bout
LEFT JOIN events decided ON decided.session = opened.session AND decided.seq = opened.decided_seq
LEFT JOIN events answer ON answer.session = opened.session AND answer.seq = decided.cause;
