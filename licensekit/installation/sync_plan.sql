-- Statements for the rules of groups, for `licensekit/installation/sync_plan.py`.

-- name: rules
SELECT group_id, license, written FROM group_rules ORDER BY 1, 2;

-- name: keep
INSERT INTO group_rules (group_id, license, written) VALUES (?, ?, ?)
ON CONFLICT (group_id, license) DO UPDATE SET written = excluded.written;

-- name: drop
DELETE FROM group_rules WHERE group_id = ? AND license = ?;
