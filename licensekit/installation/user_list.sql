-- Queries for lists of users, for `licensekit/installation/user_list.py`. A candidate is `c`, `{what}` is a condition,
-- and `{more}` stands for more marks.

-- name: one
(SELECT count(*) FROM users u WHERE u.id = c.id AND {what}) > 0;

-- name: holds
(SELECT count(*) FROM user_licenses x WHERE x.user_id = c.id AND {what}) > 0;

-- name: users_who
SELECT u.id AS id FROM users u WHERE {what};

-- name: holders
SELECT x.user_id AS id FROM user_licenses x WHERE {what};

-- name: each_holder
SELECT DISTINCT x.user_id AS id FROM user_licenses x WHERE {what};

-- name: members
SELECT w.user_id AS id FROM user_words w WHERE w.word = ?;

-- name: is_member
(SELECT count(*) FROM user_words w WHERE w.user_id = c.id AND w.word = ?) > 0;

-- Uses the index to jump from group to group, so the time does not depend on the number of members.
-- name: groups
WITH RECURSIVE found (word) AS (
    SELECT min(word) FROM user_words WHERE word >= '#' AND word < '$' UNION ALL
    SELECT (SELECT min(word) FROM user_words WHERE word > found.word AND word < '$')
    FROM found WHERE found.word IS NOT NULL
) SELECT word, (
    SELECT member_of FROM users WHERE id = (SELECT min(user_id) FROM user_words w WHERE w.word = found.word)
) FROM found WHERE word IS NOT NULL LIMIT ?;
