-- An entry; everything of an order, void or not; the bundles of a serial, and what its installations have sent; what
-- has this identity.
-- name: named
SELECT number FROM entries WHERE number = ? UNION SELECT number FROM entries WHERE order_number = ?
UNION SELECT number FROM bundles WHERE serial = ? UNION SELECT signed FROM bundles WHERE serial = ?
UNION SELECT number FROM exchange_files WHERE serial = ? UNION SELECT f.number FROM exchange_files AS f
JOIN bundles AS b ON b.identity = f.bundle WHERE b.serial = ?
UNION SELECT number FROM exchange_files WHERE identity = ? ORDER BY 1;

-- name: of_one_customer
serial IN (SELECT serial FROM customer_serials WHERE customer = ?);

-- A query within a query that has a limit is answered by itself, by the index of its condition.
-- name: order
(SELECT * FROM bundles WHERE number IN (SELECT number FROM entries WHERE order_number = ?) LIMIT 9223372036854775807);

-- name: serial
(SELECT * FROM bundles WHERE serial = ? LIMIT 9223372036854775807);

-- name: customer
(SELECT * FROM bundles WHERE {of_one_customer} LIMIT 9223372036854775807);

-- name: company
(SELECT number, company_key, issued, state, ends, lapses, expiry, maintenance FROM bundles
WHERE company_key >= ? AND company_key < ? LIMIT 9223372036854775807);

-- name: page
{columns} FROM (SELECT b.number FROM {source} AS b WHERE {holds} ORDER BY b.{column} {way}, b.number {way} LIMIT ?) AS f
CROSS JOIN bundles {with_entries} WHERE b.number = f.number ORDER BY b.{column} {way}, b.number {way};
