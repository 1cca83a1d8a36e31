-- One row: the key of the installation, and the stores that its journal speaks of. The head of the
-- journal is signed together with a digest of its observations of time.
CREATE TABLE installation (
    one {integer} PRIMARY KEY CHECK (one = 1),
    seed {blob} NOT NULL,
    secret {blob} NOT NULL,
    pack {blob},
    observations {blob} NOT NULL,
    head {integer} NOT NULL,
    observed {blob} NOT NULL,
    signature {blob} NOT NULL
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

CREATE TABLE users (
    id {text} PRIMARY KEY,
    name {text} NOT NULL,
    kind {integer} NOT NULL CHECK (kind BETWEEN 0 AND 3),
    can_log_in {integer} NOT NULL CHECK (can_log_in IN (0, 1)),
    administrator {integer} NOT NULL CHECK (administrator IN (0, 1)),
    retired {integer} NOT NULL CHECK (retired IN (0, 1)),
    member_of {text} NOT NULL
) {strict};
-- A list of users shows one kind, by id; few of them are retired.
CREATE INDEX users_by_kind ON users (kind, id, retired);
CREATE INDEX users_retired ON users (kind, id)
    WHERE retired = 1;

CREATE TABLE sites (
    id {text} PRIMARY KEY,
    name {text} NOT NULL,
    central {integer} NOT NULL CHECK (central IN (0, 1))
) {strict};

-- Numbers only grow: a lower one is an older assignment.
CREATE TABLE user_licenses (
    number {serial},
    user_id {text} NOT NULL REFERENCES users (id),
    license {text} NOT NULL,
    UNIQUE (user_id, license)
) {strict};
CREATE INDEX user_licenses_by_license ON user_licenses (license, number);

CREATE TABLE site_licenses (
    number {serial},
    site_id {text} NOT NULL REFERENCES sites (id),
    license {text} NOT NULL,
    UNIQUE (site_id, license)
) {strict};
CREATE INDEX site_licenses_by_license ON site_licenses (license, number);

-- How often each license is assigned, kept with every change.
CREATE TABLE usage (
    license {text} PRIMARY KEY,
    in_use {integer} NOT NULL CHECK (in_use >= 0)
) {strict};

-- A row for each concurrent seat that was ever used; it is free once its lease has expired.
CREATE TABLE leases (
    license {text} NOT NULL,
    seat {integer} NOT NULL CHECK (seat >= 0),
    id {text} NOT NULL,
    holder {text} NOT NULL,
    taken {integer} NOT NULL,
    expires {integer} NOT NULL,
    borrowed {integer} NOT NULL CHECK (borrowed IN (0, 1)),
    PRIMARY KEY (license, seat)
) {strict};

CREATE TABLE events (
    number {serial},
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

-- Numbers count without a gap: the number is how many entries there are.
CREATE TABLE audit (
    number {integer} PRIMARY KEY,
    entry {blob} NOT NULL,
    hash {blob} NOT NULL
) {strict};
