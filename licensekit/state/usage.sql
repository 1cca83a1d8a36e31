-- Statements for the use of meters, and for sightings of users, for `licensekit/state/usage.py`.

-- name: used
SELECT used FROM meters WHERE license = ? AND period = ?;

-- name: reserve
INSERT INTO meters (license, period, used) VALUES (?, ?, ?)
ON CONFLICT (license, period) DO UPDATE SET used = meters.used + excluded.used WHERE meters.used <= ?;

-- name: give_back
UPDATE meters SET used = used - ? WHERE license = ? AND period = ? AND used >= ?;

-- A stored day in the future came from a wrong clock and is replaced.
-- name: keep
UPDATE users SET last_seen = ? WHERE id = ? AND last_seen NOT BETWEEN ? AND ?;

-- name: begin
UPDATE installation SET told_since = ? WHERE told_since IS NULL OR told_since > ?;

-- name: seen_since
SELECT 1 FROM users u WHERE u.held_since IS NOT NULL AND u.last_seen >= ? LIMIT 1;

-- A user `u` who holds a license but cannot log in.
-- name: no_login
u.can_log_in = 0 AND u.held_since IS NOT NULL;

-- A user `u` who already held a license before a day, and was last seen before a day, or never.
-- name: idle
u.held_since IS NOT NULL AND u.held_since < ? AND u.last_seen BETWEEN 0 AND ? - 1;

-- name: never_seen
u.held_since IS NOT NULL AND u.held_since < ? AND u.last_seen = -1;
