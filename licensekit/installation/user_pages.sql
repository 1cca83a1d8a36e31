-- Queries for pages of users, for `licensekit/installation/user_pages.py`. A candidate is `c`; `{range}` is a query for
-- ids, and `{key}` the sort key of a user `u`.

-- name: everybody
SELECT id FROM users;

-- name: of_kind
SELECT u.id FROM users u WHERE u.kind = ? AND u.retired = ?;

-- name: is_of_kind
(SELECT count(*) FROM users u WHERE u.id = c.id AND u.kind IN ({kinds}) AND u.retired IN ({retired})) > 0;

-- The sort keys. Each has an index of its own, after kind and `retired`.
-- name: name
u.shown;

-- name: added
u.added;

-- name: seen
u.last_seen;

-- name: of_word
SELECT w.user_id AS id FROM user_words w WHERE w.word >= ? AND w.word < ?;

-- name: has_word
(SELECT count(*) FROM user_words w WHERE w.user_id = c.id AND w.word >= ? AND w.word < ?) > 0;

-- name: found
SELECT w.word, w.user_id AS id FROM user_words w;

-- A user with several matching words is listed once, by the first of them.
-- name: first_word
SELECT min(v.word) FROM user_words v WHERE v.user_id = {user} AND v.word >= ?;

-- Without a key, its place is NULL, which compares as neither before nor after any key.
-- name: with_key
SELECT ({key}) AS word, s.id FROM ({range}) AS s;

-- name: key_of
SELECT {key} FROM users u WHERE u.id = s.id;

-- name: how_many
SELECT count(*) FROM ({range}) AS n;

-- name: count
SELECT count(*) FROM (SELECT 1 FROM ({range}) AS s LIMIT ?) AS n;

-- name: range
SELECT * FROM (SELECT {keys} FROM ({range}) AS c WHERE {holds} ORDER BY {order} LIMIT ?) AS r;
