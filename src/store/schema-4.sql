-- Loads take the place of ordinals, and times are integers: microseconds since 1970, UTC.

DROP VIEW timeline;
DROP VIEW sightings;
DROP VIEW reviews;
ALTER TABLE sessions RENAME TO old_sessions;
ALTER TABLE bouts RENAME TO old_bouts;
ALTER TABLE events RENAME TO old_events;
ALTER TABLE actions RENAME TO old_actions;
ALTER TABLE clips RENAME TO old_clips;
ALTER TABLE recordings RENAME TO old_recordings;

-- One court's stretch of listening, or one replay of a capture.
CREATE TABLE sessions (
    id              INTEGER PRIMARY KEY,
    uuid            TEXT NOT NULL UNIQUE,
    replay_of       TEXT,           -- UUID of the session that was replayed
    court           TEXT NOT NULL,
    mode            TEXT NOT NULL CHECK (mode IN ('live', 'replay')),
    event_name      TEXT,
    capture         TEXT,           -- the capture it was replayed from, or is recorded to
    vta_version     TEXT NOT NULL,
    started_at      INTEGER NOT NULL,
    ended_at        INTEGER,        -- null while it runs, and for ever when the program was killed
    datagrams       INTEGER,
    datagrams_lost  INTEGER,        -- before they could be received
    entries_dropped INTEGER         -- received, but not kept here: the queue was full
) STRICT;

