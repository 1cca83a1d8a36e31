-- What SQLite is asked about a database, in the order of `DIALECT` (`licensekit/database/sqlite/database.py`).

-- Whether there is the table of migrations.
SELECT 1 FROM sqlite_master WHERE name = 'licensekit_schema';

-- The engine and its version.
SELECT 'SQLite ' || sqlite_version();

-- The name and the definition of each table and index.
SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL;

-- The table and the name of each trigger.
SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger';

-- What the engine finds wrong, in words.
SELECT integrity_check FROM pragma_integrity_check(20) WHERE integrity_check <> 'ok';

SELECT "table" || ': row ' || coalesce(rowid, 0) || ' refers to nothing in ' || parent
FROM pragma_foreign_key_check LIMIT 20;
