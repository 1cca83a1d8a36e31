"""The tables of a ledger.

`entries` is the record: only ever appended to, each entry chained to the one before. The other
tables are drawn from it so that questions cost what their answers cost, and `ledger verify`
compares them with it.
"""

from typing import Final

from licensekit.database import Migration, Schema

_ENTRIES: Final = """CREATE TABLE entries (
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
) {strict}"""
_DOCUMENTS: Final = """CREATE TABLE documents (
    number {integer} NOT NULL PRIMARY KEY,
    type {text} NOT NULL,
    issuer {text} NOT NULL,
    version {integer} NOT NULL
) {strict}"""
_BUNDLES: Final = """CREATE TABLE bundles (
    number {integer} NOT NULL PRIMARY KEY,
    identity {blob} NOT NULL,
    key_id {blob} NOT NULL,
    serial {text} NOT NULL,
    part {text} NOT NULL,
    sequence {integer} NOT NULL,
    company {text} NOT NULL,
    company_key {text} NOT NULL,
    product {text} NOT NULL,
    use {integer} NOT NULL,
    issued {integer} NOT NULL,
    expiry {integer},
    ends {integer} NOT NULL,
    state {text} NOT NULL
) {strict}"""
_FACTS: Final = """CREATE TABLE facts (
    name {text} NOT NULL PRIMARY KEY,
    value {text} NOT NULL
) {strict}"""
# An order is issued once, or bound to so many installations as it says, one in each answer.
_ORDERS_ONCE: Final = (
    "CREATE UNIQUE INDEX entries_order ON entries (order_number)"
    " WHERE order_number IS NOT NULL AND request IS NULL"
)
_ORDERS_ANSWERED: Final = (
    "CREATE INDEX entries_answered ON entries (order_number)"
    " WHERE order_number IS NOT NULL AND request IS NOT NULL"
)
_REQUESTS_ONCE: Final = (
    "CREATE UNIQUE INDEX entries_request ON entries (request) WHERE request IS NOT NULL"
)
_EXCHANGE_FILES: Final = """CREATE TABLE exchange_files (
    number {integer} NOT NULL PRIMARY KEY,
    type {text} NOT NULL,
    identity {blob} NOT NULL,
    installation {blob} NOT NULL,
    serial {text},
    bundle {blob},
    issued {integer} NOT NULL,
    head {blob} NOT NULL,
    follows {blob}
) {strict}"""
_SENT_ONCE: Final = (
    "CREATE UNIQUE INDEX exchange_files_identity ON exchange_files (identity, installation)"
)
_RECEIPTS: Final = (
    "CREATE INDEX exchange_files_bundle ON exchange_files (bundle) WHERE bundle IS NOT NULL"
)
_STATEMENTS: Final = (
    "CREATE INDEX exchange_files_serial ON exchange_files (serial, issued) WHERE serial IS NOT NULL"
)

SCHEMA: Final = Schema(
    "ledger",
    (
        Migration(
            1,
            "the record, and what is asked of it",
            (
                _ENTRIES,
                _ORDERS_ONCE,
                _ORDERS_ANSWERED,
                _REQUESTS_ONCE,
                _DOCUMENTS,
                "CREATE INDEX documents_newest ON documents (type, issuer, number)",
                _BUNDLES,
                "CREATE UNIQUE INDEX bundles_place ON bundles (serial, part, sequence)",
                "CREATE INDEX bundles_identity ON bundles (identity)",
                "CREATE INDEX bundles_key ON bundles (key_id, state)",
                # One for each way in which `listing` asks, so that it never reads past the answer.
                "CREATE INDEX bundles_issued ON bundles (issued, number)",
                "CREATE INDEX bundles_company ON bundles (company_key, issued, number)",
                "CREATE INDEX bundles_product ON bundles (product, issued, number)",
                "CREATE INDEX bundles_state ON bundles (state, issued, number)",
                "CREATE INDEX bundles_expiry ON bundles (state, expiry, number)",
                "CREATE INDEX bundles_ends ON bundles (state, ends, number)",
                _EXCHANGE_FILES,
                _SENT_ONCE,
                "CREATE INDEX exchange_files_installation ON exchange_files (installation)",
                _RECEIPTS,
                _STATEMENTS,
                _FACTS,
            ),
        ),
    ),
)
