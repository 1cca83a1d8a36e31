-- name: put
INSERT INTO bundles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, NULL, ?, 1, 1)
ON CONFLICT (identity) DO UPDATE SET signed = excluded.signed, key_id = excluded.key_id;

-- name: put_replaced
INSERT INTO replacements SELECT number, ? FROM bundles WHERE identity = ? ON CONFLICT DO NOTHING;

-- name: put_setting
INSERT INTO sold_settings SELECT number, ? FROM bundles WHERE identity = ? ON CONFLICT DO NOTHING;

-- name: put_document
INSERT INTO documents VALUES (?, ?, ?, ?);

-- name: there
SELECT DISTINCT serial FROM bundles WHERE serial IN ({serials});

-- name: linked
SELECT serial FROM replacements WHERE serial IN ({serials}) UNION SELECT b.serial FROM replacements AS r
JOIN bundles AS b ON b.number = r.number WHERE b.serial IN ({serials});

-- name: decide
UPDATE bundles SET state = ?, decided = ?, lapses = 0 WHERE number = ?;

-- An order whose bundle is void may be issued again.
-- name: free_orders
UPDATE bundles SET claims = NULL WHERE state = 'void' AND decided = ?;

-- name: revoke
UPDATE bundles SET state = 'revoked', decided = ?, lapses = 0 WHERE state IN ('active', 'replaced');

-- name: revoke_bundle
{revoke} AND identity = ?;

-- name: revoke_serial
{revoke} AND serial = ?;

-- name: revoke_below
{revoke} AND serial = ? AND part = ? AND use = ? AND sequence < ?;

-- name: revoked
SELECT serial FROM bundles WHERE state = 'revoked' AND decided = ?;

-- name: settle
UPDATE bundles SET state = ?, lapses = ? WHERE number = ?;
