-- Bundles in force on a day that sell one of some codes, by customer: those with most of them first. No more
-- bundles than the limit are looked at.
SELECT c.name, count(*) FROM (
        SELECT b.serial FROM bundles AS b
        WHERE b.terms IN (SELECT s.number FROM sold AS s WHERE s.license IN ({codes}))
        AND b.state = 'active' AND b.ends >= ? LIMIT ?
    ) AS f
    JOIN customer_serials AS s ON s.serial = f.serial
    JOIN customers AS c ON c.number = s.customer
    GROUP BY c.number, c.name ORDER BY count(*) DESC, c.number;

-- The same of bundles that set a setting.
SELECT c.name, count(*) FROM (
        SELECT b.serial FROM sold_settings AS s JOIN bundles AS b ON b.number = s.number
        WHERE s.setting IN ({codes}) AND b.state || '' = 'active' AND b.ends + 0 >= ? LIMIT ?
    ) AS f
    JOIN customer_serials AS s ON s.serial = f.serial
    JOIN customers AS c ON c.number = s.customer
    GROUP BY c.number, c.name ORDER BY count(*) DESC, c.number;
