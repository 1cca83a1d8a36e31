-- Statements for a new installation and its newest journal entry, for `licensekit/state/home.py`.

-- name: establish
INSERT INTO installation (one, seed, secret, observations, head, observed, signature) VALUES (1, ?, ?, ?, 0, ?, ?);

-- name: journal_head
SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1;
