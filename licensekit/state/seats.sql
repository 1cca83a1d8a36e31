-- How seats are taken, renewed and freed, for `licensekit/state/seats.py`: each is one short statement.

-- One time for the whole statement.
-- name: time
WITH time (now) AS (SELECT COALESCE(server_now(), ?));

-- A newer program may have brought the database to a schema that this one may not change.
-- name: our_schema
(SELECT writer FROM licensekit_schema WHERE kind = 'installation') <= ?;

-- Of what is still held beyond the count, after a reduction, nothing is given out again below it: then only as many of
-- the lowest free seats are given as are missing from the count. All who ask at the same moment want the same rows, so
-- that together they cannot take more.
-- name: free_seat
license = ? AND expires <= (SELECT now FROM time) AND seat < CASE
    WHEN EXISTS (SELECT 1 FROM leases WHERE license = ? AND seat >= ? AND expires > (SELECT now FROM time))
    THEN COALESCE((
        SELECT seat FROM leases WHERE license = ? AND seat < ? AND expires <= (SELECT now FROM time)
        ORDER BY seat LIMIT 1 OFFSET (
            SELECT CASE WHEN count(*) < ? THEN ? - count(*) ELSE 0 END FROM leases
            WHERE license = ? AND (seat < ? OR seat >= ?) AND expires > (SELECT now FROM time)
        )
    ), ?)
    ELSE ?
END;

-- name: take
{time} UPDATE leases SET
    id = ?, holder = ?, borrowed = 0, taken = (SELECT now FROM time), expires = (SELECT now FROM time) + ?
WHERE license = ? AND expires <= (SELECT now FROM time) AND seat = (
    SELECT seat FROM leases WHERE {free_seat}
    AND seat >= (SELECT max(seat) FROM leases WHERE license = ?) * ? / 65536
    ORDER BY seat LIMIT 1
) AND {our_schema} RETURNING seat, taken, expires;

-- name: room
{time} SELECT (SELECT max(seat) FROM leases WHERE license = ?), count(*) FROM leases WHERE {free_seat};

-- name: grow
INSERT INTO leases (license, seat, id, holder, taken, expires, borrowed) VALUES (?, ?, '', '', 0, 0, 0)
ON CONFLICT (license, seat) DO NOTHING;

-- name: renew
UPDATE leases SET expires = CASE WHEN expires > ? THEN expires ELSE ? END
WHERE license = ? AND seat = ? AND id = ? AND expires > ?;

-- A server that crashed may hold a seat that was freed just then: until its lease expires.
-- name: free
UPDATE leases SET id = '', holder = '', expires = 0
WHERE license = ? AND seat = ? AND id = ? AND may_be_lost() AND {our_schema} RETURNING seat;

-- name: borrow
UPDATE leases SET expires = ?, borrowed = 1 WHERE license = ? AND seat = ? AND id = ? AND expires > ?;

-- name: held
SELECT id, license, seat, holder, taken, expires, borrowed FROM leases WHERE expires > ?
ORDER BY license, taken, holder, seat;

-- name: held_of_license
SELECT id FROM leases WHERE license = ? AND expires > ?;

-- name: newest_holders
SELECT holder FROM leases WHERE license = ? AND expires > ? ORDER BY taken DESC, seat DESC LIMIT ?;
