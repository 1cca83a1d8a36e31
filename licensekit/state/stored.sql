-- Statements for the contents of an installation besides its logs, for `licensekit/state/stored.py`.

-- name: installation
SELECT told_since, seed, secret, pack, observations, head, observed, signature FROM installation;

-- name: audited
SELECT hash FROM audit WHERE number = ?;

-- name: store
INSERT INTO bundles (identity, frame) VALUES (?, ?) ON CONFLICT (identity) DO UPDATE SET frame = excluded.frame;

-- name: bundles
SELECT identity, frame FROM bundles;

-- name: trust
SELECT type, frame FROM trust_documents ORDER BY place;

-- name: seats_in_use
SELECT license, count(*) FROM leases WHERE id <> '' AND (borrowed = 0 OR until > COALESCE(server_now(), ?))
GROUP BY license;

-- name: events
SELECT number, kind, scope, subject, message, expected_end, started, started_by, ended, ended_by FROM events;

-- name: events_in_force
{events} WHERE ended IS NULL ORDER BY number;

-- name: events_ever
{events} ORDER BY number;

-- name: forget_trust
DELETE FROM trust_documents;

-- name: add_trust
INSERT INTO trust_documents (place, type, frame) VALUES (?, ?, ?);
