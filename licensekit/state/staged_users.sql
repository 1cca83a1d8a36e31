-- Statements that stage and make changes of very many users, for `licensekit/state/staged_users.py`. `{more}` stands
-- for more marks.

-- All facts of a user as one text, for comparison. Names contain no line breaks, so different users give different
-- texts.
-- name: state
u.name || '
' || u.kind || ' ' || u.can_log_in || ' ' || u.administrator || ' ' || u.retired || ' ' || u.from_directory || ' ' || u.member_of;

-- The same for a user as staged.
-- name: state_then
s.name || '
' || s.kind || ' ' || s.can_log_in || ' ' || s.administrator || ' ' || s.retired || ' ' || s.from_directory || ' ' || s.member_of;

-- Existing users.
-- name: known
SELECT {columns}, u.from_directory, {state}, l.license
FROM users u LEFT JOIN user_licenses l ON l.user_id = u.id WHERE u.id IN (?{more}) ORDER BY u.id, l.license;

-- Users from the directory.
-- name: of_directory
SELECT id FROM users WHERE from_directory = 1 AND retired = 0 ORDER BY id;

-- What else a change depends on: the newest sync and the rules of groups.
-- name: synced
SELECT max(number) FROM audit_marks WHERE mark = ?;

-- name: rules
SELECT group_id, license, written FROM group_rules ORDER BY group_id, license;

-- Which of some ids are taken, and which people have pseudonyms.
-- name: there
SELECT id FROM users WHERE id IN (?{more});

-- name: pseudonyms
SELECT id, pseudonym FROM people WHERE id IN (?{more});

-- Staging.
-- name: name
INSERT INTO people (pseudonym, id, written) VALUES (?, ?, ?);

-- name: stage_user
INSERT INTO staged_users (
    run, number, user_id, before, written, name, kind, can_log_in, administrator, retired, member_of, from_directory,
    holds, mark, entry, renamed
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: stage_license
INSERT INTO staged_licenses (run, entry, license, user_id, change, place) VALUES (?, ?, ?, ?, ?, ?);

-- Checks: the number of staged users, users who have changed since, and licenses held now and as known.
-- name: count
SELECT count(*) FROM staged_users WHERE run = ?;

-- name: differing
SELECT s.written FROM staged_users s LEFT JOIN users u ON u.id = s.user_id
WHERE s.run = ? AND s.before <> coalesce({state}, '') ORDER BY s.number LIMIT 10;

-- name: held
SELECT count(*) FROM staged_users s JOIN user_licenses l ON l.user_id = s.user_id WHERE s.run = ?;

-- name: still_held
SELECT count(*) FROM staged_licenses s JOIN user_licenses l ON l.user_id = s.user_id AND l.license = s.license
WHERE s.run = ? AND s.change < 1;

-- The change itself: new users, and changed facts.
-- name: add
INSERT INTO users (
    id, written, name, kind, can_log_in, administrator, retired, member_of, from_directory, held_since, added,
    shown
) SELECT
    user_id, written, name, kind, can_log_in, administrator, retired, member_of, from_directory,
    CASE WHEN holds = 1 THEN holds * ? END, CAST(? AS BIGINT),
    lower(CASE name WHEN '' THEN written ELSE name END)
FROM staged_users WHERE run = ? AND before = '';

-- name: update
UPDATE users SET
    name = s.name, kind = s.kind, can_log_in = s.can_log_in, administrator = s.administrator, retired = s.retired,
    member_of = s.member_of, from_directory = s.from_directory,
    held_since = CASE WHEN s.holds = 1 THEN coalesce(users.held_since, s.holds * ?) END,
    shown = lower(CASE s.name WHEN '' THEN s.written ELSE s.name END)
FROM staged_users s WHERE s.run = ? AND s.before <> '' AND s.user_id = users.id
AND (s.before <> {state_then} OR s.holds <> CASE WHEN users.held_since IS NULL THEN 0 ELSE 1 END);

-- Search marks of the audit entries that name the users.
-- name: mark
INSERT INTO audit_marks (mark, number) SELECT mark, entry + ? FROM staged_users WHERE run = ? ORDER BY mark;

-- Cleaning up after one run or all: staged users, words of users who were not added after all, and the staged rows.
-- name: left_over
SELECT run, number, user_id, renamed FROM staged_users WHERE run = ? OR ? = '' ORDER BY run, number LIMIT ?;

-- name: unused_words
DELETE FROM user_words WHERE user_id IN (?{more})
AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = user_words.user_id)
AND user_id NOT IN (SELECT user_id FROM staged_users WHERE run < ? OR run > ?);

-- name: unstage_licenses
DELETE FROM staged_licenses WHERE run = ? AND entry < (CAST(? AS BIGINT) + 1) * 65536;

-- name: unstage_users
DELETE FROM staged_users WHERE run = ? AND number <= ?;
