-- Figures by customer, edition, use, license, whether it is unrestricted, and period. `place` is a period's
-- number from 1 on; 0 is all the time before. Counts are added up, and of what is unrestricted the bundles.
-- name: with_periods
WITH periods(place, first, last) AS (VALUES {days}),
figures AS (
    SELECT p.place, f.terms, f.customer, SUM(f.new) AS new, SUM(f.renewed) AS renewed, SUM(f.changed) AS changed,
        SUM(f.taken) AS taken, SUM(f.net) AS net, 0 AS lapsed, 0 AS expiring, 0 AS due
        FROM ({sales}) AS f JOIN periods AS p ON f.day >= p.first AND f.day <= p.last
        GROUP BY p.place, f.terms, f.customer
    UNION ALL SELECT p.place, b.terms, b.customer, 0, 0, 0, 0, 0, count(*), 0, 0
        FROM periods AS p JOIN ({bundles}) AS b ON b.lapses = 1 AND b.expiry >= p.first AND b.expiry <= p.last
        WHERE p.place > 0 AND b.issued < (p.last + 1) * 86400 GROUP BY p.place, b.terms, b.customer
    UNION ALL SELECT p.place, b.terms, b.customer, 0, 0, 0, 0, 0, 0, count(*), 0
        FROM periods AS p JOIN ({bundles}) AS b ON b.lapses = 1 AND b.expiry > p.last AND b.expiry <= p.last + {within}
        WHERE p.place > 0 AND b.issued < (p.last + 1) * 86400 GROUP BY p.place, b.terms, b.customer
    UNION ALL SELECT p.place, b.terms, b.customer, 0, 0, 0, 0, 0, 0, 0, count(*)
        FROM periods AS p JOIN ({bundles}) AS b
            ON b.state = 'active' AND b.maintenance >= p.first AND b.maintenance <= p.last + {within}
        WHERE p.place > 0 AND b.issued < (p.last + 1) * 86400 GROUP BY p.place, b.terms, b.customer
);

-- name: sums
SELECT f.customer, {edition} AS edition, t.use, s.license, CASE WHEN s.count IS NULL THEN 1 ELSE 0 END AS unlimited,
    f.place, max(s.kind) AS kind,
    SUM(f.new * coalesce(s.count, 1)), SUM(f.renewed * coalesce(s.count, 1)), SUM(f.changed * coalesce(s.count, 1)),
    SUM(f.taken * coalesce(s.count, 1)), SUM(f.net * coalesce(s.count, 1)), SUM(f.lapsed * coalesce(s.count, 1)),
    SUM(f.expiring * coalesce(s.count, 1)), SUM(f.due * coalesce(s.count, 1)), 0 AS sold, 0 AS in_use, 0 AS peak,
    0 AS lacking, 0 AS free, 0 AS stating
    FROM figures AS f JOIN terms AS t ON t.number = f.terms JOIN sold AS s ON s.number = f.terms
    GROUP BY 1, 2, 3, 4, 5, 6;

-- The true-up, added to the same: what the serials with statements in a period have at its end, beside what they
-- stated. It is of what is in production, and of serials that have any of it at the end.
-- name: with_statements
, statements AS (
    SELECT p.place, p.last, b.serial, b.number,
        ROW_NUMBER() OVER (PARTITION BY p.place, b.serial ORDER BY b.issued DESC, b.number DESC) AS nth
        FROM periods AS p JOIN exchange_files AS b ON b.issued >= p.first * 86400 AND b.issued < (p.last + 1) * 86400
        WHERE p.place > 0 AND b.type = 'statement' AND {which}
),
counting AS (
    SELECT n.place, n.serial, b.terms FROM statements AS n JOIN bundles AS b ON b.serial = n.serial AND b.use = 0
        AND b.issued < (n.last + 1) * 86400 AND coalesce(b.starts, 0) <= n.last AND b.ends >= n.last
        AND 0 = coalesce((SELECT SUM(m.sign) FROM movements AS m WHERE m.bundle = b.number AND m.day <= n.last), 0)
        WHERE n.nth = 1
),
used AS (
    SELECT n.place, n.serial, s.license, 0 AS sold, 0 AS unlimited, max(s.in_use) AS peak,
        SUM(CASE n.nth WHEN 1 THEN s.in_use ELSE 0 END) AS in_use
        FROM statements AS n JOIN stated AS s ON s.number = n.number AND s.issuer = ?
        WHERE (n.place, n.serial) IN (SELECT place, serial FROM counting)
        GROUP BY n.place, n.serial, s.license
    UNION ALL SELECT c.place, c.serial, s.license, coalesce(SUM(s.count), 0),
        max(CASE WHEN s.count IS NULL THEN 1 ELSE 0 END), 0, 0
        FROM counting AS c JOIN sold AS s ON s.number = c.terms AND s.kind >= 0
        GROUP BY c.place, c.serial, s.license
),
compared AS (
    SELECT place, serial, license, max(unlimited) AS unlimited, SUM(sold) AS sold, SUM(in_use) AS in_use,
        SUM(peak) AS peak FROM used GROUP BY place, serial, license
);

-- name: true_up
UNION ALL SELECT {customer}, '', 0, c.license, c.unlimited, c.place, -1, 0, 0, 0, 0, 0, 0, 0, 0,
    SUM(c.sold), SUM(c.in_use), SUM(c.peak), SUM(CASE WHEN c.peak > c.sold THEN c.peak - c.sold ELSE 0 END),
    SUM(CASE WHEN c.peak < c.sold THEN c.sold - c.peak ELSE 0 END), count(*)
    FROM compared AS c JOIN customer_serials AS o ON o.serial = c.serial GROUP BY 1, 4, 5, 6;

-- name: report
{periods} SELECT c.name, c.external, f.* FROM ({figures}) AS f LEFT JOIN customers AS c ON c.number = f.customer
    ORDER BY c.name_key, f.customer, f.edition, f.use, f.license, f.unlimited, f.place;

-- Where what was sold is found: in the sums of the whole ledger, or with the customer of each bundle.
-- name: sales
SELECT s.terms, s.day, s.new, s.changed, s.renewed, s.taken, s.net, 0 AS customer FROM sales AS s;

-- name: sales_of
SELECT c.*, o.customer FROM ({postings}) AS c JOIN customer_serials AS o ON o.serial = c.serial;

-- name: bundles
SELECT b.terms, b.issued, b.lapses, b.expiry, b.state, b.maintenance, 0 AS customer FROM bundles AS b;

-- Written so that no engine takes the index of all that ends: these are the bundles of few serials, or of all.
-- name: bundles_of
SELECT b.terms, b.issued, b.lapses + 0 AS lapses, b.expiry, b.state || '' AS state, b.maintenance, o.customer
    FROM bundles AS b JOIN customer_serials AS o ON o.serial = b.serial WHERE {which};
