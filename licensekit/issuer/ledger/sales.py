"""What was sold, drawn for reports: the terms of bundles, and when bundles began and ceased to count.

An entry moves bundles: what was active makes place for what is issued, what is taken back ceases to be active, and
what that had displaced is active again. `sales` adds all this up, by terms and day.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from licensekit.database import Connection, Value
from licensekit.database.schemas import read_statements
from licensekit.dates import day_at
from licensekit.issuer.ledger.states import asked
from licensekit.keys.verifying import sha256
from licensekit.wire.documents import Bundle, Kind

_STATEMENTS: Final = read_statements(Path(__file__).with_name("sales.sql"))
POSTINGS: Final = _STATEMENTS[0]
"""A query for what every entry did (`sales.sql`)."""
_KNOWN, _MOVED, _MOVE, _HOLD, _NO_SALE, _EDITION, _POST, _PUT_TERMS, _PUT_SOLD = _STATEMENTS[1:]
_TOGETHER: Final = 500
"""How many serials are looked up together."""


class Entry(NamedTuple):
    """What an entry says that may move bundles."""

    number: int
    at: int
    """In seconds since 1970: of a bundle, when it was issued."""
    bundle: Bundle | None = None
    """What was issued; None: something was taken back, or reinstated."""


def terms_of(connection: Connection, entered: Iterable[tuple[int, Bundle, str | None]]) -> list[int]:
    """Return the terms of each bundle, by its entry and with its order; those that are new are written.

    No two of them are of one serial and part.
    """
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
    known: dict[bytes, int] = dict(connection.rows(f"{_KNOWN} IN ({asked(list(first))})", *first))
    new = {digest: one for digest, one in first.items() if digest not in known}
    connection.run_many(_PUT_TERMS, [(number, digest, int(b.use), name) for digest, (number, b, name) in new.items()])
    for number, bundle, _ in new.values():
        counted = [(code, int(kind), count) for kind in Kind for code, count in bundle.counts(kind).items()]
        connection.run_many(_PUT_SOLD, [(number, *one) for one in [("", -1, 1), *counted]])
    known |= {digest: number for digest, (number, *_) in new.items()}
    return [known[digest] for digest in digests]


def _edition(connection: Connection, bundle: Bundle, order: str | None) -> str:
    """Return the edition that an order names; for a change that names none, the one that was there."""
    if order is not None and '"edition"' in order:
        said = json.loads(order)
        if edition := said.get("edition") or said.get("set", {}).get("edition"):
            return str(edition)
    if order is None or '"action"' in order:
        row = connection.one(_EDITION, bundle.serial, bundle.part)
        return row[0] if row else ""
    return ""


class _Moved(NamedTuple):
    """A bundle that has become active, or has ceased to be."""

    number: int
    serial: str
    part: str
    use: int
    issued: int
    starts: int | None
    expiry: int | None
    maintenance: int | None
    held: int
    last: int | None
    """The day of its movement before."""


Moving = Mapping[tuple[str, str] | None, Entry]
"""Serial and part to the entry that moves bundles of it; else the first of them does."""


def move(connection: Connection, serials: Collection[str], by: Moving) -> None:
    """Enter what has become active, or has ceased to be, of some serials."""
    wanted, other = sorted(serials), next(iter(by.values()), Entry(0, 0))
    for place in range(0, len(wanted), _TOGETHER):
        some = wanted[place : place + _TOGETHER]
        rows = connection.rows(_MOVED.replace("{serials}", asked(some)), *some)
        moved = [(one, by.get((one.serial, one.part), other)) for one in map(_Moved._make, rows)]
        movements = [(one, entry, _cause(one, entry)) for one, entry in moved]
        connection.run_many(_MOVE, [_movement(*each) for each in movements])
        connection.run_many(_HOLD, [(one.number,) for one, _ in moved])
        followed = {e.number for one, e, cause in movements if cause != TAKEN and (one.use, one.held) == (_use(e), 1)}
        connection.run_many(_NO_SALE, [(number,) for number in sorted(followed)])


def post(connection: Connection, first: int, last: int) -> None:
    """Add the entries from `first` to `last` to what was sold and is in force."""
    connection.run(_POST.replace("{postings}", POSTINGS), first, last)


CHANGED, RENEWED, TAKEN = "changed", "renewed", "taken"


def _cause(one: _Moved, entry: Entry) -> str:
    """Return why a bundle was moved: it was taken back or is active again, it was renewed, or was changed."""
    if entry.bundle is None:
        return TAKEN
    is_before = one.held and one.use == entry.bundle.use and one.number != entry.number
    dates = (one.expiry, entry.bundle.expiry), (one.maintenance, entry.bundle.maintenance)
    return RENEWED if is_before and any(_is_later(*each) for each in dates) else CHANGED


def _is_later(before: int | None, after: int | None) -> bool:
    return before is not None and (after is None or after > before)


def _use(entry: Entry) -> int | None:
    return None if entry.bundle is None else int(entry.bundle.use)


def _begins(issued: int, starts: int | None) -> int:
    return max(day_at(issued), starts or 0)


def _movement(one: _Moved, entry: Entry, cause: str) -> tuple[Value, ...]:
    at = day_at(entry.at)
    day = max(at, _begins(one.issued, one.starts), one.last or 0)
    if one.held and entry.bundle is not None:
        day = max(day, _begins(entry.bundle.issued, entry.bundle.starts))
    return entry.number, one.number, at, day, -1 if one.held else 1, cause
