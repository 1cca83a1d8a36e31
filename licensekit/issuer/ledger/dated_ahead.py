"""Documents of a ledger that are dated later than now: a clock was ahead when they were signed.

Installations refuse them, and files that carry them, until that moment.
"""

from collections.abc import Iterator
from typing import Final

from licensekit.database import Connection
from licensekit.errors.coded import Message
from licensekit.issuer.ledger import documents
from licensekit.issuer.ledger.bundles import SELECT, read_row
from licensekit.wire.documents import CLASS_OF, Catalog, Revocations, Trust, decode

_BUNDLES: Final = SELECT + " WHERE b.issued > ? AND b.state IN ('active', 'replaced') ORDER BY b.number"
_AHEAD: Final = " is dated {issued:time}, later than now: unless the clock is wrong, "


class DatedAhead(Message):
    """A document that is dated later than now, and how to put that right if the clock is right."""

    template = {
        "bundle": "{name}" + _AHEAD + "make it void with `licensekit void` and issue its order again",
        "trust": "the trust document" + _AHEAD + "`licensekit keys rotate` signs one that takes its place",
        "revocations": "the revocation list of {name}" + _AHEAD + "`licensekit pack` signs it again",
        "catalog": "the catalog of {name}" + _AHEAD + "`licensekit pack` signs it again",
    }
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
