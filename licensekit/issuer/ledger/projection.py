"""What is drawn from the entries so that it can be asked quickly.

The state of each bundle is one of `states`. One that is signed again keeps its state.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final, LiteralString, NamedTuple

from licensekit import limits
from licensekit.database import Connection, Value
from licensekit.issuer.ledger import documents, exchange_files, states
from licensekit.issuer.ledger.states import ACTIVE, MAY_BECOME, RETURNED, Named
from licensekit.trust.signed import identity_of
from licensekit.wire import frame
from licensekit.wire.armor import Token
from licensekit.wire.documents import (
    Bundle,
    Catalog,
    Document,
    Receipt,
    Request,
    Revocations,
    Root,
    Statement,
    Trust,
    Use,
)

PERPETUAL: Final = limits.DAYS + 1
"""The last day of what does not end: after every other day."""

ABSORB: Final = "absorb"
"""The action of an entry for what a restored ledger lost: what was issued later may have been entered before."""


class Record(NamedTuple):
    """What is to be entered: a document that was signed or received, and how it came about."""

    action: str
    """The command behind it: `issue`, `renew`, `accept`."""
    at: int
    """When it was entered, in seconds since 1970."""
    who: str
    token: Token
    document: Document
    """What `token` says."""
    order_number: str | None = None
    order: str | None = None
    """The order in its canonical text, to be compared with one of the same number."""
    request: bytes | None = None
    """The identity of the request that this answers."""
    note: str = ""
    """The reason, where one was given."""


Entered = tuple[int, Record]
"""The number of an entry, and what it was made of."""


_PUT: Final = (
    "INSERT INTO bundles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, NULL)"
    " ON CONFLICT (identity) DO UPDATE SET signed = excluded.signed, key_id = excluded.key_id"
)
# Uses are numbers, and the higher use (production over trial over demo) has the lower one.
_REPLACE_LOWER: Final = (
    "UPDATE bundles SET state = 'replaced',"
    " lapses = CASE WHEN use = ? AND ends + 1 < ? THEN lapses ELSE 0 END"
    " WHERE serial = ? AND part = ? AND (state = 'active' OR lapses = 1)"
    " AND (use > ? OR use = ? AND sequence < ?)"
)
_OF_SERIALS: Final = "SELECT DISTINCT serial FROM bundles WHERE serial IN (?"
_YIELD_TO_HIGHER: Final = (
    "UPDATE bundles SET state = 'replaced', lapses = 0 WHERE identity = ? AND (state = 'active' OR lapses = 1)"
    " AND EXISTS (SELECT 1 FROM bundles AS o WHERE o.serial = bundles.serial"
    " AND o.part = bundles.part AND o.use < ? AND o.state = 'active')"
)
# What is issued later for a serial that was replaced counts; signing again changes nothing.
_REPLACE_SERIAL: Final = (
    "UPDATE bundles SET state = 'replaced', lapses = 0 WHERE serial = ?"
    " AND (state = 'active' OR lapses = 1)"
    " AND (issued, number) < (SELECT o.issued, o.number FROM bundles AS o WHERE o.identity = ?)"
)
_DECIDE: Final = "UPDATE bundles SET state = ?, decided = ?, lapses = 0 WHERE number = ?"
_REVOKE: Final = (
    "UPDATE bundles SET state = 'revoked', decided = ?, lapses = 0 WHERE state IN ('active', 'replaced') AND "
)


def project(connection: Connection, entered: Sequence[Entered]) -> None:
    """Bring the tables behind the entries up to date with what was `entered`."""
    for is_bundle, some in groupby(entered, lambda one: isinstance(one[1].document, Bundle)):
        if is_bundle:
            drawn = list(some)
            _project_bundles(connection, drawn)
            absorbed = (one.document for _, one in drawn if one.action == ABSORB)
            _settle(connection, {one.serial for one in absorbed if isinstance(one, Bundle)})
            continue
        for number, one in some:
            match one.document:
                case Root() | Catalog() as document:
                    _put_document(connection, number, one.token, document.issuer, document.version)
                case Trust() as document:
                    _put_document(connection, number, one.token, "", document.version)
                case Revocations() as document:
                    _put_document(connection, number, one.token, document.issuer, document.number)
                    _project_list(connection, number, one, document)
                case Receipt() as document:
                    exchange_files.put(connection, number, one.token, document)
                    _give_back(connection, number, document.identity)
                case Request() | Statement() as document:
                    exchange_files.put(connection, number, one.token, document)
                case _:
                    pass


def bundle_row(number: int, token: Token, bundle: Bundle) -> tuple[Value, ...]:
    """Return the columns of a bundle that its document has."""
    opened = frame.read(token.frame)
    return (
        number,
        identity_of(token.type, opened.payload),
        number,
        opened.signatures[0].key,
        bundle.serial,
        bundle.part,
        bundle.sequence,
        bundle.company,
        company_key(bundle.company),
        bundle.product,
        int(bundle.use),
        bundle.issued,
        bundle.starts,
        bundle.expiry,
        PERPETUAL if bundle.term_end is None else bundle.term_end,
    )


def company_key(company: str) -> str:
    """Return the spelling by which companies are looked up: case does not matter."""
    return company.casefold()


def _project_bundles(connection: Connection, entered: Sequence[Entered]) -> None:
    drawn = [(number, one, one.document) for number, one in entered if isinstance(one.document, Bundle)]
    if len(drawn) > 1 and not {b.serial for *_, b in drawn}.isdisjoint(s for *_, b in drawn for s in b.replaces):
        # What replaces a serial goes by what was entered for it before, and not behind it.
        for one_entered in entered:
            _project_bundles(connection, [one_entered])
        return
    # An order is issued once, but for one that answers requests.
    rows = [
        (*bundle_row(number, one.token, bundle), one.order_number if one.request is None else None, ACTIVE)
        for number, one, bundle in drawn
    ]
    issued = [(row[1], bundle) for row, (*_, bundle) in zip(rows, drawn, strict=True)]
    again = _issued_again(connection, [bundle.serial for _, bundle in issued])
    connection.run_many(_PUT, rows)
    connection.run_many(
        _REPLACE_LOWER,
        [
            (b.use, b.starts or 0, b.serial, b.part, b.use, b.use, b.sequence)
            for _, b in issued
            if b.serial in again and (b.sequence > 1 or b.use is not Use.DEMO)
        ],
    )
    connection.run_many(_YIELD_TO_HIGHER, [(identity, b.use) for identity, b in issued if b.use])
    replaced = [(serial, identity) for identity, b in issued for serial in b.replaces]
    connection.run_many(
        "INSERT INTO replacements SELECT number, ? FROM bundles WHERE identity = ? ON CONFLICT DO NOTHING", replaced
    )
    connection.run_many(_REPLACE_SERIAL, replaced)


def _issued_again(connection: Connection, serials: Sequence[str]) -> set[str]:
    """Return those of some serials, at least one, that have a bundle, or of which several are entered."""
    asked: LiteralString = ", ?" * (len(serials) - 1)
    rows = connection.rows(_OF_SERIALS + asked + ")", *serials)
    return {serial for (serial,) in rows} | {serial for serial, times in Counter(serials).items() if times > 1}


def _put_document(connection: Connection, number: int, token: Token, issuer: str, version: int) -> None:
    connection.run("INSERT INTO documents VALUES (?, ?, ?, ?)", number, token.type, issuer, version)


def _project_list(connection: Connection, number: int, entered: Record, revocations: Revocations) -> None:
    """Give bundles the states that a list gives them: as its command says, else as the list itself does."""
    if documents.fact(connection, documents.ISSUER) not in {None, revocations.issuer}:
        return
    changed = states.restated(connection, entered.action, Named.read(entered.order), revocations)
    connection.run_many(_DECIDE, [(state, number, one.number) for one, state in changed])
    # An order whose bundle is void may be issued again.
    connection.run("UPDATE bundles SET claims = NULL WHERE state = 'void' AND decided = ?", number)
    connection.run_many(_REVOKE + "identity = ?", [(number, identity) for identity in revocations.identities])
    connection.run_many(_REVOKE + "serial = ?", [(number, serial) for serial in revocations.serials])
    connection.run_many(
        _REVOKE + "serial = ? AND part = ? AND use = ? AND sequence < ?",
        [
            (number, serial, part, use, lowest.of(use))
            for serial, parts in revocations.lowest.items()
            for part, lowest in parts.items()
            for use in Use
        ],
    )
    revoked = connection.rows("SELECT serial FROM bundles WHERE state = 'revoked' AND decided = ?", number)
    _settle(connection, {*(one.serial for one, _ in changed), *(serial for (serial,) in revoked)})


def _give_back(connection: Connection, number: int, identity: bytes) -> None:
    returned = [one for one in states.stored(connection, "identity = ?", identity) if one.state in MAY_BECOME[RETURNED]]
    connection.run_many(_DECIDE, [(RETURNED, number, one.number) for one in returned])
    _settle(connection, {one.serial for one in returned})


def _settle(connection: Connection, serials: Iterable[str]) -> None:
    """Bring up to date which bundles of some serials, and of those that they replace, are active."""
    for serial in states.with_replaced(connection, serials):
        settled = states.displacing(connection, serial).settled({})
        connection.run_many(
            "UPDATE bundles SET state = ?, lapses = ? WHERE number = ?",
            [(*state, one.number) for one, state in settled.items()],
        )
