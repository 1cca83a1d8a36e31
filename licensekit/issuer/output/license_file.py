"""The files that customers get: a signed document, behind the documents attached to it.

The oldest application has the first pack. So a file carries every root after the first, the newest trust document and
revocation list if the first pack had another, and the issuer's catalog if what the bundle grants does not mean there
what it means today.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from licensekit.catalog.includes import reached
from licensekit.errors import TrustError
from licensekit.issuer.ledger.bundles import BundleToken
from licensekit.issuer.state import file_of
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.trust.signed import Verified, identity_of
from licensekit.trust.verify import verify_catalog
from licensekit.wire import armor
from licensekit.wire.armor import Token
from licensekit.wire.documents import Bundle, Catalog, Reset, SignedType, decode
from licensekit.wire.plain import word


class Attachments(NamedTuple):
    """The documents for every file, and the catalog that some need."""

    always: tuple[Token, ...]
    catalog: Token | None
    changed: frozenset[str] | None
    """The licenses for which `catalog` is needed; None: all."""

    def beside(self, bundle: Bundle) -> tuple[Token, ...]:
        """Return the tokens that go into a file with `bundle`."""
        if self.catalog is None:
            return self.always
        granted = (*bundle.system, *bundle.sites, *bundle.users)
        if self.changed is not None and self.changed.isdisjoint(granted):
            return self.always
        return (*self.always, self.catalog)


NO_ATTACHMENTS = Attachments((), None, frozenset())
"""For files that carry nothing but the bundle."""


class LicenseFile(NamedTuple):
    """A signed bundle, ready to be sent."""

    bundle: Bundle
    token: Token
    data: bytes
    """The file: the bundle and its attachments."""
    is_repeated: bool
    """Whether the same order was issued before: then this is the same bundle again."""

    @property
    def name(self) -> str:
        """The name of the file: product, serial, part, use if it is not production, and sequence."""
        return file_name(self.bundle)

    def plain(self) -> dict[str, Any]:
        """Return what it is as plain JSON values."""
        bundle, token = self.bundle, self.token
        return {
            "identity": identity_of(token.type, token.payload).hex(),
            "serial": bundle.serial,
            "part": bundle.part,
            "use": bundle.use.word,
            "sequence": bundle.sequence,
            "repeated": self.is_repeated,
            "bytes": len(self.data),
        }


class ResetFile(NamedTuple):
    """A signed reset, ready to be sent."""

    product: str
    reset: Reset
    token: Token
    data: bytes
    """The file: the reset and its attachments."""
    is_repeated: bool
    """Whether the same request was answered with it before."""

    @property
    def name(self) -> str:
        """The name of the file: product, the start of the installation's id, and what is reset."""
        return f"{self.product}-{self.reset.installation.hex()[:8]}-{word(self.reset.what)}.lic"


class IssuedFile(NamedTuple):
    """The license file of one of many orders."""

    name: str
    data: bytes
    is_repeated: bool
    """Whether the order was issued before: then it has the same bundle again."""


Approve = Callable[[LicenseFile], object]
"""Checks a license file before its bundle is entered; what it raises undoes the signing."""


def accept_all(_: LicenseFile) -> None:
    """Approve every file."""


def file_name(bundle: Bundle | BundleToken) -> str:
    """Return the name of a bundle's file: `acme-1010000014-base-1.lic`, product and label with dashes."""
    return f"{bundle.product}-{bundle.label.replace(' ', '-')}.lic"


def license_file(bundle: Bundle, token: Token, attachments: Attachments, *, repeated: bool) -> LicenseFile:
    """Return the file of a signed bundle."""
    return LicenseFile(bundle, token, file_of([*attachments.beside(bundle), token]), repeated)


def reset_file(product: str, token: Token, attachments: Attachments, *, repeated: bool) -> ResetFile:
    """Return the file of a signed reset."""
    reset = decode(Reset, token.payload)
    return ResetFile(product, reset, token, file_of([*attachments.always, token]), repeated)


class BulkFiles:
    """The files of many bundles; attachments, the same for most, are written out once."""

    def __init__(self, attachments: Attachments) -> None:
        self._attachments = attachments
        self._written: dict[tuple[Token, ...], bytes] = {}

    def data(self, token: Token, bundle: Bundle | None = None) -> bytes:
        """Return the file of a bundle; without `bundle`, it is decoded from `token` if needed."""
        beside = self._attachments.always
        if self._attachments.catalog is not None:
            beside = self._attachments.beside(bundle or decode(Bundle, token.payload))
        if beside not in self._written:
            self._written[beside] = file_of(beside)
        return b"%b%b\n" % (self._written[beside], armor.write(token).encode("ascii"))


def attachments_of(tx: LedgerTransaction, *, attach: bool = True) -> Attachments:
    """Return the attachments of files that are signed now; none unless `attach`."""
    if not attach:
        return NO_ATTACHMENTS
    state, trust = tx.state, tx.trust
    lacking = [known.verified.token for known in trust.chain[1:]]
    newer = [trust.trust, trust.lists.get(state.issuer)]
    lacking += [one.token for one in newer if one is not None and one.token not in state.first]
    newest = state.catalog
    if newest is None or newest.token in state.first:
        return Attachments(tuple(lacking), None, frozenset())
    # An installation that has seen a thief's catalog takes no older one, not even the shipped one.
    shipped = None if SignedType.CATALOG in state.overtaken else _first_catalog(tx)
    changed = None if shipped is None else _changed(shipped.document, newest.document)
    return Attachments(tuple(lacking), newest.token, changed)


def _first_catalog(tx: LedgerTransaction) -> Verified[Catalog] | None:
    """Return the catalog of the first pack, if it still verifies."""
    for token in tx.state.first:
        if token.type != "catalog":
            continue
        try:
            catalog = verify_catalog(token, tx.trust)
        except TrustError:
            continue
        if catalog.document.issuer == tx.state.issuer:
            return catalog
    return None


def _changed(old: Catalog, new: Catalog) -> frozenset[str] | None:
    """Return the licenses that mean something else in `new`; None if logins do."""
    if old.access != new.access:
        return None
    altered = {c for c, license_ in new.licenses.items() if old.licenses.get(c) != license_}
    return frozenset(c for c in new.licenses if not altered.isdisjoint(reached(new, [c])))
