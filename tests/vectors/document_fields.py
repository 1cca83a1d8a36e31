"""Every field of every document of `docs/format.md`, with its type and its bounds, as cases of payloads need them.

`test_document_fields.py` compares this with the tables of the text.
"""

from dataclasses import dataclass
from typing import Final

from tests.vectors.field_kinds import (
    BOUNDS,
    Boolean,
    Bytes,
    Kind,
    ListOf,
    MapOf,
    Number,
    OrNothing,
    Text,
    Value,
    Within,
)


@dataclass(frozen=True)
class Table:
    """A document: its fields in order, and where the text has it."""

    heading: str
    fields: dict[str, Kind]
    inside: str = ""
    """The heading under which the table of a document inside another stands."""


def closed(*words: str) -> Number:
    """Return a closed list of numbers, from 0, and the words that plain data shows."""
    return Number(0, len(words) - 1, f"number 0 to {len(words) - 1}" if len(words) > 2 else "number 0 or 1", words)


def between(lowest: int, bound: str) -> Number:
    """Return a number up to a bound of the text."""
    return Number(lowest, BOUNDS[bound], f"number from {lowest} to `{bound}`")


CODE: Final = Text(BOUNDS["CODE_LENGTH"], "code")
QUALIFIED: Final = Text(2 * BOUNDS["CODE_LENGTH"] + 1, "qualified code")
SERIAL: Final = Text(BOUNDS["SERIAL_LENGTH"], "serial")
NAME: Final = Text(BOUNDS["NAME_LENGTH"], "name")
TEXT: Final = Text(BOUNDS["TEXT_LENGTH"], "text")
COUNT: Final = Number(1, BOUNDS["COUNT"], "count")
VERSION: Final = Number(1, BOUNDS["VERSION"], "version")
SECONDS: Final = Number(0, BOUNDS["SECONDS"], "seconds", unit="seconds")
DAYS: Final = Number(0, BOUNDS["DAYS"], "days", unit="days")
HOURS: Final = Number(0, BOUNDS["HOURS"], "hours")
IDENTITY: Final = Bytes(16, 16, "16 bytes")
DIGEST: Final = Bytes(32, 32, "32 bytes")
BOOLEAN: Final = Boolean()
VALUE: Final = Value()
OF_SETTING: Final = Number(-BOUNDS["VALUE"], BOUNDS["VALUE"], "number from -`VALUE` to `VALUE`")
EXTENSIONS: Final = MapOf(NAME, VALUE, "EXTENSIONS", written_as="map (above)")
USES: Final = closed("production", "trial", "demo")
SCHEME: Final = Number(1, 2, "number 1 or 2")
PUBLIC: Final = Bytes(32, 1984, "bytes of 32 to 1984")
TYPES: Final = closed("revocations", "catalog", "bundle", "reset")
PEOPLE: Final = closed("associate", "external", "system", "anonymous")


def codes(lowest: int, highest: str) -> ListOf:
    """Return a set of codes."""
    return ListOf(CODE, "codes", lowest, highest, ascending=True)


def licenses() -> MapOf:
    """Return licenses with how many of each."""
    return MapOf(CODE, OrNothing(COUNT), "LICENSES")


