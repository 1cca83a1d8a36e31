-- One row: what the installation is, and what it has seen.
CREATE TABLE installation (
    one {integer} PRIMARY KEY CHECK (one = 1),
    seed {blob} NOT NULL,
    secret {blob} NOT NULL,
    root {text},
    pack {blob},
    elapsed {integer} NOT NULL DEFAULT 0,
    hard {integer} NOT NULL DEFAULT 0,
    soft {integer} NOT NULL DEFAULT 0,
    level {integer} NOT NULL DEFAULT 0,
    ran {integer} NOT NULL DEFAULT 0,
    looks {integer} NOT NULL DEFAULT 0,
    activated {integer} NOT NULL DEFAULT 0,
    began {integer} NOT NULL DEFAULT 0,
    restored {integer} NOT NULL
) {strict};

-- The newest observation of time in each boot; the empty one is of hosts without a boot clock.
CREATE TABLE observations (
    boot {blob} PRIMARY KEY,
    seconds {integer} NOT NULL,
    clock {integer} NOT NULL,
    elapsed {integer} NOT NULL,
    looks {integer} NOT NULL
) {strict};

-- The base bundles for which an administrator has accepted the clock, and when.
CREATE TABLE accepted_clocks (
    bundle {blob} PRIMARY KEY,
    accepted {integer} NOT NULL
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
    proof {integer} NOT NULL,
    state {text} NOT NULL CHECK (state IN ('kept', 'replaced', 'returned')),
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

-- Numbers count without a gap: the number is how many entries there are.
CREATE TABLE audit (
    number {integer} PRIMARY KEY,
    entry {blob} NOT NULL,
    hash {blob} NOT NULL
) {strict};
