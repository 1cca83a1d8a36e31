-- Statements for assignments, for `licensekit/state/slots.py`. `{kind}` is `user` or `site`, and `{more}` stands for
-- more marks.

-- The slot of a row `l`; NULL if another holder has the same slot.
-- name: slot
CASE WHEN EXISTS (
    SELECT 1 FROM {kind}_licenses o WHERE o.license = l.license AND o.slot = l.slot AND o.{kind}_id <> l.{kind}_id
) THEN NULL ELSE l.slot END;

-- name: assign
INSERT INTO {kind}_licenses ({kind}_id, license, slot, since) VALUES (?, ?, ?, ?);

-- name: release
DELETE FROM {kind}_licenses WHERE {kind}_id = ? AND license = ?;

-- name: slots_of
SELECT slot FROM {kind}_licenses WHERE license = ? AND {kind}_id IN (?{more});

-- name: occupied
SELECT slot FROM {kind}_licenses WHERE license = ? AND slot IN (?{more});

-- name: move
UPDATE {kind}_licenses SET slot = ? WHERE {kind}_id = ? AND license = ?;

-- name: held
SELECT license FROM {kind}_licenses WHERE {kind}_id = ? AND license <> '';

-- name: holders
SELECT {kind}_id, slot FROM {kind}_licenses WHERE license = ?;

-- name: last
{holders} AND slot BETWEEN 1 AND ? ORDER BY slot DESC, {kind}_id LIMIT ?;

-- The day since which a holder has had any of some licenses.
-- name: since
SELECT {kind}_id, min(since) FROM {kind}_licenses WHERE license IN (?{more}) AND {kind}_id IN ({ids}) GROUP BY {kind}_id;

-- name: held_beside
SELECT h.id, h.name, l.license, l.slot FROM {kind}_licenses l JOIN {kind}s h ON h.id = l.{kind}_id
WHERE h.id IN (SELECT {kind}_id FROM {kind}_licenses WHERE license IN (?{more})) ORDER BY h.id, l.license;

-- Uses the index to jump from license to license, so the time does not depend on the number of rows.
-- name: highest
WITH RECURSIVE codes (license) AS (
    SELECT min(license) FROM {kind}_licenses UNION ALL
    SELECT (SELECT min(license) FROM {kind}_licenses WHERE license > codes.license)
    FROM codes WHERE codes.license IS NOT NULL
) SELECT license, (
    SELECT max(slot) FROM {kind}_licenses l WHERE l.license = codes.license AND slot BETWEEN 1 AND ?
) FROM codes WHERE license IS NOT NULL;

-- name: numbers
SELECT license, count(*), count(DISTINCT slot), min(slot), max(slot),
    count((SELECT id FROM {kind}s h WHERE h.id = {kind}_id))
FROM {kind}_licenses GROUP BY license ORDER BY license;

-- name: staged_slots
SELECT slot FROM user_licenses WHERE license = ?
AND user_id IN (SELECT user_id FROM staged_licenses WHERE run = ? AND license = ? AND change = -1);

-- name: release_staged
DELETE FROM user_licenses WHERE license = ?
AND user_id IN (SELECT user_id FROM staged_licenses WHERE run = ? AND license = ? AND change = -1);

-- name: first_staged
SELECT user_id FROM staged_licenses WHERE run = ? AND license = ? AND change = 1 AND place <= ? ORDER BY place;

-- name: assign_staged
INSERT INTO user_licenses (user_id, license, slot, since)
SELECT user_id, license, place + ?, ? FROM staged_licenses WHERE run = ? AND license = ? AND change = 1 AND place > ?;
