-- What every database has, for `licensekit/database/schemas.py`; the engine fills in its words.

-- name: table
CREATE TABLE licensekit_schema (
    kind {text} NOT NULL, number {integer} NOT NULL, changes {integer} NOT NULL
) {strict};
