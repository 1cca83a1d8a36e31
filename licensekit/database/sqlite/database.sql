-- Queries about a database on SQLite, for `licensekit/database/sqlite/database.py`.

-- Whether the table of migrations exists, in a file that is marked as ours.
-- name: has_table
SELECT 1 FROM sqlite_master, pragma_application_id WHERE name = 'licensekit_schema' AND application_id = 1818977378;

-- The engine and its version.
-- name: version
SELECT 'SQLite ' || sqlite_version();

-- The name and the definition of each table and index.
-- name: defined
SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL;

-- The table and the name of each trigger.
-- name: triggers
SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger';

-- Damage that the engine finds, as text.
-- name: damage of pages
SELECT integrity_check FROM pragma_integrity_check(20) WHERE integrity_check <> 'ok';

-- name: damage of references
SELECT "table" || ': row ' || coalesce(rowid, 0) || ' refers to nothing in ' || parent
FROM pragma_foreign_key_check LIMIT 20;
