-- The settings of connections to PostgreSQL, for `licensekit/database/postgres/connection.py`. `{lock}` and
-- `{statement}` are how long a lock is waited for and a statement may take, in milliseconds.

-- A pooler tells its clients a process of its own making. What an administrator lets a statement take at most stays so.
-- name: facts
SELECT pg_backend_pid(), extract(epoch FROM current_setting('statement_timeout')::interval)::float8;

-- Neither a process that stands still inside a transaction may stop all others, nor one that was killed while the
-- server works for it. (Not every server can look.) A page of users looks costly to the planner, which cannot know that
-- its filters are cheap: compiling costs more.
-- name: session
SET lock_timeout = {lock}; SET statement_timeout = {statement}; SET
    idle_in_transaction_session_timeout = '60s'; SET jit = off; DO $$ BEGIN
    SET client_connection_check_interval = '2s'; EXCEPTION WHEN OTHERS THEN
END $$;

-- Where a pooler lends the session, or a transaction has a deadline.
-- name: transaction
SET LOCAL lock_timeout = {lock}; SET LOCAL statement_timeout = {statement}; SET LOCAL
    idle_in_transaction_session_timeout = '60s'; SET LOCAL jit = off;
