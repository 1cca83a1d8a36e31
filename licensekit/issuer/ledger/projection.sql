-- name: put
INSERT INTO bundles (
    number, identity, signed, key_id, serial, part, sequence, company, company_key, use, issued,
    starts, expiry, ends, maintenance, claims, state, lapses, decided, terms, is_sale, held
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, NULL, ?, 1, 1)
ON CONFLICT (identity) DO UPDATE SET signed = excluded.signed, key_id = excluded.key_id;

-- name: put_replaced
INSERT INTO replacements (number, serial) SELECT number, ? FROM bundles WHERE identity = ? ON CONFLICT DO NOTHING;

-- name: put_setting
INSERT INTO sold_settings (number, setting) SELECT number, ? FROM bundles WHERE identity = ? ON CONFLICT DO NOTHING;

-- name: put_document
INSERT INTO documents (number, type, issuer, version) VALUES (?, ?, ?, ?);

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

-- What every entry did, by the terms of a bundle and the day: sold as new; changed, more or fewer; renewed;
-- taken back; and `net`, by how many more are in force from that day on. 86400 seconds are a day.
-- name: done
SELECT number, serial, terms, issued / 86400 AS day, is_sale AS new, 1 - is_sale AS changed, 0 AS renewed,
    0 AS taken, CASE WHEN starts > issued / 86400 OR ends < issued / 86400 THEN 0 ELSE 1 END AS net
    FROM bundles AS b WHERE {which}
UNION ALL SELECT number, serial, terms, starts, 0, 0, 0, 0, 1
    FROM bundles AS b WHERE {which} AND starts > issued / 86400
UNION ALL SELECT number, serial, terms, ends + 1, 0, 0, 0, 0, -1
    FROM bundles AS b WHERE {which} AND ends >= issued / 86400
UNION ALL SELECT m.number, b.serial, b.terms, m.at, 0,
    CASE m.cause WHEN 'taken' THEN 0 ELSE m.sign END, CASE m.cause WHEN 'renewed' THEN 1 ELSE 0 END,
    CASE m.cause WHEN 'taken' THEN -m.sign ELSE 0 END, 0
    FROM movements AS m JOIN bundles AS b ON b.number = m.bundle WHERE {which}
UNION ALL SELECT m.number, b.serial, b.terms, m.day, 0, 0, 0, 0, m.sign
    FROM movements AS m JOIN bundles AS b ON b.number = m.bundle WHERE {which} AND m.day <= b.ends
UNION ALL SELECT m.number, b.serial, b.terms, b.ends + 1, 0, 0, 0, 0, -m.sign
    FROM movements AS m JOIN bundles AS b ON b.number = m.bundle WHERE {which} AND m.day <= b.ends;

-- name: known
SELECT digest, number FROM terms WHERE digest;

-- What has become active, or has ceased to be: moved by the bundle `n` that was entered for its serial and part, or
-- by the only one; where there is none, it was taken back or reinstated. A movement counts from its day on: not before
-- the bundle starts, or what takes its place; and what is active again, not before it would have ceased to count.
-- name: move
INSERT INTO movements (number, bundle, at, day, sign, cause)
SELECT coalesce(n.number, {last}), b.number, coalesce(n.issued / 86400, {at}),
    (SELECT max(v.day) FROM (SELECT coalesce(n.issued / 86400, {at}) AS day
        UNION ALL SELECT b.issued / 86400 UNION ALL SELECT b.starts
        UNION ALL SELECT CASE b.held WHEN 1 THEN n.starts END
        UNION ALL SELECT max(m.day) FROM movements AS m WHERE m.bundle = b.number AND b.held = 0) AS v),
    1 - 2 * b.held,
    CASE WHEN n.number IS NULL THEN 'taken' WHEN b.held = 1 AND n.use = b.use AND n.number <> b.number
        AND (n.expiry > b.expiry OR b.expiry IS NOT NULL AND n.expiry IS NULL
            OR n.maintenance > b.maintenance OR b.maintenance IS NOT NULL AND n.maintenance IS NULL)
        THEN 'renewed' ELSE 'changed' END
    FROM bundles AS b LEFT JOIN bundles AS n ON n.number >= {first} AND n.number <= {last}
        AND (n.serial = b.serial AND n.part = b.part OR {first} = {last})
    WHERE b.serial IN ({serials}) AND b.held <> CASE b.state WHEN 'active' THEN 1 ELSE 0 END;

-- name: hold
UPDATE bundles SET held = 1 - held
    WHERE serial IN ({serials}) AND held <> CASE state WHEN 'active' THEN 1 ELSE 0 END;

-- name: no_sale
UPDATE bundles SET is_sale = 0 WHERE number >= {first} AND number <= {last} AND EXISTS (SELECT 1
    FROM movements AS m JOIN bundles AS b ON b.number = m.bundle
    WHERE m.number = bundles.number AND m.sign < 0 AND b.use = bundles.use);

-- name: edition
SELECT t.edition FROM bundles AS b JOIN terms AS t ON t.number = b.terms
    WHERE b.serial = ? AND b.part = ? ORDER BY b.number DESC LIMIT 1;

-- name: post
INSERT INTO sales (terms, day, new, changed, renewed, taken, net)
    SELECT terms, day, SUM(new), SUM(changed), SUM(renewed), SUM(taken), SUM(net)
    FROM ({postings}) AS p WHERE number >= ? AND number <= ? GROUP BY terms, day
    ON CONFLICT (terms, day) DO UPDATE SET new = sales.new + excluded.new,
    changed = sales.changed + excluded.changed, renewed = sales.renewed + excluded.renewed,
    taken = sales.taken + excluded.taken, net = sales.net + excluded.net;

-- name: put_terms
INSERT INTO terms (number, digest, use, edition) VALUES (?, ?, ?, ?);

-- name: put_sold
INSERT INTO sold (number, license, kind, count) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING;
