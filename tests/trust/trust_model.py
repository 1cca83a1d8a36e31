"""What an installation should believe, as numbers: the model of `test_trust_machine`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from licensekit.errors import (
    BundleRevoked,
    DocumentAhead,
    Fork,
    IssuedAhead,
    KeyRevoked,
    KeyUnknown,
    LicenseError,
    RevocationsMissing,
    Rollback,
    RootNotNewest,
    ThresholdNotMet,
    TrustMissing,
)
from licensekit.wire import armor

DAY = 86_400
Refusal = type[LicenseError] | None
"""The class of the error that must come, or None where nothing may be refused."""


class Made(NamedTuple):
    """A document that exists, and the numbers that the model knows of it."""

    kind: str
    token: armor.Token
    root: int = 0
    trust: int = 0
    number: int = 0
    signer: str = ""
    revoked: frozenset[str] = frozenset()
    """A trust document's revoked list keys, or a list's serials."""
    issued: int = 0

    @property
    def version(self) -> tuple[int, int, int]:
        """Where it stands: higher is newer."""
        return self.root, self.trust, self.number


@dataclass
class Model:
    """The newest root, the trust document in force and the list, and the highest that was seen."""

    root: int = 1
    now: int = 0
    trust: Made | None = None
    trust_seen: Made | None = None
    listed: Made | None = None
    list_seen: Made | None = None

    def take(self, made: Made) -> Refusal:
        """Take one document, or say why not."""
        if made.kind == "root":
            return self._root(made)
        if made.kind == "trust":
            return self._no_trust(made) or self._trust(made)
        return self._no_list(made) or self._list(made)

    def take_file(self, file: list[Made]) -> Refusal:
        """Take all of a file by F1, or say why not; after a refusal the model is of no use."""
        kinds = ("root", "trust", "revocations")
        roots, trusts, lists = ([made for made in file if made.kind == kind] for kind in kinds)
        for made in sorted(roots, key=lambda made: made.root):
            if refusal := self._root(made):
                return refusal
        good, refusal = self._passing(trusts, self._no_trust, RootNotNewest)
        for made in self._highest(good, self.trust_seen):
            refusal = refusal or self._trust(made)
        if refusal or self.trust is None:
            return refusal or TrustMissing
        good, refusal = self._passing(lists, self._no_list, KeyRevoked)
        for made in self._highest(good, self.list_seen):
            refusal = refusal or self._list(made)
        return refusal

    def refusal_of_bundle(self, serial: str) -> Refusal:
        """Return why the bundle of `serial` does not count."""
        if self.trust is None:
            return TrustMissing
        if self.listed is None:
            return RevocationsMissing if self.list_seen else None
        return BundleRevoked if serial in self.listed.revoked else None

    @staticmethod
    def _passing(
        file: list[Made], refusal_of: Callable[[Made], Refusal], passed_over: Refusal
    ) -> tuple[list[Made], Refusal]:
        """Return what of a file is judged further, and why the file is refused."""
        refusals = [refusal_of(made) for made in file]
        good = [made for made, refusal in zip(file, refusals, strict=True) if refusal is None]
        return good, next((one for one in refusals if one not in {None, passed_over}), None)

    @staticmethod
    def _highest(file: list[Made], floor: Made | None) -> list[Made]:
        versions = [made.version for made in file] + ([floor.version] if floor else [])
        return [made for made in file if made.version == max(versions)]

    def _root(self, made: Made) -> Refusal:
        if made.root > self.root + 1:
            return ThresholdNotMet  # the root that vouches for it is unknown
        if made.root == self.root + 1:
            self.root, self.trust = made.root, None
        return None

    def _no_trust(self, made: Made) -> Refusal:
        if made.root > self.root:
            return KeyUnknown
        return RootNotNewest if made.root < self.root else None

    def _trust(self, made: Made) -> Refusal:
        if made == self.trust:
            return None
        refusal = self._order(made, self.trust_seen, Fork, Rollback)
        if refusal is None:
            self.trust = self.trust_seen = made
            if self.listed and self.listed.signer in made.revoked:
                self.listed = None
        return refusal

    def _no_list(self, made: Made) -> Refusal:
        if self.trust is None:
            return TrustMissing
        if made.signer in self.trust.revoked:
            return KeyRevoked
        ahead = (made.root, made.trust) > (self.root, self.trust.trust)
        return DocumentAhead if ahead else None

    def _list(self, made: Made) -> Refusal:
        if made == self.listed:
            return None
        refusal = self._order(made, self.list_seen, Fork, Rollback)
        if refusal is None:
            self.listed = self.list_seen = made
        return refusal

    def _order(self, made: Made, floor: Made | None, fork: Refusal, rollback: Refusal) -> Refusal:
        if made.issued > self.now + DAY and made != floor:
            return IssuedAhead
        if floor is None or made == floor or made.version > floor.version:
            return None
        return fork if made.version == floor.version else rollback
