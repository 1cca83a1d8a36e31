"""What an installation should believe, as numbers: the model of `test_trust_machine`."""

from dataclasses import dataclass
from typing import NamedTuple

from licensekit.errors import (
    BundleRevoked,
    KeyRevoked,
    KeyUnknown,
    LicenseError,
    RevocationsAhead,
    RevocationsMissing,
    RevocationsRollback,
    RootNotNewest,
    ThresholdNotMet,
    TrustMissing,
    TrustRollback,
)
from licensekit.wire import armor

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
    """Of a trust document the revoked list keys, of a list the serials."""


@dataclass
class Model:
    """The newest root, the trust document in force and the list, and where they stand."""

    root: int = 1
    trust: int = 0
    """The trust version in force; 0 for none."""
    trust_seen: int = 0
    revoked_keys: frozenset[str] = frozenset()
    listed: Made | None = None
    list_seen: tuple[int, int] = (0, 0)

    def take(self, made: Made) -> Refusal:
        """Take one document, or say why not."""
        return {"root": self._root, "trust": self._trust, "revocations": self._list}[made.kind](
            made
        )

    def take_file(self, file: list[Made]) -> Refusal:
        """Take all of a file by F1, or say why not; after a refusal the model is of no use."""
        by_kind = {
            kind: [made for made in file if made.kind == kind]
            for kind in ("root", "trust", "revocations")
        }
        listed = self.listed
        refusals = [
            *(self.take(made) for made in sorted(by_kind["root"], key=lambda made: made.root)),
            *(self.take(made) for made in sorted(by_kind["trust"], key=lambda made: made.trust)),
        ]
        self.listed = listed
        self._drop_barred_list()
        refusals += [self.take(made) for made in by_kind["revocations"]]
        passed_over = {None, RootNotNewest, TrustRollback, RevocationsRollback, KeyRevoked}
        return next((refusal for refusal in refusals if refusal not in passed_over), None)

    def refusal_of_bundle(self, serial: str) -> Refusal:
        """Return why the bundle of `serial` does not count."""
        if not self.trust:
            return TrustMissing
        if self.listed is None:
            return RevocationsMissing if self.list_seen > (0, 0) else None
        return BundleRevoked if serial in self.listed.revoked else None

    def _root(self, made: Made) -> Refusal:
        if made.root > self.root + 1:
            return ThresholdNotMet  # nobody here knows the root that vouches for it
        if made.root == self.root + 1:
            self.root, self.trust, self.revoked_keys = made.root, 0, frozenset()
        return None

    def _trust(self, made: Made) -> Refusal:
        if made.root != self.root:
            return KeyUnknown if made.root > self.root else RootNotNewest
        if self.trust == made.trust:
            return None
        if made.trust <= self.trust_seen:
            return TrustRollback
        self.trust = self.trust_seen = made.trust
        self.revoked_keys = made.revoked
        self._drop_barred_list()
        return None

    def _drop_barred_list(self) -> None:
        if self.trust and self.listed and self.listed.signer in self.revoked_keys:
            self.listed = None

    def _list(self, made: Made) -> Refusal:
        if not self.trust:
            return TrustMissing
        if made.signer in self.revoked_keys:
            return KeyRevoked
        if made.trust > self.trust:
            return RevocationsAhead
        if (made.trust, made.number) < self.list_seen:
            return RevocationsRollback
        self.listed, self.list_seen = made, (made.trust, made.number)
        return None
