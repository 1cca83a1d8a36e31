-- name: of_serial
SELECT c.number, c.external, c.name, c.contact, c.note FROM customers AS c
JOIN customer_serials AS s ON s.customer = c.number WHERE s.serial = ?;

-- name: by_id
SELECT number, external, name, contact, note FROM customers WHERE external = ?;

-- name: by_name
SELECT number, external, name, contact, note FROM customers WHERE name_key = ? ORDER BY number LIMIT 1;

-- name: serials
SELECT serial FROM customer_serials WHERE customer = ? ORDER BY serial;

-- name: insert
INSERT INTO customers (number, external, name, name_key, contact, note) VALUES (?, ?, ?, ?, ?, ?);

-- The next number.
-- name: next
SELECT coalesce(max(number), 0) + 1 FROM customers;

-- How many customers there are with a word, up to a bound.
-- name: size
SELECT count(*) FROM (SELECT 1 FROM customer_words WHERE word >= ? AND word < ? LIMIT ?) AS n;

-- Those that have a word, which may be few: they are sorted then, and all others are gone through in their order.
-- name: with_word
(SELECT o.number, o.external, o.name, o.name_key, o.contact, o.note
FROM (SELECT customer FROM customer_words WHERE word >= ? AND word < ?
UNION SELECT number FROM customers WHERE number IN ({those})) AS f
CROSS JOIN customers AS o WHERE o.number = f.customer);

-- Those that have a serial or an order whose number begins with the text. Indexes answer that without words.
-- name: numbered
SELECT customer FROM (SELECT customer FROM customer_serials WHERE serial >= ? AND serial < ? LIMIT 500) AS s
UNION SELECT customer FROM (SELECT s.customer FROM entries AS e JOIN bundles AS b ON b.number = e.number
JOIN customer_serials AS s ON s.serial = b.serial WHERE e.order_number >= ? AND e.order_number < ? LIMIT 500) AS o;

-- name: has_word
AND EXISTS (SELECT 1 FROM customer_words AS w WHERE w.customer = c.number AND w.word >= ? AND w.word < ?);

-- name: behind
AND (c.name_key, c.number) > (SELECT name_key, number FROM customers WHERE number = ?);

-- name: found
SELECT c.number, c.external, c.name, c.contact, c.note FROM {source} AS c
WHERE (c.number IN ({those}) OR c.number > 0 {words}) {after} ORDER BY c.name_key, c.number LIMIT ?;

-- name: put_word
INSERT INTO customer_words (word, customer) VALUES (?, ?) ON CONFLICT DO NOTHING;

-- name: put_serial
INSERT INTO customer_serials (serial, customer)
VALUES (?, ?) ON CONFLICT (serial) DO UPDATE SET customer = excluded.customer;

-- name: hand_over
UPDATE installations SET customer = ? WHERE serial = ?;

-- name: owners
SELECT serial, customer FROM customer_serials WHERE serial IN ({those});

-- name: ids
SELECT external, number FROM customers WHERE external IN ({those});

-- Of several customers of one name the first one comes last.
-- name: names
SELECT name_key, number FROM customers WHERE name_key IN ({those}) ORDER BY number DESC;

-- The first bundle of a company's name says whose it is, also after that customer was renamed or merged.
-- name: ever_called
SELECT b.company, s.customer FROM bundles AS b JOIN customer_serials AS s ON s.serial = b.serial
WHERE b.number IN (SELECT min(number) FROM bundles WHERE company_key IN ({those}) AND number < ?
GROUP BY company)
ORDER BY b.number DESC;

-- What a customer is found by.
-- name: written
SELECT external, name, contact, note FROM customers WHERE number = ?;

-- name: places
SELECT name FROM installations WHERE customer = ?;

-- name: entered
SELECT b.company, e.order_text FROM customer_serials AS s
JOIN bundles AS b ON b.serial = s.serial JOIN entries AS e ON e.number IN (b.number, b.signed) WHERE s.customer = ?;
