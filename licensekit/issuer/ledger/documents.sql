-- A cross join keeps SQLite from going through the entries, of which there may be a million.
-- name: select
SELECT e.type, e.frame FROM documents AS d CROSS JOIN entries AS e WHERE e.number = d.number;

-- name: every
{select} AND d.type = ? ORDER BY d.number;

-- name: newest
{select} AND d.type <> 'root' AND d.number IN (SELECT max(number) FROM documents GROUP BY type, issuer)
ORDER BY d.number;

-- name: last
{select} AND d.type = ? AND d.issuer = ? ORDER BY d.number DESC LIMIT 1;

-- name: numbered
{select} AND d.type = ? AND d.issuer = ? AND d.version = ? ORDER BY d.number DESC LIMIT 1;

-- name: newest_number
SELECT coalesce(max(number), 0) FROM documents;

-- name: reinstating
SELECT d.version FROM documents AS d JOIN entries AS e ON e.number = d.number
WHERE d.type = 'revocations' AND d.issuer = ? AND d.version > ? AND e.action = 'reinstate';

-- name: fact
SELECT value FROM facts WHERE name = ?;

-- name: put_fact
INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value;
