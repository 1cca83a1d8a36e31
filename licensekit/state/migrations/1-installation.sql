-- oldest reader 1, writer 1, database 1

-- One row: the key of the installation, and the stores that its journal speaks of. The head of the
-- journal is signed together with a digest of its observations of time. `told_since` is the first day
-- of which the application has told who uses it; days are counted from 1970.
CREATE TABLE installation (
    one {integer} PRIMARY KEY CHECK (one = 1),
    seed {blob} NOT NULL,
    secret {blob} NOT NULL,
    pack {blob},
    observations {blob} NOT NULL,
    head {integer} NOT NULL,
    observed {blob} NOT NULL,
    signature {blob} NOT NULL,
    told_since {integer}
) {strict};

-- What decides, replayed at every load. Numbers count without a gap; each entry is signed.
CREATE TABLE journal (
    number {integer} PRIMARY KEY,
    entry {blob} NOT NULL,
    hash {blob} NOT NULL,
    signature {blob} NOT NULL
) {strict};

-- Roots, trust documents, lists and catalogs in force, as received.
CREATE TABLE trust_documents (
    place {integer} PRIMARY KEY,
    type {text} NOT NULL,
    frame {blob} NOT NULL
) {strict};

-- Every bundle that was ever activated, as received, with the receipt of one that was returned. The
-- journal says which there are, and what became of them.
CREATE TABLE bundles (
    identity {blob} PRIMARY KEY,
    frame {blob} NOT NULL,
    receipt {blob}
) {strict};

-- An id is in the form in which ids are compared; `written` is how somebody typed it. The application
-- tells when a user was there last. `held_since` is the day since which a user holds any license, and
-- NULL where it holds none. `from_directory` is 1 of whom a sync has brought: who is no longer in the directory is
-- retired. `added` is the day on which the user came; `shown` is the name, or the id as it was typed where there is none,
-- in lower case; who was never seen has -1.
CREATE TABLE users (
    id {text} PRIMARY KEY,
    written {text} NOT NULL,
    name {text} NOT NULL,
    kind {integer} NOT NULL CHECK (kind BETWEEN 0 AND 3),
    can_log_in {integer} NOT NULL CHECK (can_log_in IN (0, 1)),
    administrator {integer} NOT NULL CHECK (administrator IN (0, 1)),
    retired {integer} NOT NULL CHECK (retired IN (0, 1)),
    member_of {text} NOT NULL,
    last_seen {integer} NOT NULL DEFAULT -1,
    held_since {integer},
    from_directory {integer} NOT NULL DEFAULT 0 CHECK (from_directory IN (0, 1)),
    added {integer} NOT NULL,
    shown {text} NOT NULL DEFAULT ''
) {strict};
-- A list shows users of one kind who are there or retired, by id or in another order (`user_pages.py`).
CREATE INDEX users_by_kind ON users (kind, retired, id);
CREATE INDEX users_by_name ON users (kind, retired, shown, id);
CREATE INDEX users_by_added ON users (kind, retired, added, id);
CREATE INDEX users_by_seen ON users (kind, retired, last_seen, id);
-- Holders are counted by when they were seen, and those who cannot log in: no scan for a notice.
CREATE INDEX users_idle ON users (last_seen, id, held_since)
    WHERE held_since IS NOT NULL;
CREATE INDEX users_without_login ON users (can_log_in)
    WHERE can_log_in = 0 AND held_since IS NOT NULL;

-- The words of an id and a name, by which a user is searched for, and ids of groups, with a `#` before them: drawn from
-- the table of users.
CREATE TABLE user_words (
    word {text} NOT NULL,
    user_id {text} NOT NULL,
    PRIMARY KEY (word, user_id)
) {strict};
CREATE INDEX user_words_by_user ON user_words (user_id, word);

-- What the members of a group of the directory are assigned. An id is the folded name.
CREATE TABLE group_rules (
    group_id {text} NOT NULL,
    license {text} NOT NULL,
    written {text} NOT NULL,
    PRIMARY KEY (group_id, license)
) {strict};

-- What a change of many users has prepared, until it is made; each change is a `run`. `before` is what was known of
-- the user, and empty of one to come. `mark` finds the user in the audit log, whose entry is `entry` after the last one.
-- `renamed` is 1 of who is found by other words from then on.
CREATE TABLE staged_users (
    run {text} NOT NULL,
    number {integer} NOT NULL,
    user_id {text} NOT NULL,
    before {text} NOT NULL,
    written {text} NOT NULL,
    name {text} NOT NULL,
    kind {integer} NOT NULL,
    can_log_in {integer} NOT NULL,
    administrator {integer} NOT NULL,
    retired {integer} NOT NULL,
    member_of {text} NOT NULL,
    from_directory {integer} NOT NULL,
    holds {integer} NOT NULL,
    mark {text} NOT NULL,
    entry {integer} NOT NULL,
    renamed {integer} NOT NULL,
    PRIMARY KEY (run, number)
) {strict};

