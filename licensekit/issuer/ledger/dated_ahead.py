"""Documents of a ledger that are dated later than now: a clock was ahead when they were signed.

Installations refuse them, and files that carry them, until that moment.
"""

from collections.abc import Iterator
from typing import ClassVar, Literal

from licensekit.database import Connection
from licensekit.errors.coded import Message, Templates
from licensekit.issuer.ledger import documents
from licensekit.issuer.ledger.bundles import SELECT, read_row
from licensekit.wire.documents import CLASS_OF, Catalog, Revocations, Trust, decode

_BUNDLES = SELECT + " WHERE b.issued > ? AND b.state IN ('active', 'replaced') ORDER BY b.number"


class DatedAhead(Message):
    """A document that is dated later than now, and how to put that right if the clock is right."""

    code = "dated-ahead"
    template: ClassVar[Templates] = {
        "bundle": "{document} is dated {issued:time}, later than now: unless the clock is wrong, make it void"
        " with `licensekit void` and issue its order again",
        "trust": "trust document {document} is dated {issued:time}, later than now: unless the clock is wrong,"
        " `licensekit keys rotate` signs one that takes its place",
        "revocations": "revocation list {document} is dated {issued:time}, later than now: unless the clock is"
        " wrong, `licensekit pack` signs it again",
        "catalog": "catalog {document} is dated {issued:time}, later than now: unless the clock is wrong,"
        " `licensekit pack` signs it again",
    }
    reason: Literal["bundle", "trust", "revocations", "catalog"]
    document: str
    issued: int
    """In seconds since 1970."""


def dated_ahead(ledger: Connection, now: int) -> Iterator[DatedAhead]:
    """Yield each document in force, and each bundle that was not taken back, that is dated later than `now`."""
    for token in documents.newest(ledger):
        match decode(CLASS_OF[token.type], token.payload):
            case Trust(version=version, issued=issued) if issued > now:
                yield DatedAhead(reason="trust", document=str(version), issued=issued)
            case Revocations(number=number, issuer=issuer, issued=issued) if issued > now:
                yield DatedAhead(reason="revocations", document=f"{number} of {issuer}", issued=issued)
            case Catalog(version=version, issuer=issuer, issued=issued) if issued > now:
                yield DatedAhead(reason="catalog", document=f"{version} of {issuer}", issued=issued)
            case _:
                pass
    for row in ledger.stream(_BUNDLES, now):
        one = read_row(row)
        yield DatedAhead(reason="bundle", document=one.label, issued=one.bundle.issued)
