-- The settings of connections to PostgreSQL, for `licensekit/database/postgres/connection.py`. `{milliseconds}` is how
-- long a lock is waited for.

-- Neither a process that stands still inside a transaction may stop all others, nor one that was killed while the
-- server works for it. (Not every server can look.) A page of users looks costly to the planner, which cannot know that
-- its filters are cheap: compiling costs more.
-- name: session
SET lock_timeout = {milliseconds}; SET idle_in_transaction_session_timeout = '60s'; SET jit = off; DO $$ BEGIN
    SET client_connection_check_interval = '2s'; EXCEPTION WHEN OTHERS THEN
END $$;

-- Shows, as long as the connection is open, that a program of this schema uses the database; 0 is of none. Where a
-- pooler lends the session, it would show somebody else.
-- name: shown
; SELECT pg_advisory_lock_shared(1818977379, hashtext(current_schema() || ' ' || {number}));

-- Where a pooler lends the session.
-- name: transaction
SET LOCAL lock_timeout = {milliseconds}; SET LOCAL idle_in_transaction_session_timeout = '60s'; SET LOCAL jit = off;
