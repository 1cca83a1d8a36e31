"""Packs, and the trust store that is opened from a pack and extended by later files.

A pack (`.lkp`) is a file of root, trust, revocations and catalog tokens (`docs/format.md`, "Packs"). License files
carry newer ones, and the newest of each is in force.

The documents of a file are added together or not at all (`docs/format.md`, "Trust", F1). Only the highest of each type
and issuer is added. Ignoring the others is safe, because whoever sends a file could also leave them out.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from licensekit import errors
from licensekit.trust import order
from licensekit.trust.order import NOTHING_SEEN, FullVersion, Seen, full_version, is_news, newest, with_seen
from licensekit.trust.roots import pin_of
from licensekit.trust.scope import may_still_sign
from licensekit.trust.signed import Verified
from licensekit.trust.state import TrustState, extend, remember, require_floor, start, still_signed
from licensekit.wire import armor
from licensekit.wire.documents import Catalog, Revocations, Root, Trust, Value, decode, qualified

T = TypeVar("T")
TrustDocument = Verified[Root] | Verified[Trust] | Verified[Revocations] | Verified[Catalog]
IN_PACKS = frozenset({"root", "trust", "revocations", "catalog"})  # the types of documents in packs
HOLDS: Final = "holds"
"""The extension of an exchange file with the installation's documents in force (`docs/format.md`, "Extensions")."""
_NONE: Final = "-"
_NUMBER: Final = "[1-9][0-9]{0,9}"
_FORM: Final = rf"{_NUMBER}\.{_NUMBER}(?: (?:{_NONE}|{_NUMBER}\.{_NUMBER}\.{_NUMBER})){{2}}"
"""Not compiled here, because programs that only verify do not need it."""


class TrustStore(NamedTuple):
    """The trusted documents, and the catalogs that say what license codes mean."""

    trust: TrustState
    catalogs: Mapping[str, Verified[Catalog]]  # issuer to its newest catalog

    @property
    def product(self) -> str:
        """The product of the pinned root."""
        return self.trust.root.product

    @property
    def issuer(self) -> str:
        """The vendor: the issuer whose codes need no prefix."""
        return self.trust.root.issuer

    @property
    def catalog_documents(self) -> dict[str, Catalog]:
        """Issuer to its newest catalog, as a document."""
        return {issuer: catalog.document for issuer, catalog in self.catalogs.items()}

    @property
    def documents(self) -> list[TrustDocument]:
        """Everything in force, in reading order."""
        state = self.trust
        found: list[TrustDocument] = [known.verified for known in state.chain]
        found += [] if state.trust is None else [state.trust]
        found += [state.lists[issuer] for issuer in sorted(state.lists)]
        return found + [self.catalogs[issuer] for issuer in sorted(self.catalogs)]

    @property
    def tokens(self) -> tuple[armor.Token, ...]:
        """The tokens of everything in force, in reading order."""
        return tuple(one.token for one in self.documents)

    def qualify(self, issuer: str, code: str) -> str:
        """Return a code that `issuer` writes as applications write it: without a prefix for the vendor's."""
        return qualified(code, issuer, self.issuer)

    def named(self, of: Callable[[Catalog], Mapping[str, T]]) -> dict[str, tuple[str, T]]:
        """Collect one mapping of every catalog: code, as applications write it, to issuer and content."""
        catalogs = self.catalog_documents.items()
        return {self.qualify(issuer, code): (issuer, one) for issuer, c in catalogs for code, one in of(c).items()}

    def issuer_of(self, code: str) -> str:
        """Return the issuer of a code that an application writes."""
        return code.rpartition(".")[0] or self.issuer

    def beside(self, code: str, written: Iterable[str]) -> tuple[str, ...]:
        """Return codes that the catalog of `code` contains, as applications write them."""
        issuer = self.issuer_of(code)
        return tuple(self.qualify(issuer, one) for one in written)


def open_pack(pack: bytes | str, root: str) -> TrustStore:
    """Verify a pack by a root pin; raise a `FormatError`, or a `TrustError` if it is not genuine."""
    tokens = armor.read(pack)
    require_in_pack(tokens)
    return extend_trust_store(TrustStore(start(tokens, root), {}), tokens, None)


