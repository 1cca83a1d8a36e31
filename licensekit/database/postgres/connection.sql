-- The settings of connections to PostgreSQL, for `licensekit/database/postgres/connection.py`. `{lock}` and
-- `{statement}` are how long a lock is waited for and a statement may take, in milliseconds.

-- Neither a process that stands still inside a transaction may stop all others, nor one that was killed while the
-- server works for it. (Not every server can look.) A page of users looks costly to the planner, which cannot know that
-- its filters are cheap: compiling costs more. How long a statement may take that an administrator has bounded stays.
-- name: session
SET lock_timeout = {lock}; SET idle_in_transaction_session_timeout = '60s'; SET jit = off; SELECT
    set_config('statement_timeout', '{statement}', false) WHERE current_setting('statement_timeout') = '0'; DO $$ BEGIN
    SET client_connection_check_interval = '2s'; EXCEPTION WHEN OTHERS THEN
END $$;

-- Shows, as long as the connection is open, that a program of this schema uses the database; 0 is of none. Where a
-- pooler lends the session, it would show somebody else.
-- name: shown
; SELECT pg_advisory_lock_shared(1818977379, hashtext(current_schema() || ' ' || {number}));

-- Where a pooler lends the session, or a transaction has a deadline.
-- name: transaction
SET LOCAL lock_timeout = {lock}; SET LOCAL statement_timeout = {statement}; SET LOCAL
    idle_in_transaction_session_timeout = '60s'; SET LOCAL jit = off;
