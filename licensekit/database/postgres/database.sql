-- Queries about a database on PostgreSQL, for `licensekit/database/postgres/database.py`.

-- Whether the table of migrations exists. Not by `to_regclass`, whose cache may be older than the wait for the lock.
-- name: has_table
SELECT 1 FROM pg_catalog.pg_class
WHERE relname = 'licensekit_schema' AND relkind = 'r' AND pg_catalog.pg_table_is_visible(oid);

-- The engine and its version.
-- name: version
SELECT 'PostgreSQL ' || current_setting('server_version');

-- The name of each table with its columns and kinds of constraints, and of each index and whether it is unique.
-- name: defined
SELECT c.relname::text,
    coalesce((
        SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
        FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ), '') || ' ' ||
    coalesce((
        SELECT string_agg(r.contype::text, '' ORDER BY r.contype)
        FROM pg_constraint AS r WHERE r.conrelid = c.oid AND r.contype IN ('c', 'f', 'p', 'u')
    ), '')
FROM pg_class AS c WHERE c.relkind = 'r' AND pg_table_is_visible(c.oid)
UNION ALL
SELECT c.relname::text, CASE WHEN i.indisunique THEN 'unique' ELSE 'index' END
FROM pg_class AS c JOIN pg_index AS i ON i.indexrelid = c.oid WHERE pg_table_is_visible(c.oid);

-- The table and the name of each trigger.
-- name: triggers
SELECT c.relname::text, t.tgname::text
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid);

-- Programs whose schema is older than a number, by the locks of their connections (`shown` in `connection.sql`).
-- name: older_programs
SELECT a.application_name || coalesce(' at ' || host(a.client_addr), '') || ', of schema ' || n.number
FROM generate_series(1, ? - 1) AS n (number)
JOIN pg_locks AS l ON l.locktype = 'advisory' AND l.classid = 1818977379
    AND l.objid::bigint = hashtext(current_schema() || ' ' || n.number)::bigint & 4294967295
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
JOIN pg_stat_activity AS a ON a.pid = l.pid
GROUP BY a.application_name, a.client_addr, n.number ORDER BY n.number, 1;

-- Damage that the engine finds, as text.
-- name: damage of indexes
SELECT 'the index ' || c.relname || ' is not valid'
FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND pg_catalog.pg_table_is_visible(i.indrelid);

-- name: damage of constraints
SELECT 'the constraint ' || conname || ' is not validated'
FROM pg_catalog.pg_constraint
WHERE NOT convalidated AND pg_catalog.pg_table_is_visible(conrelid);

-- The first key is a constant of ours; the second keeps installations in other schemas apart.
-- name: lock
SELECT pg_advisory_xact_lock(1818977378, hashtext(current_schema()));

-- name: shared_lock
SELECT pg_advisory_xact_lock_shared(1818977378, hashtext(current_schema()));

-- A transaction has an id if and only if it has changed something.
-- name: count
UPDATE licensekit_schema SET changes = changes + 1 WHERE pg_current_xact_id_if_assigned() IS NOT NULL;

-- The cluster and its timeline, which changes with each promotion and each restore from an archive. A primary server
-- has it in the names of its log files, because the control file is updated later; a standby has only the control file.
-- name: epoch
SELECT system_identifier || '/' || CASE WHEN pg_is_in_recovery() THEN timeline_id::text
    ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint::text END
FROM pg_control_system(), pg_control_checkpoint();

-- `xmin` also differs after a restore, whatever the counter says, because another transaction wrote the row.
-- name: changes
SELECT changes, xmin::text::bigint FROM licensekit_schema;
