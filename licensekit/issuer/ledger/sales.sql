-- What every entry did, by the terms of a bundle and the day: sold as new; changed, more or fewer; renewed;
-- taken back; and `net`, by how many more are in force from that day on. 86400 seconds are a day.
SELECT number, serial, terms, issued / 86400 AS day, is_sale AS new, 1 - is_sale AS changed, 0 AS renewed,
    0 AS taken, CASE WHEN starts > issued / 86400 OR ends < issued / 86400 THEN 0 ELSE 1 END AS net
    FROM bundles
UNION ALL SELECT number, serial, terms, starts, 0, 0, 0, 0, 1
    FROM bundles WHERE starts > issued / 86400
UNION ALL SELECT number, serial, terms, ends + 1, 0, 0, 0, 0, -1
    FROM bundles WHERE ends >= issued / 86400
UNION ALL SELECT m.number, b.serial, b.terms, m.at, 0,
    CASE m.cause WHEN 'taken' THEN 0 ELSE m.sign END, CASE m.cause WHEN 'renewed' THEN 1 ELSE 0 END,
    CASE m.cause WHEN 'taken' THEN -m.sign ELSE 0 END, 0
    FROM movements AS m JOIN bundles AS b ON b.number = m.bundle
UNION ALL SELECT m.number, b.serial, b.terms, m.day, 0, 0, 0, 0, m.sign
    FROM movements AS m JOIN bundles AS b ON b.number = m.bundle WHERE m.day <= b.ends
UNION ALL SELECT m.number, b.serial, b.terms, b.ends + 1, 0, 0, 0, 0, -m.sign
    FROM movements AS m JOIN bundles AS b ON b.number = m.bundle WHERE m.day <= b.ends;

SELECT digest, number FROM terms WHERE digest;

SELECT b.number, b.serial, b.part, b.use, b.issued, b.starts, b.expiry, b.maintenance, b.held,
    (SELECT max(m.day) FROM movements AS m WHERE m.bundle = b.number)
    FROM bundles AS b
    WHERE b.serial IN ({serials}) AND b.held <> CASE b.state WHEN 'active' THEN 1 ELSE 0 END
    ORDER BY b.number;

INSERT INTO movements VALUES (?, ?, ?, ?, ?, ?);

UPDATE bundles SET held = 1 - held WHERE number = ?;

UPDATE bundles SET is_sale = 0 WHERE number = ?;

SELECT t.edition FROM bundles AS b JOIN terms AS t ON t.number = b.terms
    WHERE b.serial = ? AND b.part = ? ORDER BY b.number DESC LIMIT 1;

INSERT INTO sales
    SELECT terms, day, SUM(new), SUM(changed), SUM(renewed), SUM(taken), SUM(net)
    FROM ({postings}) AS p WHERE number >= ? AND number <= ? GROUP BY terms, day
    ON CONFLICT (terms, day) DO UPDATE SET new = sales.new + excluded.new,
    changed = sales.changed + excluded.changed, renewed = sales.renewed + excluded.renewed,
    taken = sales.taken + excluded.taken, net = sales.net + excluded.net;

INSERT INTO terms VALUES (?, ?, ?, ?);

INSERT INTO sold VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING;
