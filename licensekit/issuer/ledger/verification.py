"""Verification of a ledger: every link, every signature, and every table drawn from it; and what is dated ahead.

What was signed is judged by the trust that was in force when it was entered: a key that was revoked since has signed in
its time. Entries that are missing at the end leave no trace here; whoever keeps the head of an earlier verification
sees it.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, LiteralString

from licensekit.chain import Head, Link, unbroken
from licensekit.database import Connection, Row, connect
from licensekit.errors import LedgerDamaged, LicenseError, UnexpectedType
from licensekit.errors.coded import Message
from licensekit.issuer.ledger import documents
from licensekit.issuer.ledger.bundles import SELECT, read_row
from licensekit.issuer.ledger.entries import SCHEMA, LedgerEntry, head, stream
from licensekit.issuer.ledger.projection import Entered, project
from licensekit.trust import state
from licensekit.trust.signed import SELF_SIGNED, self_signed
from licensekit.trust.state import TrustState
from licensekit.trust.verify import verify_bundle
from licensekit.wire.armor import Token
from licensekit.wire.documents import CLASS_OF, Catalog, Reset, Revocations, Trust, decode

_BATCH: Final = 500
_DRAWN: Final[dict[str, LiteralString]] = {
    "bundles": "SELECT * FROM bundles ORDER BY number",
    "documents": "SELECT * FROM documents ORDER BY number",
    "replacements": "SELECT * FROM replacements ORDER BY number, serial",
    "exchange_files": "SELECT * FROM exchange_files ORDER BY number",
}
"""Each table that is drawn from the entries, and its rows in their order."""

_LAST_DRAWN: Final = (
    "SELECT max(number) FROM (SELECT max(signed) AS number FROM bundles"
    " UNION ALL SELECT max(number) FROM documents"
    " UNION ALL SELECT max(number) FROM exchange_files) AS last"
)

_BY_KEY: Final[dict[str, Callable[[Token, TrustState, int], object]]] = {
    "bundle": verify_bundle,
    "catalog": lambda token, trust, _: state.verify_numbered(trust, token, Catalog),
    "reset": lambda token, trust, now: state.verify_signed(token, Reset, trust, now),
    "revocations": lambda token, trust, now: state.take_revocations(
        trust, state.verify_numbered(trust, token, Revocations), now
    ),
}

Progress = Callable[[int], None]
"""Called with how many more entries were verified."""


def verify(ledger: Connection, progress: Progress) -> Head:
    """Verify a whole ledger, in constant memory, and return its last entry; raises as `Ledger.verify`."""
    with TemporaryDirectory() as place:
        beside = connect(Path(place, "drawn.db"), schema=SCHEMA, create=True)
        try:
            with beside.write() as drawn:
                _verify_entries(ledger, drawn, progress)
                _compare(ledger, drawn)
        finally:
            beside.close()
    return head(ledger)


def _verify_entries(ledger: Connection, drawn: Connection, progress: Progress) -> None:
    """Verify links and signatures, and draw the tables again."""
    pin = documents.fact(ledger, documents.PIN) or ""
    if issuer := documents.fact(ledger, documents.ISSUER):
        documents.put_fact(drawn, documents.ISSUER, issuer)
    waiting: list[Entered] = []
    trust = None
    for entry in unbroken(
        stream(ledger),
        lambda one: Link(one.number, one.content(), one.hash),
        lambda reason, number: LedgerDamaged(reason=reason, number=number),
    ):
        try:
            trust = _verify_token(entry, trust, pin)
            document = decode(CLASS_OF[entry.token.type], entry.token.payload)
        except LicenseError as error:
            raise LedgerDamaged(reason="not-genuine", number=entry.number, why=error) from error
        waiting.append((entry.number, entry.record(document)))
        if len(waiting) == _BATCH:
            project(drawn, waiting)
            progress(len(waiting))
            waiting.clear()
    project(drawn, waiting)
    progress(len(waiting))


def _verify_token(entry: LedgerEntry, trust: TrustState | None, pin: str) -> TrustState | None:
    """Verify what was entered; return the trust that is in force after it."""
    token = entry.token
    if token.type not in CLASS_OF:
        raise UnexpectedType(reason="unknown", type=token.type)
    if token.type in SELF_SIGNED:
        self_signed(token, SELF_SIGNED[token.type])
        return trust
    if trust is None:
        return state.start([token], pin)
    if token.type == "root":
        return state.update_root(trust, token)
    if token.type == "trust":
        return state.take_trust(trust, state.judge_trust(trust, token), entry.at)
    _BY_KEY[token.type](token, trust, entry.at)
    return trust


def _compare(ledger: Connection, drawn: Connection) -> None:
    """Compare the tables of the ledger with those that were drawn again."""
    last, _ = head(ledger)
    [(drawn_from,)] = ledger.rows(_LAST_DRAWN)
    if drawn_from is not None and drawn_from > last:
        raise LedgerDamaged(reason="missing", number=last + 1)
    damaged = [
        (number, table)
        for table, rows in _DRAWN.items()
        for number in _first_difference(ledger.stream(rows), drawn.stream(rows))
    ]
    if damaged:
        number, table = min(damaged)
        raise LedgerDamaged(reason="table", number=number, table=table)


def _first_difference(found: Iterable[Row], wanted: Iterable[Row]) -> Iterator[int]:
    """Yield the number of the first row that differs, if one does."""
    for one, other in zip_longest(found, wanted):
        if one != other:
            yield min(row[0] for row in (one, other) if row is not None)
            return


_BUNDLES: Final = SELECT + " WHERE b.issued > ? AND b.state IN ('active', 'replaced') ORDER BY b.number"


class DatedAhead(Message, reasons=True):
    """A document that is dated later than now, and how to put that right if the clock is right."""

    name: str
    """Of the bundle, or the issuer's code."""
    issued: int
    """In seconds since 1970."""


def dated_ahead(ledger: Connection, now: int) -> Iterator[DatedAhead]:
    """Yield each document in force, and each bundle that was not taken back, that is dated later than `now`."""
    for token in documents.newest(ledger):
        document = decode(CLASS_OF[token.type], token.payload)
        if isinstance(document, Trust | Revocations | Catalog) and document.issued > now:
            yield DatedAhead(reason=token.type, name=getattr(document, "issuer", ""), issued=document.issued)
    for row in ledger.stream(_BUNDLES, now):
        one = read_row(row)
        yield DatedAhead(reason="bundle", name=one.label, issued=one.bundle.issued)
