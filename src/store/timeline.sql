-- What a person wants to read of the bout ?1 in the sessions ?2 (a JSON array): ticks of clocks are left out, outcomes are
-- with their actions.
WITH lines AS MATERIALIZED (
    SELECT session, seq AS event_seq, 0 AS is_action, seq, at, iif(kind = 'clip_saved', 'clip', 'event') AS what,
           kind AS name, fields AS detail, NULL AS outcome, NULL AS reason, NULL AS took_us
    FROM bout_events
    WHERE bout = ?1 AND session IN (SELECT value FROM json_each(?2))
      AND kind NOT IN ('action_done', 'action_failed')
      AND NOT (kind IN ('clock', 'rest', 'injury', 'timeout') AND fields ->> '$.action' IS NULL)
    UNION ALL
    SELECT session, after, 1, seq, at, 'action', action, args, outcome, reason, took_us
    FROM bout_actions
    WHERE bout = ?1 AND session IN (SELECT value FROM json_each(?2))
),
seen AS (
    SELECT lines.session, lines.seq,
           json_group_array(json_object(
               'media', media, 'media_seq', media_seq,
               'offset_seconds', round((lines.at - begins_at) / 1000000.0, 3))) AS sightings
    FROM lines
    JOIN media_files ON media_files.session = lines.session AND lines.at BETWEEN begins_at AND ends_at
    WHERE NOT is_action
    GROUP BY lines.session, lines.seq
)
SELECT at, what, lines.seq, name, detail, outcome, reason, took_us, sightings
FROM lines
LEFT JOIN seen ON seen.session = lines.session AND seen.seq = lines.seq AND NOT is_action
ORDER BY lines.session, event_seq, is_action, lines.seq
