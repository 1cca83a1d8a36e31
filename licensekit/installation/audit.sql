-- Entries of the audit log, for `licensekit/installation/audit.py`.

-- name: every
SELECT number, entry, hash FROM audit ORDER BY number;

-- The first entries, from either end, between two numbers that have a mark of each set.
-- name: page
SELECT a.number, a.entry, a.hash FROM audit a WHERE a.number > ? AND a.number < ? {sets}
ORDER BY a.number{way} LIMIT ?;

-- name: set
AND a.number IN (
    SELECT DISTINCT number FROM audit_marks WHERE mark IN (?{more}) AND number > ? AND number < ?
    ORDER BY number{way} LIMIT ?
);

-- The number before the first entry on or after a day, and the number after the last entry on or before a day.
-- name: since
SELECT number - 1 FROM audit_marks WHERE mark >= ? AND mark < ? ORDER BY mark, number LIMIT 1;

-- name: until
SELECT number + 1 FROM audit_marks WHERE mark >= ? AND mark < ? ORDER BY mark DESC, number DESC LIMIT 1;
