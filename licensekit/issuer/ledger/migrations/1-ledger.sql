-- oldest reader 1, writer 1, database 1

-- The record: only ever appended to. The other tables are drawn from it.
CREATE TABLE entries (
    number {integer} NOT NULL PRIMARY KEY,
    action {text} NOT NULL,
    at {integer} NOT NULL,
    who {text} NOT NULL,
    type {text} NOT NULL,
    frame {blob} NOT NULL,
    order_number {text},
    order_text {text},
    request {blob},
    note {text} NOT NULL,
    hash {blob} NOT NULL
) {strict};
CREATE INDEX entries_order ON entries (order_number)
    WHERE order_number IS NOT NULL;
CREATE UNIQUE INDEX entries_request ON entries (request)
    WHERE request IS NOT NULL;

CREATE TABLE documents (
    number {integer} NOT NULL PRIMARY KEY,
    type {text} NOT NULL,
    issuer {text} NOT NULL,
    version {integer} NOT NULL
) {strict};
CREATE INDEX documents_newest ON documents (type, issuer, number);

-- `number` is the entry that issued it, `signed` the one with its newest signature; `lapses` is 1
-- where nothing takes over at its end without a gap. `claims` is the number of the order that is
-- issued once, as this bundle, and `decided` the entry that took it back or reinstated it last.
-- `terms` is what it sells; `is_sale` is 1 where nothing of its use made place for it, and `held` is
-- 1 while it is active: what `movements` come from.
CREATE TABLE bundles (
    number {integer} NOT NULL PRIMARY KEY,
    identity {blob} NOT NULL,
    signed {integer} NOT NULL,
    key_id {blob} NOT NULL,
    serial {text} NOT NULL,
    part {text} NOT NULL,
    sequence {integer} NOT NULL,
    company {text} NOT NULL,
    company_key {text} NOT NULL,
    use {integer} NOT NULL,
    issued {integer} NOT NULL,
    starts {integer},
    expiry {integer},
    ends {integer} NOT NULL,
    maintenance {integer},
    claims {text},
    state {text} NOT NULL,
    lapses {integer} NOT NULL,
    decided {integer},
    terms {integer} NOT NULL,
    is_sale {integer} NOT NULL,
    held {integer} NOT NULL
) {strict};
CREATE UNIQUE INDEX bundles_order ON bundles (claims)
    WHERE claims IS NOT NULL;
CREATE UNIQUE INDEX bundles_place ON bundles (serial, part, use, sequence);
CREATE UNIQUE INDEX bundles_identity ON bundles (identity);
CREATE INDEX bundles_key ON bundles (key_id, state);
-- One for each way in which bundles are listed, with what the filters beside it compare.
CREATE INDEX bundles_issued ON bundles (issued, number);
CREATE INDEX bundles_company ON bundles (company_key, issued, number, state, ends, lapses, expiry, maintenance);
CREATE INDEX bundles_state ON bundles (state, issued, number);
CREATE INDEX bundles_expiry ON bundles (lapses, expiry, number, state, ends, issued);
CREATE INDEX bundles_ends ON bundles (state, ends, number, issued);
CREATE INDEX bundles_maintenance ON bundles (state, maintenance, number, issued, ends)
    WHERE maintenance IS NOT NULL;
CREATE INDEX bundles_terms ON bundles (terms, number);
-- Holds all that counting the bundles in force by what they sell asks for.
CREATE INDEX bundles_in_force ON bundles (terms, state, ends, serial);

-- What bundles sell. Those that sell the same have the terms of the first of them, by its entry.
CREATE TABLE terms (
    number {integer} NOT NULL PRIMARY KEY,
    digest {blob} NOT NULL,
    use {integer} NOT NULL,
    edition {text} NOT NULL
) {strict};
CREATE UNIQUE INDEX terms_digest ON terms (digest);

-- Each license of some terms with its count; NULL is unrestricted. `kind` is -1, and `license` empty,
-- for the bundle itself.
CREATE TABLE sold (
    number {integer} NOT NULL,
    license {text} NOT NULL,
    kind {integer} NOT NULL,
    count {integer},
    PRIMARY KEY (number, license)
) {strict};
CREATE INDEX sold_license ON sold (license, number);

