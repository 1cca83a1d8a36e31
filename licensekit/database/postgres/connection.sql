-- The settings of connections to PostgreSQL, for `licensekit/database/postgres/connection.py`. `{lock}` and
-- `{statement}` are the longest wait for a lock and the longest time of a statement, in milliseconds.

-- A process that hangs inside a transaction must not block all others, nor one that was killed while the server works
-- for it. (Not every server can check the client's connection.) JIT compilation is off, because the planner
-- overestimates the cost of a page of users. A statement timeout that an administrator has set is kept.
-- name: session
SET lock_timeout = {lock}; SET idle_in_transaction_session_timeout = '60s'; SET jit = off; SELECT
    set_config('statement_timeout', '{statement}', false) WHERE current_setting('statement_timeout') = '0'; DO $$ BEGIN
    SET client_connection_check_interval = '2s'; EXCEPTION WHEN OTHERS THEN
END $$;

-- A lock that shows, as long as the connection is open, that a program of this schema uses the database; 0 stands for
-- no schema. It is not taken behind a pooler, where the session is lent to others.
-- name: shown
; SELECT pg_advisory_lock_shared(1818977379, hashtext(current_schema() || ' ' || {number}));

-- Used if a pooler lends the session, or a transaction has a deadline.
-- name: transaction
SET LOCAL lock_timeout = {lock}; SET LOCAL statement_timeout = {statement}; SET LOCAL
    idle_in_transaction_session_timeout = '60s'; SET LOCAL jit = off;
