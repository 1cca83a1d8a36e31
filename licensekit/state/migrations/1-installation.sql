-- oldest reader 1, writer 1, database 1

-- One row: the key of the installation, its pack, its observations of time, and the signed head of the journal. The
-- signature also covers `observed`, a digest of the observations. `told_since` is the first day on which the
-- application reported users; days are counted from 1970.
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

-- The entries that decide, replayed at every load. Numbers have no gaps, and each entry is signed.
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

-- Every bundle ever activated, as received, with the receipt if it was returned. The journal decides which bundles
-- there are and what state they have.
CREATE TABLE bundles (
    identity {blob} PRIMARY KEY,
    frame {blob} NOT NULL,
    receipt {blob}
) {strict};

-- `id` is folded for comparison; `written` is the id as it was typed. `last_seen` is the day that the application
-- reported last, or -1. `held_since` is the day since which the user holds any license, or NULL. `from_directory` is 1
-- for users from a sync, who are retired when they leave the directory. `added` is the day on which the user was added.
-- `shown` is the name, or `written` without one, in lower case.
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
-- Lists show users of one kind, active or retired, by id or in another order (`user_pages.py`).
CREATE INDEX users_by_kind ON users (kind, retired, id);
CREATE INDEX users_by_name ON users (kind, retired, shown, id);
CREATE INDEX users_by_added ON users (kind, retired, added, id);
CREATE INDEX users_by_seen ON users (kind, retired, last_seen, id);
-- Notices count idle holders and holders who cannot log in, without a scan.
CREATE INDEX users_idle ON users (last_seen, id, held_since)
    WHERE held_since IS NOT NULL;
CREATE INDEX users_without_login ON users (can_log_in)
    WHERE can_log_in = 0 AND held_since IS NOT NULL;

-- Derived from `users`: the words of ids and names, for searching, and the ids of groups, with `#` before them.
CREATE TABLE user_words (
    word {text} NOT NULL,
    user_id {text} NOT NULL,
    PRIMARY KEY (word, user_id)
) {strict};
CREATE INDEX user_words_by_user ON user_words (user_id, word);

-- The licenses that members of a group of the directory are assigned. The id is the folded name.
CREATE TABLE group_rules (
    group_id {text} NOT NULL,
    license {text} NOT NULL,
    written {text} NOT NULL,
    PRIMARY KEY (group_id, license)
) {strict};

-- Staged rows of a change of many users; each change is a `run`. `before` has all known facts of the user as text, or
-- is empty for a new user. `mark` is the user's mark for the audit entry, which is the `entry`-th after the last one.
-- `renamed` is 1 if the user's search words change.
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

-- The licenses of staged users. `change` is 1 if the license is assigned, -1 if released, 0 if it stays. `entry` is
-- 65536 times the number of the user, plus a counter. `place` numbers the users who are assigned the license.
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

-- The slots of a license are 1, 2, 3 and so on, and an assignment grants what its slot grants. There is no foreign key
-- to users, because it would double the time of large changes; `doctor` checks that instead. `since` is the day of the
-- assignment, only for people to read.
CREATE TABLE user_licenses (
    user_id {text} NOT NULL,
    license {text} NOT NULL,
    slot {integer} NOT NULL,
    since {integer},
    PRIMARY KEY (user_id, license),
    UNIQUE (license, slot)
) {strict};
-- Lists show the holders of a license by id.
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

-- A row for each concurrent seat that was ever used. A seat is free if `id` is empty, or it was borrowed and `until`
-- has passed. `beat` is incremented by taking and renewing; a program that sees no change for longer than `ttl` seconds
-- frees a seat that is not borrowed. `taken` is only for people to read. `ended_id` is the lease that ended last, with
-- why and by whom, for its holder.
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
-- Leases with a short `ttl` are read more often.
CREATE INDEX leases_by_ttl ON leases (ttl);

-- Units of meters used or reserved, by period. The journal does not cover this.
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

-- Numbers have no gaps, so the highest is the number of entries. Entries contain pseudonyms in place of people.
CREATE TABLE audit (
    number {integer} PRIMARY KEY,
    entry {blob} NOT NULL,
    hash {blob} NOT NULL
) {strict};

-- Derived from `audit`: the marks by which entries are found.
CREATE TABLE audit_marks (
    mark {text} NOT NULL,
    number {integer} NOT NULL,
    PRIMARY KEY (mark, number)
) {strict};

-- The person of each pseudonym in the audit log, until the person is erased.
CREATE TABLE people (
    pseudonym {text} PRIMARY KEY,
    id {text} NOT NULL UNIQUE,
    written {text} NOT NULL
) {strict};