-- Of each license of such a user: 1 if it is assigned, -1 if it is released, 0 if it stays. `entry` is 65536 times the
-- number of the user, and then counts. `place` counts those who are assigned the license.
CREATE TABLE staged_licenses (
    run {text} NOT NULL,
    entry {integer} NOT NULL,
    license {text} NOT NULL,
    user_id {text} NOT NULL,
    change {integer} NOT NULL,
    place {integer} NOT NULL,
    PRIMARY KEY (run, entry)
) {strict};

CREATE TABLE sites (
    id {text} PRIMARY KEY,
    written {text} NOT NULL,
    name {text} NOT NULL,
    central {integer} NOT NULL CHECK (central IN (0, 1))
) {strict};

-- The slots of a license are 1, 2, 3 and so on: what an assignment grants depends on its slot alone. Nothing checks for
-- each row that its user is there, which would make a change of very many twice as long; the doctor looks. `since` is
-- the day of the assignment, for people to read.
CREATE TABLE user_licenses (
    user_id {text} NOT NULL,
    license {text} NOT NULL,
    slot {integer} NOT NULL,
    since {integer},
    PRIMARY KEY (user_id, license),
    UNIQUE (license, slot)
) {strict};
-- A list shows the holders of a license, by id.
CREATE INDEX user_licenses_by_license ON user_licenses (license, user_id);

-- A satellite also holds the license '', whose slots number the satellites.
CREATE TABLE site_licenses (
    site_id {text} NOT NULL REFERENCES sites (id),
    license {text} NOT NULL,
    slot {integer} NOT NULL,
    since {integer},
    PRIMARY KEY (site_id, license),
    UNIQUE (license, slot)
) {strict};

-- A row for each concurrent seat that was ever used. It is free where `id` is empty, and where it was borrowed and
-- `until` is over. `beat` counts takings and renewals: a seat that is not borrowed is held while it moves, and whoever
-- sees it stand still for longer than `ttl` seconds frees the seat. `taken` is for people to read. `ended_id` is the
-- lease that ended last, with why and by whom: its holder reads that.
CREATE TABLE leases (
    license {text} NOT NULL,
    seat {integer} NOT NULL CHECK (seat >= 0),
    id {text} NOT NULL,
    holder {text} NOT NULL,
    ttl {integer} NOT NULL,
    beat {integer} NOT NULL,
    taken {integer} NOT NULL,
    until {integer} NOT NULL,
    borrowed {integer} NOT NULL CHECK (borrowed IN (0, 1)),
    ended_id {text} NOT NULL,
    ended_why {text} NOT NULL,
    ended_by {text} NOT NULL,
    PRIMARY KEY (license, seat)
) {strict};
-- Those that are held for a short time are looked at more often.
CREATE INDEX leases_by_ttl ON leases (ttl);

-- How many units of a meter were used or are reserved, by period. No part of what the journal proves.
CREATE TABLE meters (
    license {text} NOT NULL,
    period {text} NOT NULL,
    used {integer} NOT NULL CHECK (used >= 0),
    PRIMARY KEY (license, period)
) {strict};

CREATE TABLE events (
    number {integer} PRIMARY KEY,
    kind {text} NOT NULL,
    scope {text} NOT NULL,
    subject {text} NOT NULL,
    message {text} NOT NULL,
    expected_end {integer},
    started {integer} NOT NULL,
    started_by {text} NOT NULL,
    ended {integer},
    ended_by {text}
) {strict};
CREATE INDEX events_by_end ON events (ended);

-- Numbers count without a gap: the number is how many entries there are. An entry has pseudonyms in
-- place of people.
CREATE TABLE audit (
    number {integer} PRIMARY KEY,
    entry {blob} NOT NULL,
    hash {blob} NOT NULL
) {strict};

-- What entries of the audit log are found by: drawn from the log.
CREATE TABLE audit_marks (
    mark {text} NOT NULL,
    number {integer} NOT NULL,
    PRIMARY KEY (mark, number)
) {strict};

-- Whom each pseudonym in the audit log stands for, until the person is erased.
CREATE TABLE people (
    pseudonym {text} PRIMARY KEY,
    id {text} NOT NULL UNIQUE,
    written {text} NOT NULL
) {strict};
