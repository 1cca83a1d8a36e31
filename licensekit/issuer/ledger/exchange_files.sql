-- name: put
INSERT INTO exchange_files (number, type, identity, installation, serial, bundle, issued, head, follows)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: put_stated
INSERT INTO stated (number, code, issuer, license, in_use) VALUES (?, ?, ?, ?, ?);

-- What an installation has signed, and what that follows on.
-- name: history
SELECT head, follows FROM exchange_files WHERE installation = ?;

-- name: resets
SELECT e.frame FROM exchange_files AS f JOIN entries AS e ON e.request = f.identity
WHERE f.installation = ? AND f.type = 'request' AND e.type = 'reset';

-- name: number
SELECT number FROM exchange_files WHERE identity = ? AND installation = ?;

-- name: receipt
SELECT number FROM exchange_files WHERE bundle = ?;

-- name: latest_statement
SELECT f.installation, e.frame FROM exchange_files AS f JOIN entries AS e ON e.number = f.number
WHERE f.serial = ? AND f.type = 'statement' ORDER BY f.issued DESC, f.number DESC LIMIT 1;

-- name: last
SELECT e.type, e.frame FROM exchange_files AS f JOIN entries AS e ON e.number = f.number
WHERE f.installation = ? ORDER BY f.issued DESC, f.number DESC LIMIT 1;

-- name: of_serial
SELECT DISTINCT installation FROM exchange_files WHERE serial = ?;

-- name: stating_serials
SELECT DISTINCT serial FROM exchange_files WHERE type = 'statement' ORDER BY serial;

-- How many installations have stated something for a serial, and returned nothing.
-- name: stating
SELECT count(DISTINCT installation) FROM exchange_files WHERE serial = ? AND type = 'statement'
AND installation NOT IN (SELECT r.installation FROM exchange_files AS r
JOIN bundles AS b ON b.identity = r.bundle WHERE b.serial = ?);
