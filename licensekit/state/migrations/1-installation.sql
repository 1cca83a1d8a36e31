-- One row: what the installation is, and what it has seen.
CREATE TABLE installation (
    one {integer} PRIMARY KEY CHECK (one = 1),
    seed {blob} NOT NULL,
    secret {blob} NOT NULL,
    root {text},
    pack {blob},
    highest {integer} NOT NULL,
    ahead {integer},
    ran {integer} NOT NULL,
    restored {integer} NOT NULL
) {strict};

-- The highest root, trust document, list and catalog that were ever in force; numbers that do not
-- order a type are 0, and so is the issuer of roots and trust documents empty.
CREATE TABLE seen (
    type {text} NOT NULL,
    issuer {text} NOT NULL,
    root_version {integer} NOT NULL,
    trust_version {integer} NOT NULL,
    number {integer} NOT NULL,
    identity {blob} NOT NULL,
    PRIMARY KEY (type, issuer)
) {strict};

-- Roots, trust documents, lists and catalogs in force, as received.
CREATE TABLE trust_documents (
    place {integer} PRIMARY KEY,
    type {text} NOT NULL,
    frame {blob} NOT NULL
) {strict};

-- Every bundle that was ever activated, as received. Numbers grow with each activation. Which of
-- those that are kept are in force is worked out whenever they are read; the others were put away.
CREATE TABLE bundles (
    identity {blob} PRIMARY KEY,
    frame {blob} NOT NULL,
    issuer {text} NOT NULL,
    serial {text} NOT NULL,
    part {text} NOT NULL,
    use {integer} NOT NULL CHECK (use BETWEEN 0 AND 2),
    sequence {integer} NOT NULL,
    number {integer} NOT NULL UNIQUE,
    activated {integer} NOT NULL,
    state {text} NOT NULL CHECK (state IN ('kept', 'replaced', 'returned')),
    receipt {blob}
) {strict};

-- An id is in the form in which ids are compared; `written` is how somebody typed it.
CREATE TABLE users (
    id {text} PRIMARY KEY,
    written {text} NOT NULL,
    name {text} NOT NULL,
    kind {integer} NOT NULL CHECK (kind BETWEEN 0 AND 3),
    can_log_in {integer} NOT NULL CHECK (can_log_in IN (0, 1)),
    administrator {integer} NOT NULL CHECK (administrator IN (0, 1)),
    retired {integer} NOT NULL CHECK (retired IN (0, 1)),
    member_of {text} NOT NULL
) {strict};

CREATE TABLE sites (
    id {text} PRIMARY KEY,
    written {text} NOT NULL,
    name {text} NOT NULL,
    central {integer} NOT NULL CHECK (central IN (0, 1))
) {strict};

-- The slots of a license are 1, 2, 3 and so on: what an assignment grants depends on its slot alone.
CREATE TABLE user_licenses (
    user_id {text} NOT NULL REFERENCES users (id),
    license {text} NOT NULL,
    slot {integer} NOT NULL,
    PRIMARY KEY (user_id, license),
    UNIQUE (license, slot)
) {strict};

-- A satellite also holds the license '', whose slots number the satellites.
CREATE TABLE site_licenses (
    site_id {text} NOT NULL REFERENCES sites (id),
    license {text} NOT NULL,
    slot {integer} NOT NULL,
    PRIMARY KEY (site_id, license),
    UNIQUE (license, slot)
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

-- What a reset may do once: the nonces of the resets that were used.
CREATE TABLE resets (
    nonce {blob} PRIMARY KEY,
    what {integer} NOT NULL,
    issuer {text} NOT NULL,
    used {integer} NOT NULL CHECK (used IN (0, 1))
) {strict};

-- Numbers count without a gap: the number is how many entries there are. An entry has pseudonyms in
-- place of people.
CREATE TABLE audit (
    number {integer} PRIMARY KEY,
    entry {blob} NOT NULL,
    hash {blob} NOT NULL
) {strict};

-- Whom each pseudonym in the audit log stands for, until the person is erased.
CREATE TABLE people (
    pseudonym {text} PRIMARY KEY,
    id {text} NOT NULL UNIQUE,
    written {text} NOT NULL
) {strict};
