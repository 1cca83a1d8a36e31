"""A vendor whose documents were issued a day ago by the clock, for commands that look at it."""

import time
from typing import Any, Final

from licensekit.dates import DAY_SECONDS
from licensekit.keys.signing import SigningKey
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Catalog, Document
from tests import homes, makers

DAY: Final = int(time.time()) // DAY_SECONDS - 1
ISSUED: Final = DAY * DAY_SECONDS
"""The beginning of yesterday: processes that start one after the other make the same documents."""
YEAR: Final = 366 * DAY_SECONDS


def trust_token(**changes: Any) -> armor.Token:
    """Return a trust document that admits the TEST KEY `vendor` for two years."""
    admitted = makers.admitted(makers.key("vendor"), valid_from=ISSUED - YEAR, valid_to=ISSUED + YEAR)
    return sign(makers.trust(admitted, **{"issued": ISSUED, **changes}), makers.key("root"))


def pack(catalog: Catalog | None = None) -> str:
    """Return the vendor's pack."""
    catalog = makers.catalog() if catalog is None else catalog
    token = signed(makers.changed(catalog, issued=ISSUED))
    return makers.file_of(homes.ROOT, trust_token(), token)


def bundle(sequence: int = 1, **changes: Any) -> Bundle:
    """Return a bundle for a year from yesterday on."""
    dates = {"starts": DAY, "warning": DAY + 335, "expiry": DAY + 365, "grace": DAY + 395}
    return makers.bundle(**{"issued": ISSUED, "sequence": sequence, **dates, **changes})


def signed(document: Document, by: SigningKey | None = None) -> armor.Token:
    """Sign a document, by default as the vendor."""
    return sign(document, by or makers.key("vendor"))


def file(*documents: Document | armor.Token) -> str:
    """Return a license file; documents that are not tokens yet are signed by the vendor."""
    return makers.file_of(*(d if isinstance(d, armor.Token) else signed(d) for d in documents))
