-- name: last_drawn
SELECT max(number) FROM (SELECT max(signed) AS number FROM bundles UNION ALL SELECT max(number) FROM documents
UNION ALL SELECT max(number) FROM exchange_files) AS last;

-- The serials that lack their customers, as no program of ours leaves them.
-- name: unowned
SELECT DISTINCT serial FROM bundles EXCEPT SELECT serial FROM customer_serials;
