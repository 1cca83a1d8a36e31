"""What was sold, drawn for reports: the terms of bundles, and when bundles began and ceased to count.

An entry moves bundles: what was active makes place for what is issued, what is taken back ceases to be active, and
what that had displaced is active again. `sales` adds all this up, by terms and day.
"""

import json
from collections.abc import Collection, Iterable
from functools import reduce
from typing import Any, Final, LiteralString

from licensekit.database import Connection
from licensekit.database.schemas import read_queries
from licensekit.dates import day_at
from licensekit.issuer.ledger.states import asked
from licensekit.keys.verifying import sha256
from licensekit.wire.documents import Bundle, Kind

_SQL: Final = read_queries(__file__)
POSTINGS: Final = _SQL["done"]
"""A query for what every entry did to the bundles `b` of which `{which}` holds."""
_POSTED: Final = _SQL["post"].replace("{postings}", POSTINGS.replace("{which}", "1 = 1"))
_TOGETHER: Final = 500
"""How many serials are looked up together."""


def terms_of(connection: Connection, entered: Iterable[tuple[int, Bundle, str | None]]) -> list[int]:
    """Return the terms of each bundle, by its entry and with its order; write new ones. No two are of one part."""
    alike: dict[tuple[str, str], bytes] = {}
    first: dict[bytes, tuple[int, Bundle, str]] = {}
    digests = list[bytes]()
    for number, bundle, order in entered:
        key = _edition(connection, bundle, order), f"{bundle.use} {bundle.system} {bundle.sites} {bundle.users}"
        digest = alike.get(key)
        if digest is None:
            counts = [sorted(bundle.counts(kind).items()) for kind in Kind]
            digest = alike[key] = sha256(repr((int(bundle.use), key[0], counts)).encode())
            first.setdefault(digest, (number, bundle, key[0]))
        digests.append(digest)
    known: dict[bytes, int] = dict(connection.rows(f"{_SQL['known']} IN ({asked(list(first))})", *first))
    new = {digest: one for digest, one in first.items() if digest not in known}
    terms = [(number, digest, int(bundle.use), name) for digest, (number, bundle, name) in new.items()]
    connection.run_many(_SQL["put_terms"], terms)
    for number, bundle, _ in new.values():
        counted = [(code, int(kind), count) for kind in Kind for code, count in bundle.counts(kind).items()]
        connection.run_many(_SQL["put_sold"], [(number, *one) for one in [("", -1, 1), *counted]])
    known |= {digest: number for digest, (number, *_) in new.items()}
    return [known[digest] for digest in digests]


def _edition(connection: Connection, bundle: Bundle, order: str | None) -> str:
    """Return the edition that an order names; for a change that names none, the one that was there."""
    if order is not None and '"edition"' in order:
        said = json.loads(order)
        if edition := said.get("edition") or said.get("set", {}).get("edition"):
            return str(edition)
    if order is None or '"action"' in order:
        row = connection.one(_SQL["edition"], bundle.serial, bundle.part)
        return row[0] if row else ""
    return ""


def enter(connection: Connection, serials: Collection[str], numbers: tuple[int, int], at: int) -> None:
    """Enter what the entries from one number to another, made at `at`, have moved among some serials, and have sold.

    They are one entry, or bundles of which none moves what another one does.
    """
    first, last = numbers
    wanted = sorted(serials)
    for place in range(0, len(wanted), _TOGETHER):
        some = wanted[place : place + _TOGETHER]
        for statement in (_SQL["move"], _SQL["hold"]):
            connection.run(_filled(statement, first, last, at).replace("{serials}", asked(some)), *some)
    if serials:
        connection.run(_filled(_SQL["no_sale"], first, last, at))
    connection.run(_POSTED, first, last)


def _filled(statement: LiteralString, first: int, last: int, at: int) -> Any:
    """Return a statement with numbers in it."""
    numbers = {"{first}": first, "{last}": last, "{at}": day_at(at)}
    return reduce(lambda text, name: text.replace(name, str(numbers[name])), numbers, str(statement))
