"""The tables derived from the entries for fast queries: the states of bundles, and sales.

A new bundle replaces the active one; a bundle that is taken back is no longer active, and the one that it replaced is
active again. Signing a bundle again keeps its state. `sales` sums this up for reports, by terms and day.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import reduce
from itertools import groupby
from typing import Any, Final, LiteralString, NamedTuple

from licensekit import limits
from licensekit.database import Connection, Value, marks, read_queries
from licensekit.dates import day_at
from licensekit.issuer.ledger import exchange_files, states
from licensekit.issuer.ledger.documents import ISSUER, fact
from licensekit.issuer.ledger.states import ACTIVE, MAY_BECOME, RETURNED, Named
from licensekit.keys.verifying import sha256
from licensekit.text.names import without_accents
from licensekit.trust.signed import identity_of
from licensekit.wire import armor, documents, frame
from licensekit.wire.documents import Bundle, Document, Kind, Receipt, Revocations, Use

PERPETUAL: Final = limits.DAYS + 1  # the last day of a perpetual bundle: after every other day
ABSORB: Final = "absorb"
"""The action of entries that a restored ledger lost; bundles that were issued later may have lower entries."""


class Record(NamedTuple):
    """A document to be entered, signed or received, and how it came about."""

    action: str  # the command: `issue`, `renew`, `accept`
    at: int  # when it was entered, in seconds since 1970
    who: str
    token: armor.Token
    document: Document  # the contents of `token`
    order_number: str | None = None
    order: str | None = None  # the canonical text of the order, to be compared with another of the same number
    request: bytes | None = None  # the identity of the request that this answers
    note: str = ""  # the reason, if any


def said_in(order: str | None, key: str) -> str | None:
    """Return the value of a key in the canonical text of an order, or None."""
    return json.loads(order).get(key) if order is not None and f'"{key}"' in order else None


Entered = tuple[int, Record]  # the number of an entry, and its record
_Drawn = tuple[int, Record, Bundle]
_SQL: Final = read_queries(__file__)
POSTINGS: Final = _SQL["done"]  # a query for what each entry did to the bundles `b` that satisfy `{which}`
_POSTED: Final = _SQL["post"].replace("{postings}", POSTINGS.replace("{which}", "1 = 1"))
_TOGETHER: Final = 500  # how many serials are looked up together
company_key: Final = without_accents
"""Returns the key by which companies are looked up, without case and accents."""


def project(connection: Connection, entered: Sequence[Entered]) -> None:
    """Update the derived tables with the entries `entered`."""
    for is_bundle, some in groupby(entered, lambda one: isinstance(one[1].document, Bundle)):
        if is_bundle:
            _project_bundles(connection, list(some))
            continue
        for number, one in some:
            match one.document:
                case documents.Root() | documents.Trust() | documents.Catalog() | Revocations() as document:
                    issuer = "" if isinstance(document, documents.Trust) else document.issuer
                    version = document.number if isinstance(document, Revocations) else document.version
                    connection.run(_SQL["put_document"], number, one.token.type, issuer, version)
                    if isinstance(document, Revocations):
                        _project_list(connection, number, one, document)
                case documents.Request() | Receipt() | documents.Statement() as document:
                    exchange_files.put(connection, number, one.token, document)
                    if isinstance(document, Receipt):
                        _give_back(connection, number, one.at, document.identity)
                case _:
                    pass


def _bundle_row(number: int, token: armor.Token, bundle: Bundle) -> tuple[Value, ...]:
    """Return the columns of a bundle that come from its document."""
    opened = frame.read(token.frame)
    entered = (number, identity_of(token.type, opened.payload), number, opened.signatures[0].key)
    named = (bundle.serial, bundle.part, bundle.sequence, bundle.company, company_key(bundle.company))
    ends = PERPETUAL if bundle.term_end is None else bundle.term_end
    dates = (bundle.issued, bundle.starts, bundle.expiry, ends, bundle.maintenance)
    return (*entered, *named, int(bundle.use), *dates)


def _project_bundles(connection: Connection, entered: Sequence[Entered]) -> None:
    drawn = [(number, one, one.document) for number, one in entered if isinstance(one.document, Bundle)]
    serials = [bundle.serial for *_, bundle in drawn]
    query = _SQL["there"].replace("{serials}", marks(serials))
    there = {serial for (serial,) in connection.rows(query, *serials)}
    # The only bundle of a serial is active, unless it replaces others, or was absorbed and may be older than others.
    alone = {bundle.serial for _, one, bundle in drawn if one.action == ABSORB or bundle.replaces}
    touched = {*there, *alone, *(serial for serial, count in Counter(serials).items() if count > 1)}
    for some in _apart(connection, drawn, touched):
        _draw(connection, some, touched)


def _apart(connection: Connection, drawn: Sequence[_Drawn], touched: Collection[str]) -> Iterator[list[_Drawn]]:
    """Divide bundles into groups in which none changes the state of another."""
    named = sorted({*touched, *(serial for *_, bundle in drawn for serial in bundle.replaces)})
    query = _SQL["linked"].replace("{serials}", marks(named))
    linked = {serial for (serial,) in connection.rows(query, *named, *named)} if named else set[str]()
    linked |= {serial for *_, bundle in drawn if bundle.replaces for serial in (bundle.serial, *bundle.replaces)}
    some, places = list[_Drawn](), set[tuple[str, str]]()
    for one in drawn:
        place = one[2].serial, one[2].part
        if some and (place in places or place[0] in linked or some[-1][2].serial in linked):
            yield some
            some, places = [], set[tuple[str, str]]()
        some.append(one)
        places.add(place)
    yield some


def _draw(connection: Connection, drawn: Sequence[_Drawn], touched: set[str]) -> None:
    sold = _terms_of(connection, ((number, bundle, one.order) for number, one, bundle in drawn))
    # An order number is unique, unless it answers requests.
    rows = [
        (*_bundle_row(number, one.token, bundle), one.order_number if one.request is None else None, ACTIVE, terms)
        for (number, one, bundle), terms in zip(drawn, sold, strict=True)
    ]
    connection.run_many(_SQL["put"], rows)
    put = [(row[1], bundle) for row, (*_, bundle) in zip(rows, drawn, strict=True)]
    connection.run_many(_SQL["put_replaced"], [(serial, one) for one, bundle in put for serial in bundle.replaces])
    connection.run_many(_SQL["put_setting"], [(setting, one) for one, bundle in put for setting in bundle.settings])
    _settle(connection, touched & {bundle.serial for _, bundle in put}, drawn[0][0], drawn[-1][0], drawn[0][1].at)


def _project_list(connection: Connection, number: int, entered: Record, revocations: Revocations) -> None:
    """Set the states of bundles that a list changes: by its command, else by the list itself."""
    if fact(connection, ISSUER) not in {None, revocations.issuer}:
        return
    changed = states.restated(connection, entered.action, Named.read(entered.order), revocations)
    connection.run_many(_SQL["decide"], [(state, number, one.number) for one, state in changed])
    connection.run(_SQL["free_orders"], number)
    connection.run_many(_SQL["revoke_bundle"], [(number, identity) for identity in revocations.identities])
    connection.run_many(_SQL["revoke_serial"], [(number, serial) for serial in revocations.serials])
    lowest = [(serial, part, one) for serial, parts in revocations.lowest.items() for part, one in parts.items()]
    below = [(number, serial, part, use, one.of(use)) for serial, part, one in lowest for use in Use]
    connection.run_many(_SQL["revoke_below"], below)
    serials = {*(one.serial for one, _ in changed), *(serial for (serial,) in connection.rows(_SQL["revoked"], number))}
    _settle(connection, serials, number, number, entered.at)


def _give_back(connection: Connection, number: int, at: int, identity: bytes) -> None:
    returned = [one for one in states.stored(connection, "identity = ?", identity) if one.state in MAY_BECOME[RETURNED]]
    connection.run_many(_SQL["decide"], [(RETURNED, number, one.number) for one in returned])
    _settle(connection, {one.serial for one in returned}, number, number, at)


def _settle(connection: Connection, serials: set[str], first: int, last: int, at: int) -> None:
    """Update which bundles of some serials are active, and record the movements and sales among them.

    They come from the entries `first` to `last`, made at `at`: one entry, or a group of `_apart`.
    """
    found = states.settled(connection, serials)
    connection.run_many(_SQL["settle"], [(*state, one.number) for one, state in found.items()])
    wanted = sorted({*serials, *(one.serial for one in found)})
    for place in range(0, len(wanted), _TOGETHER):
        some = wanted[place : place + _TOGETHER]
        for statement in (_SQL["move"], _SQL["hold"]):
            connection.run(_filled(statement, first, last, at).replace("{serials}", marks(some)), *some)
    if wanted:
        connection.run(_filled(_SQL["no_sale"], first, last, at))
    connection.run(_POSTED, first, last)


def _terms_of(connection: Connection, entered: Iterable[tuple[int, Bundle, str | None]]) -> list[int]:
    """Return the terms of each bundle (entry number, bundle, order), and insert new terms; no two are of one part."""
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
    known: dict[bytes, int] = dict(connection.rows(f"{_SQL['known']} IN ({marks(list(first))})", *first))
    new = {digest: one for digest, one in first.items() if digest not in known}
    terms = [(number, digest, int(bundle.use), name) for digest, (number, bundle, name) in new.items()]
    connection.run_many(_SQL["put_terms"], terms)
    for number, bundle, _ in new.values():
        counted = [(code, int(kind), count) for kind in Kind for code, count in bundle.counts(kind).items()]
        connection.run_many(_SQL["put_sold"], [(number, *one) for one in [("", -1, 1), *counted]])
    known |= {digest: number for digest, (number, *_) in new.items()}
    return [known[digest] for digest in digests]


def _edition(connection: Connection, bundle: Bundle, order: str | None) -> str:
    """Return the edition that an order names; for a change that names none, the present edition."""
    if order is not None and '"edition"' in order:
        said = json.loads(order)
        if edition := said.get("edition") or said.get("set", {}).get("edition"):
            return str(edition)
    if order is None or '"action"' in order:
        return connection.value(_SQL["edition"], bundle.serial, bundle.part) or ""
    return ""


def _filled(statement: LiteralString, first: int, last: int, at: int) -> Any:
    numbers = {"{first}": first, "{last}": last, "{at}": day_at(at)}
    return reduce(lambda text, name: text.replace(name, str(numbers[name])), numbers, str(statement))