TABLES: Final[dict[str, Table]] = {
    "root": Table(
        "Root",
        {
            "product": CODE,
            "issuer": CODE,
            "version": VERSION,
            "threshold": between(1, "ROOT_KEYS"),
            "keys": ListOf(Within("root key", "root key (below)"), "root keys (below)", 1, "ROOT_KEYS"),
            "extensions": EXTENSIONS,
        },
    ),
    "root key": Table("Root key", {"scheme": SCHEME, "public": PUBLIC}, "Root"),
    "trust": Table(
        "Trust document",
        {
            "product": CODE,
            "version": VERSION,
            "root_version": VERSION,
            "issued": SECONDS,
            "fresh_until": OrNothing(SECONDS),
            "keys": ListOf(Within("admitted key", "admitted key (below)"), "admitted keys (below)", 0, "KEYS"),
            "extensions": EXTENSIONS,
        },
    ),
    "admitted key": Table(
        "Admitted key",
        {
            "scheme": SCHEME,
            "public": PUBLIC,
            "name": NAME,
            "state": closed("active", "retired", "revoked"),
            "valid_from": SECONDS,
            "valid_to": OrNothing(SECONDS),
            "scope": Within("scope", "document (below)"),
        },
        "Trust document",
    ),
    "scope": Table(
        "Scope",
        {
            "types": ListOf(TYPES, "numbers 0 to 3", 1, "4", ascending=True),
            "issuers": codes(1, "KEYS"),
            "uses": ListOf(USES, "numbers 0 to 2", 0, "3", ascending=True),
            "longest_term": OrNothing(between(1, "TERM_DAYS"), ","),
            "parts": OrNothing(codes(1, "PARTS"), ","),
            "most": OrNothing(COUNT),
        },
        "Trust document",
    ),
    "revocations": Table(
        "Revocations",
        {
            "issuer": CODE,
            "product": CODE,
            "root_version": VERSION,
            "trust_version": VERSION,
            "number": VERSION,
            "issued": SECONDS,
            "fresh_until": OrNothing(SECONDS),
            "identities": ListOf(IDENTITY, "16 bytes", 0, "REVOKED", ascending=True),
            "serials": ListOf(SERIAL, "serials", 0, "REVOKED", ascending=True),
            "lowest": MapOf(SERIAL, MapOf(CODE, Within("lowest", "lowest (below)"), "PARTS", 1), "REVOKED"),
            "extensions": EXTENSIONS,
        },
    ),
    "lowest": Table("Lowest", dict.fromkeys(("production", "trial", "demo"), OrNothing(VERSION)), "Revocations"),
    "catalog": Table(
        "Catalog",
        {
            "issuer": CODE,
            "product": CODE,
            "root_version": VERSION,
            "trust_version": VERSION,
            "version": VERSION,
            "issued": SECONDS,
            "names": MapOf(CODE, NAME, "URLS"),
            "urls": MapOf(CODE, TEXT, "URLS"),
            "licenses": MapOf(CODE, Within("license", "license (below)"), "LICENSES"),
            "settings": MapOf(CODE, Within("setting", "setting (below)"), "SETTINGS"),
            "access": MapOf(CODE, Within("login rule", "login rule (below)"), "URLS"),
            "editions": MapOf(CODE, Within("edition", "edition (below)"), "EDITIONS"),
            "extensions": EXTENSIONS,
        },
    ),
    "license": Table(
        "License",
        {
            "kind": closed("system", "site", "user"),
            "name": NAME,
            "description": TEXT,
            "plan": BOOLEAN,
            "hidden": BOOLEAN,
            "full_with": OrNothing(QUALIFIED),
            "includes": codes(0, "INCLUDES"),
            "requires": ListOf(QUALIFIED, "qualified codes", 0, "INCLUDES", ascending=True),
            "seats": closed("named", "concurrent"),
            "limits_sites": BOOLEAN,
            "quantity": OrNothing(NAME),
            "per": OrNothing(closed("day", "month", "year", "term"), ","),
            "replaced_by": OrNothing(CODE),
            "names": MapOf(CODE, NAME, "LANGUAGES"),
        },
        "Catalog",
    ),
    "setting": Table(
        "Setting",
        {
            "type": closed("text", "number", "boolean"),
            "name": NAME,
            "lowest": OrNothing(OF_SETTING, ","),
            "highest": OrNothing(OF_SETTING, ","),
            "choices": ListOf(TEXT, "texts", 0, "CHOICES", ascending=True),
            "default": OrNothing(VALUE),
            "combine": closed("latest", "sum", "most"),
        },
        "Catalog",
    ),
    "login rule": Table(
        "Login rule",
        {
            "all": ListOf(QUALIFIED, "qualified codes", 1, "INCLUDES", ascending=True),
            "users": ListOf(PEOPLE, "numbers 0 to 3", 1, "4", ascending=True),
        },
        "Catalog",
    ),
    "edition": Table(
        "Edition",
        {
            "name": NAME,
            "system": licenses(),
            "sites": licenses(),
            "users": licenses(),
            "settings": MapOf(CODE, VALUE, "SETTINGS"),
        },
        "Catalog",
    ),
    "bundle": Table(
        "Bundle",
        {
            "issuer": CODE,
            "product": CODE,
            "serial": SERIAL,
            "part": CODE,
            "sequence": VERSION,
            "replaces": ListOf(SERIAL, "serials", 0, "REPLACED", ascending=True),
            "company": NAME,
            "use": USES,
            "issued": SECONDS,
            **dict.fromkeys(("starts", "warning", "expiry", "grace", "maintenance", "next_check"), OrNothing(DAYS)),
            "system": licenses(),
            "sites": licenses(),
            "users": licenses(),
            "settings": MapOf(CODE, VALUE, "SETTINGS"),
            "binding": OrNothing(Within("binding", "document (below)")),
            "after_grace": closed("read-only", "block", "advisory"),
            "offline_hours": HOURS,
            "borrow_hours": HOURS,
            "extensions": EXTENSIONS,
        },
    ),
    "binding": Table(
        "Binding",
        {"installation": OrNothing(DIGEST), "needed": between(0, "FACTS"), "facts": MapOf(CODE, IDENTITY, "FACTS")},
        "Bundle",
    ),
    "reset": Table(
        "Reset",
        {
            "issuer": CODE,
            "installation": DIGEST,
            "what": closed("clock", "sequence", "restore"),
            "nonce": IDENTITY,
            "issued": SECONDS,
            "extensions": EXTENSIONS,
        },
    ),
    "request": Table(
        "Request",
        {
            "product": CODE,
            "serial": OrNothing(SERIAL),
            "nonce": IDENTITY,
            "issued": SECONDS,
            "facts": MapOf(CODE, IDENTITY, "FACTS"),
            "audit_head": DIGEST,
            "summary": MapOf(NAME, TEXT, "FACTS"),
            "extensions": EXTENSIONS,
        },
    ),
    "receipt": Table(
        "Receipt",
        {
            "identity": IDENTITY,
            "nonce": OrNothing(IDENTITY),
            "issued": SECONDS,
            "audit_head": DIGEST,
            "extensions": EXTENSIONS,
        },
    ),
    "statement": Table(
        "Statement",
        {
            "serial": SERIAL,
            "issued": SECONDS,
            "usage": MapOf(QUALIFIED, Within("usage", "usage (below)"), "LICENSES"),
            "audit_head": DIGEST,
            "notices": ListOf(TEXT, "texts", 0, "NOTICES"),
            "extensions": EXTENSIONS,
        },
    ),
    "usage": Table("Usage", {"in_use": between(0, "COUNT"), "total": OrNothing(between(0, "COUNT"), ",")}, "Statement"),
}
"""Name of the document to its table; those without `inside` are what a token holds."""