-- Which settings the bundle of an entry sets.
CREATE TABLE sold_settings (
    number {integer} NOT NULL,
    setting {text} NOT NULL,
    PRIMARY KEY (setting, number)
) {strict};

-- When a bundle ceased to be active (-1), or became active again (1), by which entry and why. `at` is
-- the day of the entry; `day` is from when on it counts, which is later where something starts later.
CREATE TABLE movements (
    number {integer} NOT NULL,
    bundle {integer} NOT NULL,
    at {integer} NOT NULL,
    day {integer} NOT NULL,
    sign {integer} NOT NULL,
    cause {text} NOT NULL,
    PRIMARY KEY (number, bundle)
) {strict};
CREATE INDEX movements_bundle ON movements (bundle, day);

-- For all bundles of some terms, how many were sold on a day, and by how many more are in force.
CREATE TABLE sales (
    terms {integer} NOT NULL,
    day {integer} NOT NULL,
    new {integer} NOT NULL,
    changed {integer} NOT NULL,
    renewed {integer} NOT NULL,
    taken {integer} NOT NULL,
    net {integer} NOT NULL,
    PRIMARY KEY (terms, day)
) {strict};

-- Which serials the bundle of an entry takes the place of.
CREATE TABLE replacements (
    number {integer} NOT NULL,
    serial {text} NOT NULL,
    PRIMARY KEY (number, serial)
) {strict};
CREATE INDEX replacements_serial ON replacements (serial);

CREATE TABLE exchange_files (
    number {integer} NOT NULL PRIMARY KEY,
    type {text} NOT NULL,
    identity {blob} NOT NULL,
    installation {blob} NOT NULL,
    serial {text},
    bundle {blob},
    issued {integer} NOT NULL,
    head {blob} NOT NULL,
    follows {blob}
) {strict};
CREATE UNIQUE INDEX exchange_files_identity ON exchange_files (identity, installation);
CREATE INDEX exchange_files_installation ON exchange_files (installation);
CREATE INDEX exchange_files_issued ON exchange_files (type, issued);
CREATE INDEX exchange_files_bundle ON exchange_files (bundle)
    WHERE bundle IS NOT NULL;
CREATE INDEX exchange_files_serial ON exchange_files (serial, issued)
    WHERE serial IS NOT NULL;

-- What statements say is in use, by the issuer whose license it is: empty for the vendor's.
CREATE TABLE stated (
    number {integer} NOT NULL,
    code {text} NOT NULL,
    issuer {text} NOT NULL,
    license {text} NOT NULL,
    in_use {integer} NOT NULL,
    PRIMARY KEY (number, code)
) {strict};

-- Who the customers are, in words that may change: no chain covers it, and no document says it.
-- Every serial belongs to one of them. `name_key` is the name as names are compared.
CREATE TABLE customers (
    number {integer} NOT NULL PRIMARY KEY,
    external {text},
    name {text} NOT NULL,
    name_key {text} NOT NULL,
    contact {text} NOT NULL,
    note {text} NOT NULL
) {strict};
CREATE UNIQUE INDEX customers_external ON customers (external)
    WHERE external IS NOT NULL;
CREATE INDEX customers_name ON customers (name_key, number);

CREATE TABLE customer_serials (
    serial {text} NOT NULL PRIMARY KEY,
    customer {integer} NOT NULL
) {strict};
CREATE INDEX customer_serials_customer ON customer_serials (customer, serial);

-- By the SHA-256 of the public key, with the serial that it had last. What is unknown is empty.
CREATE TABLE installations (
    installation {blob} NOT NULL PRIMARY KEY,
    serial {text},
    customer {integer} NOT NULL,
    name {text} NOT NULL,
    purpose {text} NOT NULL
) {strict};
CREATE INDEX installations_customer ON installations (customer, installation);
CREATE INDEX installations_serial ON installations (serial)
    WHERE serial IS NOT NULL;

-- The words by which customers are searched for.
CREATE TABLE customer_words (
    word {text} NOT NULL,
    customer {integer} NOT NULL,
    PRIMARY KEY (word, customer)
) {strict};
CREATE INDEX customer_words_customer ON customer_words (customer, word);

CREATE TABLE facts (
    name {text} NOT NULL PRIMARY KEY,
    value {text} NOT NULL
) {strict};
