-- How a change of very many users is prepared and made, for `licensekit/state/staged_users.py`. `{more}`
-- stands for more marks.

-- All that is known of a user, as a text to compare: no name has a line break in it, so no two who differ are alike.
-- name: state
u.name || '
' || u.kind || ' ' || u.can_log_in || ' ' || u.administrator || ' ' || u.retired || ' ' || u.from_directory || ' ' || u.member_of;

-- The same of a user as staged.
-- name: state_then
s.name || '
' || s.kind || ' ' || s.can_log_in || ' ' || s.administrator || ' ' || s.retired || ' ' || s.from_directory || ' ' || s.member_of;

-- Who is there.
-- name: known
SELECT {columns}, u.from_directory, {state}, l.license
FROM users u LEFT JOIN user_licenses l ON l.user_id = u.id WHERE u.id IN (?{more}) ORDER BY u.id, l.license;

-- Who comes from the directory.
-- name: of_directory
SELECT id FROM users WHERE from_directory = 1 AND retired = 0 ORDER BY id;

-- What else decides about a change: the newest sync, and what groups are assigned.
-- name: synced
SELECT max(number) FROM audit_marks WHERE mark = ?;

-- name: rules
SELECT group_id, license, written FROM group_rules ORDER BY group_id, license;

-- Which of some ids are taken, and which people have pseudonyms.
-- name: there
SELECT id FROM users WHERE id IN (?{more});

-- name: pseudonyms
SELECT id, pseudonym FROM people WHERE id IN (?{more});

-- What is prepared.
-- name: name
INSERT INTO people (pseudonym, id, written) VALUES (?, ?, ?);

-- name: stage_user
INSERT INTO staged_users (
    run, number, user_id, before, written, name, kind, can_log_in, administrator, retired, member_of, from_directory,
    holds, mark, entry, renamed
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: stage_license
INSERT INTO staged_licenses (run, entry, license, user_id, change, place) VALUES (?, ?, ?, ?, ?, ?);

-- Whether it is whole, who is not as before, what they hold, and what of it was known.
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

-- The change: who comes, and who gets other facts.
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

-- What entries of the audit log that name them are found by.
-- name: mark
INSERT INTO audit_marks (mark, number) SELECT mark, entry + ? FROM staged_users WHERE run = ? ORDER BY mark;

-- What is left over, of one run or of all; the words of those who did not come and are not to come, and the rest of it.
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
