-- Statements for system events, for `licensekit/installation/events.py`.

-- name: start
INSERT INTO events (number, kind, scope, subject, message, expected_end, started, started_by)
VALUES ((SELECT coalesce(max(number), 0) + 1 FROM events), ?, ?, ?, ?, ?, ?, ?) RETURNING number;

-- name: end
UPDATE events SET ended = ?, ended_by = ? WHERE number = ? AND ended IS NULL;
