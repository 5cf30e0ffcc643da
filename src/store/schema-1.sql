-- "vtad": tells this program's databases from others.
PRAGMA application_id = 0x76746164;

-- One court's stretch of listening, or one replay of a capture.
CREATE TABLE sessions (
    id              INTEGER PRIMARY KEY,
    source          TEXT NOT NULL,  -- name of the court
    mode            TEXT NOT NULL CHECK (mode IN ('live', 'replay')),
    event_name      TEXT,
    capture         TEXT,           -- the capture it was replayed from, or is recorded to
    vta_version     TEXT NOT NULL,
    started_at      TEXT NOT NULL,
    ended_at        TEXT,           -- null while it runs, and for ever when the program was killed
    datagrams       INTEGER,
    datagrams_lost  INTEGER,        -- before they could be received
    entries_dropped INTEGER         -- received, but not kept here: the queue was full
) STRICT;

-- `state` is all that is known of the bout; the other columns are read from it.
CREATE TABLE bouts (
    session          INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    ordinal          INTEGER NOT NULL,  -- within the session, from 1
    number           TEXT AS (state ->> '$.config.number'),
    phase            TEXT AS (state ->> '$.config.phase'),
    gender           TEXT AS (state ->> '$.config.gender'),
    weight_class     TEXT AS (state ->> '$.config.weight_class'),
    division         TEXT AS (state ->> '$.config.division'),
    internal_id      TEXT AS (state ->> '$.config.internal_id'),
    blue_name        TEXT AS (coalesce(state ->> '$.blue.athlete.long_name', state ->> '$.blue.athlete.short_name')),
    blue_short_name  TEXT AS (state ->> '$.blue.athlete.short_name'),
    blue_country     TEXT AS (state ->> '$.blue.athlete.country'),
    red_name         TEXT AS (coalesce(state ->> '$.red.athlete.long_name', state ->> '$.red.athlete.short_name')),
    red_short_name   TEXT AS (state ->> '$.red.athlete.short_name'),
    red_country      TEXT AS (state ->> '$.red.athlete.country'),
    rounds           TEXT AS (state -> '$.rounds'),
    winner           TEXT AS (state ->> '$.winner'),
    result           TEXT AS (state ->> '$.result.result'),
    decision         TEXT AS (state ->> '$.result.decision'),
    stage            TEXT AS (state ->> '$.stage'),
    loaded_at        TEXT AS (state ->> '$.loaded_at'),
    started_at       TEXT AS (state ->> '$.started_at'),
    ended_at         TEXT AS (state ->> '$.ended_at'),
    state            TEXT NOT NULL,
    PRIMARY KEY (session, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seq     INTEGER NOT NULL,
    at      TEXT NOT NULL,     -- UTC, RFC 3339 with microseconds: sorts as text
    bout    INTEGER NOT NULL,  -- ordinal; 0 before the first bout was loaded
    stream  TEXT,
    kind    TEXT NOT NULL,
    status  TEXT NOT NULL,
    cause   INTEGER,           -- seq of the event that implied it
    fields  TEXT NOT NULL,     -- a JSON object
    notes   TEXT,              -- a JSON array
    raw     ANY,               -- text, or a blob when it is not UTF-8
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX events_by_bout ON events (session, bout);

-- What the query planner cannot know while a database is young: a bout is a small part of a session.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat)
VALUES ('events', 'events', '1000000 50000 1'), ('events', 'events_by_bout', '1000000 50000 500 1');

CREATE TABLE actions (
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seq     INTEGER NOT NULL,  -- runs apart from that of events
    at      TEXT NOT NULL,
    bout    INTEGER NOT NULL,
    rule    TEXT NOT NULL,
    cause   INTEGER NOT NULL,  -- seq of the event that the rule answered
    action  TEXT NOT NULL,
    args    TEXT NOT NULL,     -- a JSON object
    outcome TEXT CHECK (outcome IN ('done', 'failed')),
    reason  TEXT,              -- why it failed
    took_us INTEGER,
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE clips (
    session    INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,  -- of its clip_saved event
    at         TEXT NOT NULL,
    bout       INTEGER NOT NULL,
    review     INTEGER,           -- seq of the request for review that it belongs to
    instance   TEXT NOT NULL,
    path       TEXT NOT NULL,
    reason     TEXT,
    action_seq INTEGER,           -- the action that asked for it
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;

-- What a person wants to read of a bout: ticks of clocks are left out, outcomes stand with their actions.
CREATE VIEW timeline AS
SELECT session, bout, at, seq AS event_seq, 0 AS is_action, seq,
       iif(kind = 'clip_saved', 'clip', 'event') AS what, kind AS name, fields AS detail,
       NULL AS outcome, NULL AS reason, NULL AS took_us
FROM events
WHERE kind NOT IN ('action_done', 'action_failed')
  AND NOT (kind IN ('clock', 'rest', 'injury', 'timeout') AND fields ->> '$.action' IS NULL)
UNION ALL
SELECT session, bout, at, cause, 1, seq, 'action', action, args, outcome, reason, took_us
FROM actions;

-- Reviews with their answers and clips; a row for each clip, one row when there is none.
CREATE VIEW reviews AS
WITH steps AS (
    SELECT session, bout, seq, at, kind, cause, fields ->> '$.side' AS side,
           lead(kind) OVER next_step AS next_kind, lead(fields) OVER next_step AS next_fields
    FROM events
    WHERE kind IN ('review_opened', 'review_decided')
    WINDOW next_step AS (PARTITION BY session, bout, fields ->> '$.side' ORDER BY seq)
)
SELECT steps.session, steps.bout, bouts.number, steps.seq, steps.at, steps.side,
       iif(next_kind = 'review_decided', next_fields ->> '$.state', NULL) AS state,
       iif(next_kind = 'review_decided', next_fields ->> '$.verdict', NULL) AS verdict,
       iif(next_kind = 'review_decided', next_fields ->> '$.took_ms', NULL) AS took_ms,
       clips.path AS clip
FROM steps
LEFT JOIN bouts ON bouts.session = steps.session AND bouts.ordinal = steps.bout
LEFT JOIN clips ON clips.session = steps.session AND clips.review = steps.cause
WHERE steps.kind = 'review_opened';
