-- name: put
INSERT INTO installations (installation, serial, customer, name, purpose)
SELECT ?, serial, customer, ?, ? FROM customer_serials WHERE serial = ?
ON CONFLICT (installation) DO UPDATE SET serial = excluded.serial, customer = excluded.customer,
name = CASE excluded.name WHEN '' THEN installations.name ELSE excluded.name END,
purpose = CASE excluded.purpose WHEN '' THEN installations.purpose ELSE excluded.purpose END;

-- name: put_word
INSERT INTO customer_words (word, customer)
SELECT ?, customer FROM customer_serials WHERE serial = ? ON CONFLICT DO NOTHING;

-- name: select
SELECT i.installation, i.serial, i.customer, i.name, i.purpose, (SELECT max(f.issued) FROM exchange_files AS f
WHERE f.installation = i.installation) FROM installations AS i WHERE {holds} ORDER BY i.name, i.installation;

-- name: name
SELECT name FROM installations WHERE installation = ? AND name <> '';

-- name: set
UPDATE installations SET name = ?, purpose = ? WHERE installation = ?;
