-- Statements for users and sites, for `licensekit/state/users.py`. `{user_slot}` and `{site_slot}` are the slots of
-- rows `l`, and `{more}` stands for more marks.

-- The columns for `facts_of`, of the table `users` as `u`.
-- name: columns
u.id, u.name, u.kind, u.can_log_in, u.administrator, u.retired, u.member_of, u.written, nullif(u.last_seen, -1), u.added;

-- name: users
SELECT {columns}, l.license, {user_slot} FROM users u
LEFT JOIN user_licenses l ON l.user_id = u.id WHERE u.id IN (?{more}) ORDER BY u.id, l.license;

-- name: sites
SELECT s.id, s.written, s.name, s.central, l.license, {site_slot} FROM sites s
LEFT JOIN site_licenses l ON l.site_id = s.id;

-- name: site
{sites} WHERE s.id = ? ORDER BY l.license;

-- name: all_sites
{sites} ORDER BY s.central DESC, s.id, l.license;

-- name: add
INSERT INTO users (name, kind, can_log_in, administrator, retired, member_of, id, written, added)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: update
UPDATE users SET name = ?, kind = ?, can_log_in = ?, administrator = ?, retired = ?, member_of = ? WHERE id = ?;

-- name: logging_in
SELECT u.id, u.kind, l.license, l.slot FROM users u LEFT JOIN user_licenses l ON l.user_id = u.id
WHERE u.retired = 0 AND u.can_log_in = 1 ORDER BY u.id;

-- name: show
UPDATE users SET shown = lower(CASE name WHEN '' THEN written ELSE name END) WHERE id IN (?{more});

-- name: forget_words
DELETE FROM user_words WHERE user_id IN (?{more});

-- name: add_word
INSERT INTO user_words (word, user_id) VALUES (?, ?);
