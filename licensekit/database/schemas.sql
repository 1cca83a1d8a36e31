-- The table that every database has, for `licensekit/database/upgrades.py`; the engine fills in its types. Programs of
-- every schema read this table, so no migration may change it.

-- name: table
CREATE TABLE licensekit_schema (
    kind {text} NOT NULL,
    number {integer} NOT NULL,
    reader {integer} NOT NULL,
    writer {integer} NOT NULL,
    changes {integer} NOT NULL
) {strict};

-- name: begin
INSERT INTO licensekit_schema (kind, number, reader, writer, changes) VALUES (?, 0, 0, 0, 0);

-- name: advance
UPDATE licensekit_schema SET number = ?, reader = ?, writer = ?;
