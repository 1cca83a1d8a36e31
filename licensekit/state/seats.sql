-- Statements for seats, for `licensekit/state/seats.py`. Each is short and waits for no lock except that of its row.

-- One time for the whole statement; only the ends of borrowed seats are compared with it.
-- name: time
WITH time (now) AS (SELECT COALESCE(server_now(), ?));

-- False if a newer program has migrated the database to a schema that this one may not change.
-- name: our_schema
(SELECT writer FROM licensekit_schema WHERE kind = 'installation') <= ?;

-- name: is_free
(id = '' OR (borrowed = 1 AND until <= (SELECT now FROM time)));

-- name: is_held
(id <> '' AND (borrowed = 0 OR until > (SELECT now FROM time)));

-- After a reduction, seats beyond the count may still be held. Then only as many of the lowest free seats may be taken
-- as are missing from the count. All who ask at the same moment want these same rows, so together they cannot take
-- more.
-- name: free_seat
license = ? AND {is_free} AND seat < CASE
    WHEN EXISTS (SELECT 1 FROM leases WHERE license = ? AND seat >= ? AND {is_held})
    THEN COALESCE((
        SELECT seat FROM leases WHERE license = ? AND seat < ? AND {is_free}
        ORDER BY seat LIMIT 1 OFFSET (
            SELECT CASE WHEN count(*) < ? THEN ? - count(*) ELSE 0 END FROM leases
            WHERE license = ? AND (seat < ? OR seat >= ?) AND {is_held}
        )
    ), ?)
    ELSE ?
END;

-- name: take
{time} UPDATE leases SET
    id = ?, holder = ?, ttl = ?, beat = beat + 1, taken = (SELECT now FROM time), until = 0, borrowed = 0
WHERE license = ? AND {is_free} AND seat = (
    SELECT seat FROM leases WHERE {free_seat}
    AND seat >= (SELECT max(seat) FROM leases WHERE license = ?) * ? / 65536
    ORDER BY seat LIMIT 1
) AND {our_schema} RETURNING seat, taken;

-- name: room
{time} SELECT (SELECT max(seat) FROM leases WHERE license = ?), count(*) FROM leases WHERE {free_seat};

-- name: grow
INSERT INTO leases (license, seat, id, holder, ttl, beat, taken, until, borrowed, ended_id, ended_why, ended_by)
WITH RECURSIVE numbers (seat) AS (SELECT ? UNION ALL SELECT seat + 1 FROM numbers WHERE seat + 1 < ?)
SELECT ?, seat, '', '', 0, 0, 0, 0, 0, '', '', '' FROM numbers WHERE {our_schema}
ON CONFLICT (license, seat) DO NOTHING RETURNING seat;

-- Durable, because a beat that the server loses would look like one that was never renewed.
-- name: renew
{time} UPDATE leases SET beat = beat + 1 WHERE license = ? AND seat = ? AND id = ? AND {is_held} AND {our_schema}
RETURNING seat;

-- name: end
UPDATE leases SET id = '', holder = '', until = 0, borrowed = 0, ended_id = id, ended_why = ?, ended_by = ?
WHERE license = ? AND seat = ? AND id = ?;

-- After a crash of the server, a seat that was just freed may still be held, until others see that its beat stands
-- still.
-- name: free
{end} AND may_be_lost() AND {our_schema} RETURNING seat;

-- name: free_silent
{end} AND beat = ? AND {our_schema} RETURNING seat;

-- name: borrow
{time} UPDATE leases SET until = ?, borrowed = 1, beat = beat + 1
WHERE license = ? AND seat = ? AND id = ? AND {is_held} RETURNING seat;

-- name: held
{time} SELECT id, license, seat, holder, taken, ttl, CASE WHEN borrowed = 1 THEN until END FROM leases WHERE {is_held}
ORDER BY license, taken, holder, seat;

-- name: beats
SELECT id, license, seat, ttl, beat FROM leases WHERE ttl < ? AND id <> '' AND borrowed = 0;

-- name: held_of_license
{time} SELECT id FROM leases WHERE license = ? AND {is_held};

-- name: why_ended
SELECT ended_why, ended_by FROM leases WHERE license = ? AND seat = ? AND ended_id = ?;

-- name: newest_holders
{time} SELECT holder FROM leases WHERE license = ? AND {is_held} ORDER BY taken DESC, seat DESC LIMIT ?;
