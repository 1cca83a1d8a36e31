-- name: stored
SELECT number, identity, serial, part, use, sequence, company, issued, starts, ends, state FROM bundles;

-- Each serial whose place is taken, and the entry and serial of the bundle that takes it.
-- name: replacements
SELECT r.serial, r.number, b.serial FROM replacements AS r JOIN bundles AS b ON b.number = r.number;
