"""What is trusted: roots, the signing keys that they admit, and what was taken back.

`docs/format.md` gives every field with its type, unit and bound, in the order given here.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import astuple

from licensekit import limits
from licensekit.errors.format import RuleBroken
from licensekit.wire.documents.bundle import Use
from licensekit.wire.documents.fields import (
    Code,
    Count,
    Document,
    Extensions,
    Identity,
    Name,
    PublicKey,
    RefusedField,
    Seconds,
    Serial,
    Version,
    require_ascending,
    require_codes,
    require_extensions,
    require_serials,
    require_texts,
)

Scheme = Annotated[int, Meta(ge=1, le=2)]
"""1 = Ed25519; 2 = Ed25519 and ML-DSA-65 together."""
_ED25519_BYTES: Final = 32
"""Where the ML-DSA-65 half of a public key of scheme 2 begins."""


class KeyState(IntEnum):
    """What a signing key may still do."""

    ACTIVE = 0
    RETIRED = 1
    """What it signed in its time stays valid."""
    REVOKED = 2
    """Nothing that it signed is valid."""


class SignedType(IntEnum):
    """The document types that a signing key can be admitted for."""

    REVOCATIONS = 0
    CATALOG = 1
    BUNDLE = 2
    RESET = 3

    @property
    def token_type(self) -> str:
        """The name of the type in tokens: `bundle`."""
        return self.name.lower()


class RootKey(Document, frozen=True):
    """One public key of a root."""

    scheme: Scheme
    public: PublicKey


class Root(Document, frozen=True):
    """The keys that speak for a product, and how many of them must agree."""

    product: Code
    issuer: Code
    """The vendor: the issuer whose license codes need no prefix."""
    version: Version
    threshold: Annotated[int, Meta(ge=1, le=limits.ROOT_KEYS)]
    keys: Annotated[list[RootKey], Meta(min_length=1, max_length=limits.ROOT_KEYS)]
    extensions: Extensions

    def __post_init__(self) -> None:
        require_codes([self.product, self.issuer])
        require_extensions(self.extensions)
        if self.threshold > len(self.keys):
            raise RefusedField(RuleBroken(reason="threshold"))
        _require_distinct(key.public for key in self.keys)


LEDGER: Final = "ledger"
"""The extension of trust documents, lists and catalogs that names the newest entry of the issuer's ledger before they
were signed: its number and its hash."""


class Scope(Document, frozen=True):
    """What a signing key may sign."""

    types: Annotated[list[SignedType], Meta(min_length=1, max_length=len(SignedType))]
    issuers: Annotated[list[Code], Meta(min_length=1, max_length=limits.KEYS)]
    uses: Annotated[list[Use], Meta(max_length=len(Use))]
    """For bundles: the uses."""
    longest_term: Annotated[int, Meta(ge=1, le=limits.TERM_DAYS)] | None
    """For bundles: the most days from issue to the end of grace; None is no limit.

    With a limit, bundles end: after grace they block, and offline and borrow hours are within it.
    """
    parts: Annotated[list[Code], Meta(min_length=1, max_length=limits.PARTS)] | None
    """For bundles: the parts; None is all."""
    most: Count | None
    """For bundles: the highest count or quantity of any license; None is no limit.

    With a limit, nothing is unrestricted and no settings are sold.
    """

    def __post_init__(self) -> None:
        require_codes([*self.issuers, *(self.parts or ())])
        require_ascending(self.types)
        require_ascending(self.issuers)
        require_ascending(self.uses)
        require_ascending(self.parts or ())
        if self.is_limited and self.types != [SignedType.BUNDLE]:
            raise RefusedField(RuleBroken(reason="limited-types"))
        if self.most is not None and (self.parts is None or len(self.issuers) > 1):
            raise RefusedField(RuleBroken(reason="most-without-parts"))

    @property
    def is_limited(self) -> bool:
        """Whether its bundles are limited in part, count or term."""
        return (self.longest_term, self.parts, self.most) != (None, None, None)


class AdmittedKey(Document, frozen=True):
    """A signing key that a trust document names."""

    scheme: Scheme
    public: PublicKey
    name: Name
    state: KeyState
    valid_from: Seconds
    valid_to: Seconds | None
    """The first second in which it may no longer sign; None is open."""
    scope: Scope

    def __post_init__(self) -> None:
        require_texts([self.name])
        if self.state is KeyState.RETIRED and self.valid_to is None:
            raise RefusedField(RuleBroken(reason="retired"))
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise RefusedField(RuleBroken(reason="window"))


class Trust(Document, frozen=True):
    """The signing keys of a product, with their states and scopes."""

    product: Code
    version: Version
    """Trust documents are ordered by the version of their root, then by this."""
    root_version: Version
    issued: Seconds
    fresh_until: Seconds | None
    """From here on a newer one should be looked for; past it is a notice, not a stop."""
    keys: Annotated[list[AdmittedKey], Meta(max_length=limits.KEYS)]
    extensions: Extensions

    def __post_init__(self) -> None:
        require_codes([self.product])
        require_extensions(self.extensions)
        _require_distinct(key.public for key in self.keys)


class LowestOfUses(Document, frozen=True):
    """The lowest sequence of a part that still counts, for each use that has one."""

    production: Version | None
    trial: Version | None
    demo: Version | None

    def __post_init__(self) -> None:
        if (self.production, self.trial, self.demo) == (None, None, None):
            raise RefusedField(RuleBroken(reason="no-lowest"))

    def of(self, use: Use) -> int:
        """Return the lowest sequence of one use that still counts; 1 where all do."""
        return (self.production, self.trial, self.demo)[use] or 1

    @staticmethod
    def raised(before: "LowestOfUses | None", use: Use, sequence: int) -> "LowestOfUses":
        """Return `before` with at least `sequence` as the lowest of one use."""
        lowest: list[int | None] = [None] * len(Use) if before is None else list(astuple(before))
        lowest[use] = max(lowest[use] or 1, sequence)
        return LowestOfUses(*lowest)


class Revocations(Document, frozen=True):
    """What an issuer has taken back. Each list is complete: it replaces the one before."""

    issuer: Code
    product: Code
    root_version: Version
    """The root in force when it was signed; lists are ordered by it, then by trust version, then by number."""
    trust_version: Version
    number: Version
    issued: Seconds
    fresh_until: Seconds | None
    identities: Annotated[list[Identity], Meta(max_length=limits.REVOKED)]
    """Bundles, by their identity."""
    serials: Annotated[list[Serial], Meta(max_length=limits.REVOKED)]
    """Serials of which nothing counts any more."""
    lowest: Annotated[
        dict[Serial, Annotated[dict[Code, LowestOfUses], Meta(min_length=1, max_length=limits.PARTS)]],
        Meta(max_length=limits.REVOKED),
    ]
    """Serial to part to the lowest sequence of each use that still counts."""
    extensions: Extensions

    def __post_init__(self) -> None:
        require_codes([self.issuer, self.product])
        require_ascending(self.identities)
        require_ascending(self.serials)
        require_serials([*self.serials, *self.lowest])
        require_codes(part for parts in self.lowest.values() for part in parts)
        require_extensions(self.extensions)


def _require_distinct(publics: Iterable[bytes]) -> None:
    """Raise `RefusedField` for a public key that occurs twice, on its own or in a hybrid.

    One secret would count twice towards a threshold.
    """
    halves = [half for public in publics for half in (public[:_ED25519_BYTES], public[_ED25519_BYTES:]) if half]
    if len(set(halves)) < len(halves):
        raise RefusedField(RuleBroken(reason="key-twice"))
