-- Statements for the audit log, the journal and the people behind pseudonyms, for `licensekit/state/logs.py`.

-- name: audit_head
SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1;

-- name: audit_behind
SELECT hash, entry FROM audit WHERE number >= ? ORDER BY number;

-- name: append
INSERT INTO audit (number, entry, hash) VALUES (?, ?, ?);

-- name: append_marks
INSERT INTO audit_marks (mark, number) VALUES (?, ?);

-- name: journal
SELECT number, entry, hash, signature FROM journal WHERE number >= ? ORDER BY number;

-- name: journal_head
SELECT number, hash, (SELECT count(*) FROM journal) FROM journal ORDER BY number DESC LIMIT 1;

-- name: returned
SELECT identity FROM bundles WHERE receipt IS NOT NULL;

-- name: enter
INSERT INTO journal (number, entry, hash, signature) VALUES (?, ?, ?, ?);

-- name: cut
DELETE FROM journal WHERE number NOT BETWEEN 1 AND ?;

-- name: sign_head
UPDATE installation SET head = ?, observed = ?, signature = ?;

-- name: names
SELECT pseudonym, written FROM people WHERE pseudonym IN (?{more});

-- name: pseudonym
SELECT pseudonym FROM people WHERE id = ?;

-- name: add_person
INSERT INTO people (pseudonym, id, written) VALUES (?, ?, ?);

-- The ids of people in every spelling that is stored.
-- name: written
SELECT holder FROM leases UNION SELECT ended_by FROM leases UNION SELECT started_by FROM events
UNION SELECT ended_by FROM events WHERE ended_by IS NOT NULL;

-- The statements that erase a person.
-- name: erase starts
UPDATE events SET started_by = '' WHERE started_by = ?;

-- name: erase ends
UPDATE events SET ended_by = '' WHERE ended_by = ?;

-- name: erase leases
UPDATE leases SET id = '', holder = '', until = 0, borrowed = 0, ended_id = id, ended_why = 'ended', ended_by = ''
WHERE holder = ?;

-- name: erase ends of leases
UPDATE leases SET ended_by = '' WHERE ended_by = ?;

-- name: erase events
DELETE FROM events WHERE scope = 'user' AND subject = ?;

-- name: erase words
DELETE FROM user_words WHERE user_id = ?;

-- name: erase user
DELETE FROM users WHERE id = ?;

-- name: erase staged user
DELETE FROM staged_users WHERE user_id = ?;

-- name: erase staged licenses
DELETE FROM staged_licenses WHERE user_id = ?;

-- name: erase name
DELETE FROM people WHERE id = ?;
