-- name: columns
SELECT b.number, b.identity, b.key_id, b.state, s.frame, e.at, e.who, e.order_number, e.order_text,
d.action, d.at, d.who, d.note;

-- name: with_entries
AS b JOIN entries AS e ON e.number = b.number
JOIN entries AS s ON s.number = b.signed LEFT JOIN entries AS d ON d.number = b.decided;

-- Whether a bundle is active, may be so again, or what replaces it has not started on a day. The state is written so
-- that no engine takes its index: it would go through all that are active.
-- name: counts
(b.state IN ('active', 'suspended') OR b.state = 'replaced' AND b.ends >= ?
AND EXISTS (SELECT 1 FROM bundles AS o WHERE o.serial = b.serial AND o.part = b.part AND o.state || '' = 'active')
AND NOT EXISTS (SELECT 1 FROM bundles AS o WHERE o.serial = b.serial AND o.part = b.part
AND o.state IN ('active', 'replaced') AND (o.starts IS NULL OR o.starts <= ?)
AND (o.use < b.use OR o.use = b.use AND o.sequence > b.sequence)));

-- The serials that replace one.
-- name: replacing
SELECT DISTINCT b.serial FROM replacements AS r JOIN bundles AS b ON b.number = r.number
WHERE r.serial = ? AND b.state || '' <> 'void';

-- name: count_of_key
SELECT count(*) FROM bundles WHERE key_id = ? AND state = 'active';

-- name: last
SELECT coalesce(max(sequence), 0) FROM bundles WHERE serial = ? AND part = ? AND use = ?;

-- Whether a bundle was issued after an entry, and not only absorbed.
-- name: since
SELECT 1 FROM bundles AS b JOIN entries AS e ON e.number = b.number
WHERE b.serial = ? AND b.part = ? AND b.use = ? AND b.number > ? AND e.action <> 'absorb' LIMIT 1;

-- name: revoked
SELECT DISTINCT serial, company_key FROM bundles WHERE state IN ('suspended', 'revoked', 'void');

-- name: select
{columns} FROM bundles {with_entries};

-- A serial after the other, and whether each bundle counts.
-- name: by_serial
{columns}, {counts} FROM bundles {with_entries} ORDER BY b.serial, b.part, b.use DESC, b.sequence;

-- name: of_key
SELECT b.number FROM bundles AS b WHERE b.key_id = ? AND {counts} ORDER BY b.issued, b.number;

-- name: counting
SELECT b.number FROM bundles AS b WHERE b.number IN ({those}) AND {counts};

-- What `reissue` has signed last, with a note.
-- name: signed_again
{select} WHERE s.action = 'reissue' AND s.note = ? AND b.state IN ('active', 'replaced') ORDER BY b.number;

-- name: dated_after
{select} WHERE b.issued > ? AND b.state IN ('active', 'replaced') ORDER BY b.number;
