-- A list of users shows one kind, by id; few of them are retired.
CREATE INDEX users_by_kind ON users (kind, id, retired);
CREATE INDEX users_retired ON users (kind, id)
    WHERE retired = 1;