-- What happened. Little is stored twice here: this is nearly all of the file.
CREATE TABLE events (
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,  -- the clock that people read: it can be set back, so `seq` has the order
    load    INTEGER NOT NULL,  -- 0 before the first
    stream  TEXT,
    kind    TEXT NOT NULL,
    status  TEXT,              -- null when it is ok
    cause   INTEGER,           -- seq of the event that implied it
    fields  TEXT NOT NULL,     -- a JSON object
    notes   TEXT,              -- a JSON array
    raw     ANY,               -- text, or a blob when it is not UTF-8
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;

-- Where the events of a load are: from `first_seq` on until another load begins, but for the late ones.
CREATE TABLE load_ranges (
    session   INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    load      INTEGER NOT NULL,
    first_seq INTEGER,           -- null when all of its events were late
    events    INTEGER NOT NULL,  -- how many
    last_at   INTEGER NOT NULL,  -- when the last of them happened
    PRIMARY KEY (session, load)
) STRICT, WITHOUT ROWID;

-- The events that came when a later load had begun: clips and recordings, above all.
CREATE TABLE late_events (
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    load    INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (session, load, seq)
) STRICT, WITHOUT ROWID;

-- The last state of the bout in each load, as JSON; the columns after it are read from it. With a rowid, as a state is too
-- long for the pages of a table without one.
CREATE TABLE load_states (
    session         INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    load            INTEGER NOT NULL,
    has_begun       INTEGER NOT NULL,
    loaded_at       INTEGER,
    started_at      INTEGER,
    ended_at        INTEGER,
    state           TEXT NOT NULL,
    number          TEXT AS (state ->> '$.config.number'),
    phase           TEXT AS (state ->> '$.config.phase'),
    gender          TEXT AS (state ->> '$.config.gender'),
    weight_class    TEXT AS (state ->> '$.config.weight_class'),
    division        TEXT AS (state ->> '$.config.division'),
    internal_id     TEXT AS (state ->> '$.config.internal_id'),
    blue_name       TEXT AS (coalesce(state ->> '$.blue.athlete.long_name', state ->> '$.blue.athlete.short_name')),
    blue_short_name TEXT AS (state ->> '$.blue.athlete.short_name'),
    blue_country    TEXT AS (state ->> '$.blue.athlete.country'),
    red_name        TEXT AS (coalesce(state ->> '$.red.athlete.long_name', state ->> '$.red.athlete.short_name')),
    red_short_name  TEXT AS (state ->> '$.red.athlete.short_name'),
    red_country     TEXT AS (state ->> '$.red.athlete.country'),
    rounds          TEXT AS (state -> '$.rounds'),
    blue_requests_left INTEGER AS (state ->> '$.blue.requests_left'),
    red_requests_left  INTEGER AS (state ->> '$.red.requests_left'),
    winner          TEXT AS (state ->> '$.winner'),
    result          TEXT AS (state ->> '$.result.result'),
    decision        TEXT AS (state ->> '$.result.decision'),
    stage           TEXT AS (state ->> '$.stage'),
    rehearsal       INTEGER AS (coalesce(state ->> '$.rehearsal', 0)),
    PRIMARY KEY (session, load)
) STRICT;

-- Bouts, over all their loads. The columns from `number` on are copied from the state of the latest load that has begun,
-- or of the latest one while none has.
CREATE TABLE bouts (
    id              INTEGER PRIMARY KEY,
    uid             TEXT NOT NULL UNIQUE,       -- its first load: UUID of the session, colon, load
    court           TEXT NOT NULL,
    session         INTEGER,                    -- with `load`: where the state is from; null when no load is of this bout
    load            INTEGER,
    number          TEXT,
    phase           TEXT,
    gender          TEXT,
    weight_class    TEXT,
    division        TEXT,
    internal_id     TEXT,
    blue_name       TEXT,
    blue_short_name TEXT,
    blue_country    TEXT,
    red_name        TEXT,
    red_short_name  TEXT,
    red_country     TEXT,
    rounds          TEXT,                       -- a JSON array
    blue_requests_left INTEGER,                 -- for review
    red_requests_left  INTEGER,
    winner          TEXT,
    result          TEXT,
    decision        TEXT,
    stage           TEXT,
    rehearsal       INTEGER,                    -- 1 when it counts in no result and no statistic
    loaded_at       INTEGER,                    -- for the first time
    started_at      INTEGER,                    -- for the first time
    ended_at        INTEGER
) STRICT;

CREATE INDEX bouts_by_number ON bouts (number);

-- Which bout a load is of. Rows are only added: of the rows of a load, the last one counts.
CREATE TABLE loads (
    id      INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    load    INTEGER NOT NULL,
    bout    INTEGER NOT NULL REFERENCES bouts (id),
    at      INTEGER NOT NULL
) STRICT;

CREATE INDEX loads_by_load ON loads (session, load);
CREATE INDEX loads_by_bout ON loads (bout, session, load);

CREATE TABLE actions (
    session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seq     INTEGER NOT NULL,  -- runs apart from that of events
    at      INTEGER NOT NULL,
    load    INTEGER NOT NULL,
    after   INTEGER NOT NULL,  -- seq of the last event before it
    rule    TEXT NOT NULL,
    cause   INTEGER NOT NULL,  -- seq of the event that the rule answered
    action  TEXT NOT NULL,
    args    TEXT NOT NULL,     -- a JSON object
    outcome TEXT CHECK (outcome IN ('done', 'failed')),
    reason  TEXT,              -- why it failed
    took_us INTEGER,
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX actions_by_load ON actions (session, load);

-- What operators have commanded, and how that ended.
CREATE TABLE commands (
    session  INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seq      INTEGER NOT NULL,  -- of its command event
    at       INTEGER NOT NULL,
    load     INTEGER NOT NULL,
    id       TEXT NOT NULL,     -- its UUID
    origin   TEXT NOT NULL,     -- where it came from, such as ctl
    by       TEXT,              -- name of the token that it was sent with
    command  TEXT NOT NULL,
    args     TEXT NOT NULL,     -- a JSON object
    outcome  TEXT CHECK (outcome IN ('done', 'failed', 'refused')),
    reason   TEXT,              -- why it was not done
    ended_at INTEGER,
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX commands_by_load ON commands (session, load);

CREATE TABLE clips (
    session    INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,  -- of its clip_saved event
    at         INTEGER NOT NULL,
    load       INTEGER NOT NULL,  -- in which it was requested
    review     INTEGER,           -- seq of the request for review that it belongs to
    instance   TEXT NOT NULL,
    path       TEXT NOT NULL,
    reason     TEXT,
    action_seq INTEGER,           -- the action that requested it
    taken_from TEXT NOT NULL CHECK (taken_from IN ('replay_buffer', 'recording')),
    begins_at  INTEGER,           -- the instant of the file's first frame
    ends_at    INTEGER,           -- the instant of the clip's last frame
    note       TEXT,              -- why it differs from the clip that was requested
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX clips_by_load ON clips (session, load);
CREATE INDEX clips_by_review ON clips (session, review) WHERE review IS NOT NULL;

-- Recordings that are finished.
CREATE TABLE recordings (
    session    INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,  -- of its recording_stopped event
    at         INTEGER NOT NULL,
    load       INTEGER NOT NULL,  -- in which it was begun
    instance   TEXT NOT NULL,
    path       TEXT,
    begins_at  INTEGER,           -- the instant of its first frame
    ends_at    INTEGER,           -- the instant of its last frame
    action_seq INTEGER,           -- the action that began it
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID;

-- Reviews, each with the time of every step; written as they happen.
CREATE TABLE reviews (
    session      INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    review       INTEGER NOT NULL,                 -- seq of its request
    load         INTEGER NOT NULL,
    side         TEXT NOT NULL,
    origin       TEXT NOT NULL CHECK (origin IN ('console', 'operator', 'both')),
    requested_at INTEGER NOT NULL,
    saved_at     INTEGER,                          -- its first clip
    shown_at     INTEGER,                          -- for the first time
    decided_at   INTEGER,                          -- for the last time
    closed_at    INTEGER,                          -- for the first time
    state        TEXT,
    verdict      TEXT,
    decided_by   TEXT CHECK (decided_by IN ('console', 'operator')),
    missing      TEXT,                             -- why it had no clip in time
    PRIMARY KEY (session, review)
) STRICT, WITHOUT ROWID;

CREATE INDEX reviews_by_load ON reviews (session, load);

-- What a later session of a court needs to go on with its bout.
CREATE TABLE snapshots (
    court    TEXT PRIMARY KEY,
    session  INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    snapshot TEXT NOT NULL  -- a JSON object
) STRICT;

CREATE VIEW load_bouts AS
SELECT session, load, bout, at
FROM loads
WHERE id = (SELECT max(id) FROM loads AS later WHERE later.session = loads.session AND later.load = loads.load);

-- The events of bouts, without a scan of the session.
CREATE VIEW bout_events AS
SELECT load_bouts.bout, events.*
FROM load_bouts
JOIN load_ranges ON load_ranges.session = load_bouts.session AND load_ranges.load = load_bouts.load
JOIN events ON events.session = load_ranges.session AND events.load = load_ranges.load
    AND events.seq >= load_ranges.first_seq
    AND events.seq < coalesce((SELECT first_seq FROM load_ranges AS next
                               WHERE next.session = load_ranges.session AND next.load > load_ranges.load
                                 AND next.first_seq IS NOT NULL
                               ORDER BY next.load LIMIT 1), 9223372036854775807)
UNION ALL
SELECT load_bouts.bout, events.*
FROM load_bouts
JOIN late_events ON late_events.session = load_bouts.session AND late_events.load = load_bouts.load
JOIN events ON events.session = late_events.session AND events.seq = late_events.seq;

-- What the query planner cannot know while a database is young: a load is a small part of a session.
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat)
VALUES ('events', 'events', '1000000 50000 1'), ('load_ranges', 'load_ranges', '2000 100 1'),
       ('late_events', 'late_events', '2000 100 2 1'), ('loads', 'loads_by_load', '2000 100 1'),
       ('loads', 'loads_by_bout', '2000 2 2 1'), ('actions', 'actions', '20000 1000 1'),
       ('actions', 'actions_by_load', '20000 1000 10'), ('commands', 'commands', '1000 50 1'),
       ('commands', 'commands_by_load', '1000 50 2'), ('clips', 'clips', '2000 100 1'),
       ('clips', 'clips_by_load', '2000 100 2'), ('reviews', 'reviews', '1000 50 1'),
       ('reviews', 'reviews_by_load', '1000 50 2');

-- What a person wants to read of a bout: ticks of clocks are left out, outcomes are with their actions and commands.
CREATE VIEW timeline AS
SELECT bout, session, load, seq AS event_seq, 0 AS is_action, seq,
       strftime('%Y-%m-%dT%H:%M:%S', at / 1000000, 'unixepoch') || printf('.%06dZ', at % 1000000) AS at,
       iif(kind = 'clip_saved', 'clip', 'event') AS what, kind AS name, fields AS detail,
       NULL AS outcome, NULL AS reason, NULL AS took_us
FROM bout_events
WHERE kind NOT IN ('action_done', 'action_failed', 'command', 'command_ended')
  AND NOT (kind IN ('clock', 'rest', 'injury', 'timeout') AND fields ->> '$.action' IS NULL)
UNION ALL
SELECT load_bouts.bout, actions.session, actions.load, actions.after, 1, actions.seq,
       strftime('%Y-%m-%dT%H:%M:%S', actions.at / 1000000, 'unixepoch') || printf('.%06dZ', actions.at % 1000000),
       'action', actions.action, actions.args, actions.outcome, actions.reason, actions.took_us
FROM load_bouts
JOIN actions ON actions.session = load_bouts.session AND actions.load = load_bouts.load
UNION ALL
SELECT load_bouts.bout, commands.session, commands.load, commands.seq, 0, commands.seq,
       strftime('%Y-%m-%dT%H:%M:%S', commands.at / 1000000, 'unixepoch') || printf('.%06dZ', commands.at % 1000000),
       'event', 'command', json_object('origin', origin, 'by', by, 'command', command, 'args', json(args)),
       outcome, reason, ended_at - commands.at
FROM load_bouts
JOIN commands ON commands.session = load_bouts.session AND commands.load = load_bouts.load;

-- Clips and recordings that know which instants they show.
CREATE VIEW media_files AS
SELECT session, 'clip' AS media, min(seq) AS media_seq, path, begins_at, ends_at
FROM clips
WHERE begins_at IS NOT NULL AND ends_at IS NOT NULL
GROUP BY session, path, begins_at, ends_at
UNION ALL
SELECT session, 'recording', seq, path, begins_at, ends_at
FROM recordings
WHERE begins_at IS NOT NULL AND ends_at IS NOT NULL;

-- Where each event is to be seen, in seconds from the beginning of the file.
CREATE VIEW sightings AS
SELECT events.session, events.load, events.seq,
       strftime('%Y-%m-%dT%H:%M:%S', events.at / 1000000, 'unixepoch') || printf('.%06dZ', events.at % 1000000) AS at,
       events.kind, media_files.media, media_files.media_seq, media_files.path,
       round((events.at - media_files.begins_at) / 1000000.0, 3) AS offset_seconds
FROM media_files
JOIN events ON events.session = media_files.session
    AND events.at BETWEEN media_files.begins_at AND media_files.ends_at;

-- Bouts, with their times as text.
CREATE VIEW bout_list AS
SELECT id, uid, court, number, phase, gender, weight_class, division, blue_name, blue_country, red_name, red_country,
       rounds, winner, result, decision, stage, rehearsal,
       strftime('%Y-%m-%dT%H:%M:%S', loaded_at / 1000000, 'unixepoch') || printf('.%06dZ', loaded_at % 1000000)
           AS loaded_at,
       strftime('%Y-%m-%dT%H:%M:%S', started_at / 1000000, 'unixepoch') || printf('.%06dZ', started_at % 1000000)
           AS started_at,
       strftime('%Y-%m-%dT%H:%M:%S', ended_at / 1000000, 'unixepoch') || printf('.%06dZ', ended_at % 1000000)
           AS ended_at
FROM bouts
WHERE session IN (SELECT id FROM sessions WHERE mode = 'live');

-- Reviews, with their times as text and how long each step took in milliseconds. A review is answered and closed when the
-- console sent it, which is the cause of the derived event.
CREATE VIEW review_list AS
SELECT reviews.session, load_bouts.bout, bouts.number, reviews.review, reviews.side, reviews.origin,
       strftime('%Y-%m-%dT%H:%M:%S', requested_at / 1000000, 'unixepoch') || printf('.%06dZ', requested_at % 1000000)
           AS requested_at,
       strftime('%Y-%m-%dT%H:%M:%S', saved_at / 1000000, 'unixepoch') || printf('.%06dZ', saved_at % 1000000)
           AS saved_at,
       strftime('%Y-%m-%dT%H:%M:%S', shown_at / 1000000, 'unixepoch') || printf('.%06dZ', shown_at % 1000000)
           AS shown_at,
       strftime('%Y-%m-%dT%H:%M:%S', decided_at / 1000000, 'unixepoch') || printf('.%06dZ', decided_at % 1000000)
           AS decided_at,
       strftime('%Y-%m-%dT%H:%M:%S', closed_at / 1000000, 'unixepoch') || printf('.%06dZ', closed_at % 1000000)
           AS closed_at,
       reviews.state, reviews.verdict, reviews.decided_by,
       (saved_at - requested_at + 500) / 1000 AS save_ms,
       (shown_at - saved_at + 500) / 1000 AS show_ms,
       (decided_at - shown_at + 500) / 1000 AS verdict_ms,
       (decided_at - requested_at + 500) / 1000 AS took_ms,
       (SELECT json_group_array(path) FROM clips
        WHERE clips.session = reviews.session AND clips.review = reviews.review) AS clips,
       reviews.missing, coalesce(bouts.rehearsal, 0) AS rehearsal
FROM reviews
LEFT JOIN load_bouts ON load_bouts.session = reviews.session AND load_bouts.load = reviews.load
LEFT JOIN bouts ON bouts.id = load_bouts.bout;

-- What 0.1.0 wrote. An ordinal becomes a load, each of another bout. A time that SQLite cannot read becomes 1970.

INSERT INTO sessions
SELECT id,
       printf('%s-%s-7%s-%s%s-%s', substr(time, 1, 8), substr(time, 9, 4), substr(random, 1, 3),
              substr('89ab', 1 + id % 4, 1), substr(random, 4, 3), substr(random, 7, 12)),
       NULL, court, mode, event_name, capture, vta_version, started_at, ended_at, datagrams, datagrams_lost,
       entries_dropped
FROM (
    SELECT *, printf('%012x', max(started_at, 0) / 1000) AS time, lower(hex(randomblob(9))) AS random
    FROM (
        SELECT id, court, mode, event_name, capture, vta_version,
               coalesce(CAST(strftime('%s', substr(started_at, 1, 19)) AS INTEGER) * 1000000
                        + CAST(substr(started_at, 21, 6) AS INTEGER), 0) AS started_at,
               CAST(strftime('%s', substr(ended_at, 1, 19)) AS INTEGER) * 1000000
               + CAST(substr(ended_at, 21, 6) AS INTEGER) AS ended_at,
               datagrams, datagrams_lost, entries_dropped
        FROM old_sessions
    )
)
ORDER BY id;

INSERT INTO events
SELECT session, seq,
       coalesce(CAST(strftime('%s', substr(at, 1, 19)) AS INTEGER) * 1000000 + CAST(substr(at, 21, 6) AS INTEGER), 0),
       bout, stream, kind, nullif(status, 'ok'), cause, fields, notes, raw
FROM old_events
ORDER BY session, seq;

INSERT INTO late_events
SELECT session, load, seq
FROM (SELECT session, load, seq, max(load) OVER (PARTITION BY session ORDER BY seq) AS latest FROM events)
WHERE load < latest;

INSERT INTO load_ranges
SELECT session, load,
       (SELECT seq FROM events AS first
        WHERE first.session = ranges.session AND first.seq = ranges.first
          AND NOT EXISTS (SELECT 1 FROM late_events AS late
                          WHERE late.session = first.session AND late.load = first.load AND late.seq = first.seq)),
       events,
       (SELECT at FROM events AS last WHERE last.session = ranges.session AND last.seq = ranges.last)
FROM (SELECT session, load, min(seq) AS first, count(*) AS events, max(seq) AS last
      FROM events GROUP BY session, load) AS ranges;

INSERT INTO load_states (session, load, has_begun, loaded_at, started_at, ended_at, state)
SELECT session, ordinal, started_at IS NOT NULL OR stage NOT IN ('idle', 'loaded', 'ready'),
       CAST(strftime('%s', substr(loaded_at, 1, 19)) AS INTEGER) * 1000000 + CAST(substr(loaded_at, 21, 6) AS INTEGER),
       CAST(strftime('%s', substr(started_at, 1, 19)) AS INTEGER) * 1000000 + CAST(substr(started_at, 21, 6) AS INTEGER),
       CAST(strftime('%s', substr(ended_at, 1, 19)) AS INTEGER) * 1000000 + CAST(substr(ended_at, 21, 6) AS INTEGER),
       json_set(json_remove(state, '$.ordinal'), '$.load', ordinal)
FROM old_bouts;

INSERT INTO bouts (uid, court, session, load, number, phase, gender, weight_class, division, internal_id,
                   blue_name, blue_short_name, blue_country, red_name, red_short_name, red_country, rounds,
                   blue_requests_left, red_requests_left, winner, result, decision, stage, rehearsal, loaded_at, started_at, ended_at)
SELECT sessions.uuid || ':' || load, court, session, load, number, phase, gender,
       weight_class, division, internal_id, blue_name, blue_short_name, blue_country, red_name, red_short_name,
       red_country, rounds, blue_requests_left, red_requests_left, winner, result, decision, stage, rehearsal, loaded_at,
       load_states.started_at,
       load_states.ended_at
FROM load_states
JOIN sessions ON sessions.id = load_states.session
ORDER BY session, load;

INSERT INTO loads (session, load, bout, at)
SELECT session, load, bouts.id, coalesce(loaded_at, bouts.started_at, sessions.started_at)
FROM bouts
JOIN sessions ON sessions.id = bouts.session
ORDER BY session, load;

-- An action that follows from an event at once comes next to it; one of a timer, after what happened in the meantime.
INSERT INTO actions
SELECT session, seq, at, bout,
       iif(at = (SELECT events.at FROM events WHERE events.session = old.session AND events.seq = old.cause), old.cause,
           coalesce((SELECT events.seq - 1 FROM events
                     WHERE events.session = old.session AND events.seq > old.cause AND events.at > old.at
                     ORDER BY events.seq LIMIT 1),
                    (SELECT max(events.seq) FROM events WHERE events.session = old.session), old.cause)),
       rule, cause, action, args, outcome, reason, took_us
FROM (
    SELECT session, seq,
           coalesce(CAST(strftime('%s', substr(at, 1, 19)) AS INTEGER) * 1000000
                    + CAST(substr(at, 21, 6) AS INTEGER), 0) AS at,
           bout, rule, cause, action, args, outcome, reason, took_us
    FROM old_actions
) AS old;

INSERT INTO clips
SELECT session, seq,
       coalesce(CAST(strftime('%s', substr(at, 1, 19)) AS INTEGER) * 1000000 + CAST(substr(at, 21, 6) AS INTEGER), 0),
       bout, review, instance, path, reason, action_seq, taken_from,
       CAST(strftime('%s', substr(begins_at, 1, 19)) AS INTEGER) * 1000000 + CAST(substr(begins_at, 21, 6) AS INTEGER),
       CAST(strftime('%s', substr(ends_at, 1, 19)) AS INTEGER) * 1000000 + CAST(substr(ends_at, 21, 6) AS INTEGER),
       note
FROM old_clips;

INSERT INTO recordings
SELECT session, seq,
       coalesce(CAST(strftime('%s', substr(at, 1, 19)) AS INTEGER) * 1000000 + CAST(substr(at, 21, 6) AS INTEGER), 0),
       bout, instance, path,
       CAST(strftime('%s', substr(begins_at, 1, 19)) AS INTEGER) * 1000000 + CAST(substr(begins_at, 21, 6) AS INTEGER),
       CAST(strftime('%s', substr(ends_at, 1, 19)) AS INTEGER) * 1000000 + CAST(substr(ends_at, 21, 6) AS INTEGER),
       action_seq
FROM old_recordings;

CREATE TABLE review_steps AS
SELECT session, iif(kind = 'review_opened', cause, fields ->> '$.review') AS review, kind, seq, at, load, cause, fields
FROM events
WHERE kind IN ('review_opened', 'clip_shown', 'review_decided', 'review_closed', 'clip_missing');

CREATE INDEX review_steps_by_review ON review_steps (session, review, kind, seq);

INSERT INTO reviews
SELECT session, review, load, fields ->> '$.side', 'console', at, saved_at,
       (SELECT shown.at FROM review_steps AS shown
        WHERE shown.session = opened.session AND shown.review = opened.review AND shown.kind = 'clip_shown'
        ORDER BY shown.seq LIMIT 1),
       (SELECT coalesce(answer.at, decided.at) FROM review_steps AS decided
        LEFT JOIN events AS answer ON answer.session = decided.session AND answer.seq = decided.cause
        WHERE decided.session = opened.session AND decided.review = opened.review AND decided.kind = 'review_decided'
        ORDER BY decided.seq DESC LIMIT 1),
       (SELECT coalesce(message.at, closed.at) FROM review_steps AS closed
        LEFT JOIN events AS message ON message.session = closed.session AND message.seq = closed.cause
        WHERE closed.session = opened.session AND closed.review = opened.review AND closed.kind = 'review_closed'
        ORDER BY closed.seq LIMIT 1),
       (SELECT decided.fields ->> '$.state' FROM review_steps AS decided
        WHERE decided.session = opened.session AND decided.review = opened.review AND decided.kind = 'review_decided'
        ORDER BY decided.seq DESC LIMIT 1),
       (SELECT decided.fields ->> '$.verdict' FROM review_steps AS decided
        WHERE decided.session = opened.session AND decided.review = opened.review AND decided.kind = 'review_decided'
        ORDER BY decided.seq DESC LIMIT 1),
       (SELECT 'console' FROM review_steps AS decided
        WHERE decided.session = opened.session AND decided.review = opened.review AND decided.kind = 'review_decided'
        LIMIT 1),
       iif(saved_at IS NULL,
           (SELECT missing.fields ->> '$.reason' FROM review_steps AS missing
            WHERE missing.session = opened.session AND missing.review = opened.review AND missing.kind = 'clip_missing'
            ORDER BY missing.seq LIMIT 1),
           NULL)
FROM (
    SELECT *,
           (SELECT clips.at FROM clips WHERE clips.session = review_steps.session AND clips.review = review_steps.review
            ORDER BY clips.seq LIMIT 1) AS saved_at
    FROM review_steps
    WHERE kind = 'review_opened' AND review IS NOT NULL
) AS opened
GROUP BY session, review;

DROP TABLE review_steps;
DROP TABLE old_events;
DROP TABLE old_actions;
DROP TABLE old_clips;
DROP TABLE old_recordings;
DROP TABLE old_bouts;
DROP TABLE old_sessions;