def require_in_pack(tokens: Iterable[armor.Token]) -> None:
    """Raise `UnexpectedType` for a token that does not belong in a pack."""
    for token in tokens:
        if token.type not in IN_PACKS:
            raise errors.UnexpectedType(reason="not-in-pack", type=token.type)


def pin_in_pack(pack: bytes | str) -> str:
    """Return the pin of the oldest root in a pack, unverified; raise `RootMismatch` if it has none."""
    return pin_of(_oldest_root(pack))


def product_in_pack(pack: bytes | str) -> str:
    """Return the product of a pack, unverified; raises as `pin_in_pack`."""
    return decode(Root, _oldest_root(pack)).product


def _oldest_root(pack: bytes | str) -> bytes:
    if not (payloads := [t.payload for t in armor.read(pack) if t.type == "root"]):
        raise errors.RootMismatch(reason="no-root")
    return min(payloads, key=lambda payload: decode(Root, payload).version)


def extend_trust_store(trust_store: TrustStore, tokens: Iterable[armor.Token], now: int | None) -> TrustStore:
    """Add the roots, trust documents, lists and catalogs among `tokens`, all or none (F1)."""
    return at_floor(add_documents(trust_store, tokens, now, NOTHING_SEEN), NOTHING_SEEN)


def add_documents(trust_store: TrustStore, tokens: Iterable[armor.Token], now: int | None, seen: Seen) -> TrustStore:
    """Add documents as `extend_trust_store`, where the installation has `seen` others, without `at_floor`."""
    tokens = list(tokens)
    trust = extend(remember(trust_store.trust, seen), tokens, now)
    catalogs = dict(trust_store.catalogs)
    if trust.trust is not trust_store.trust.trust:  # C2: a key may have lost its right to sign catalogs
        catalogs = {i: c for i, c in catalogs.items() if may_still_sign(trust.signers, c)}
    found = trust.seen
    verified = still_signed(trust, (token for token in tokens if token.type == "catalog"), Catalog)
    for catalog in newest(verified, found):
        issuer = catalog.document.issuer
        if is_news(catalog, found.get(("catalog", issuer)), catalogs.get(issuer), now):
            catalogs[issuer], found = catalog, with_seen(found, catalog)
    return TrustStore(trust._replace(seen=found), catalogs)


def at_floor(trust_store: TrustStore, floor: Seen) -> TrustStore:
    """Remove catalogs older than one that was seen (S1); raises as `require_floor`, and `Fork`."""
    require_floor(trust_store.trust, floor)
    kept: dict[str, Verified[Catalog]] = {}
    for issuer, catalog in trust_store.catalogs.items():
        found, highest = order.seen(catalog), trust_store.trust.seen["catalog", issuer]
        if order.is_fork(found, highest):
            raise order.fork_of(catalog.document)
        if found == highest:
            kept[issuer] = catalog
    return trust_store._replace(catalogs=kept)


class Held(NamedTuple):
    """The full versions of the documents in force; empty for a missing one."""

    trust: FullVersion = ()
    revocations: FullVersion = ()
    catalog: FullVersion = ()

    @property
    def text(self) -> str:
        """The value of the extension: `2.14 2.13.7 2.14.20`."""
        return " ".join(".".join(map(str, one)) or _NONE for one in self)

    def is_beyond(self, other: "Held") -> bool:
        """Return whether one of the documents is newer than that of `other`."""
        return any(own > others for own, others in zip(self, other, strict=True))


def held_in(trust_store: TrustStore, issuer: str) -> Held:
    """Return the versions in force of the trust document, and of the list and catalog of `issuer`."""
    trust = trust_store.trust
    in_force = trust.trust, trust.lists.get(issuer), trust_store.catalogs.get(issuer)
    return Held(*(() if one is None else full_version(one.document) for one in in_force))


def lowest(several: Sequence[Held]) -> Held:
    """Return the lowest version of each document in `several`, which is not empty."""
    return Held(*map(min, zip(*several, strict=True)))


def read_held(value: Value | None) -> Held | None:
    """Parse the value of the extension; None for any other form, which counts as absent."""
    if not isinstance(value, str) or not re.fullmatch(_FORM, value):
        return None
    return Held(*(() if word == _NONE else tuple(map(int, word.split("."))) for word in value.split(" ")))
