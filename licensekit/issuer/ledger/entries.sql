-- name: append
INSERT INTO entries (number, action, at, who, type, frame, order_number, order_text, request, note, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: select
SELECT number, action, at, who, type, frame, order_number, order_text, request, note, hash FROM entries;

-- name: head
SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1;

-- name: newest
SELECT number, at FROM entries ORDER BY number DESC LIMIT 1;

-- What was issued for an order, or one of the answers given for it, unless it is void.
-- name: of_order
{select} WHERE order_number = ? AND NOT EXISTS
(SELECT 1 FROM bundles AS b WHERE b.number = entries.number AND b.state = 'void')
ORDER BY request IS NOT NULL, number LIMIT 1;

-- name: answers
{select} WHERE order_number = ? AND request IS NOT NULL ORDER BY number;

-- name: orders
SELECT DISTINCT order_number FROM entries WHERE order_number IN ({those});
