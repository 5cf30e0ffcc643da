-- The state of a bout, and what is read from it. That of a load that has not begun takes no other's place.
INSERT INTO bouts (uid, session, court, has_begun, state, number, phase, gender, weight_class, division, internal_id,
                   blue_name, blue_short_name, blue_country, red_name, red_short_name, red_country, rounds, winner,
                   result, decision, stage, loaded_at, started_at, ended_at)
SELECT ?1, id, court, ?3, ?4,
       ?4 ->> '$.config.number', ?4 ->> '$.config.phase', ?4 ->> '$.config.gender', ?4 ->> '$.config.weight_class',
       ?4 ->> '$.config.division', ?4 ->> '$.config.internal_id',
       coalesce(?4 ->> '$.blue.athlete.long_name', ?4 ->> '$.blue.athlete.short_name'),
       ?4 ->> '$.blue.athlete.short_name', ?4 ->> '$.blue.athlete.country',
       coalesce(?4 ->> '$.red.athlete.long_name', ?4 ->> '$.red.athlete.short_name'),
       ?4 ->> '$.red.athlete.short_name', ?4 ->> '$.red.athlete.country',
       ?4 -> '$.rounds', ?4 ->> '$.winner', ?4 ->> '$.result.result', ?4 ->> '$.result.decision', ?4 ->> '$.stage',
       ?5, ?6, ?7
FROM sessions WHERE id = ?2
ON CONFLICT (uid) DO UPDATE
SET has_begun = excluded.has_begun, state = excluded.state, number = excluded.number, phase = excluded.phase,
    gender = excluded.gender, weight_class = excluded.weight_class, division = excluded.division,
    internal_id = excluded.internal_id, blue_name = excluded.blue_name, blue_short_name = excluded.blue_short_name,
    blue_country = excluded.blue_country, red_name = excluded.red_name, red_short_name = excluded.red_short_name,
    red_country = excluded.red_country, rounds = excluded.rounds, winner = excluded.winner, result = excluded.result,
    decision = excluded.decision, stage = excluded.stage, loaded_at = excluded.loaded_at,
    started_at = excluded.started_at, ended_at = excluded.ended_at
WHERE excluded.has_begun OR NOT bouts.has_begun
