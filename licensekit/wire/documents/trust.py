"""Roots, the signing keys that they admit, and revocations."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import astuple

from licensekit import errors, limits
from licensekit.wire.documents import fields
from licensekit.wire.documents.bundle import Use

Scheme = Annotated[int, Meta(ge=1, le=2)]  # 1 = Ed25519; 2 = Ed25519 and ML-DSA-65 together
_ED25519_BYTES: Final = 32  # a public key of scheme 2 continues with the ML-DSA-65 key
LEDGER: Final = "ledger"
"""The extension of trust documents, lists and catalogs with the number and hash of the newest entry of the issuer's
ledger before they were signed."""


class KeyState(IntEnum):
    """The state of a signing key."""

    ACTIVE = 0
    RETIRED = 1  # what it signed before stays valid
    REVOKED = 2  # nothing that it signed is valid


class SignedType(IntEnum):
    """The types of documents that a signing key can sign; tokens have their names in lower case."""

    REVOCATIONS = 0
    CATALOG = 1
    BUNDLE = 2
    RESET = 3


class RootKey(fields.Document, frozen=True):
    """A public key of a root."""

    scheme: Scheme
    public: fields.PublicKey


class Root(fields.Document, frozen=True):
    """The root keys of a product, and how many of them must sign."""

    product: fields.Code
    issuer: fields.Code  # the vendor: the issuer whose license codes need no prefix
    version: fields.Version
    threshold: Annotated[int, Meta(ge=1, le=limits.ROOT_KEYS)]
    keys: Annotated[list[RootKey], Meta(min_length=1, max_length=limits.ROOT_KEYS)]
    extensions: fields.Extensions

    def __post_init__(self) -> None:
        fields.require_codes([self.product, self.issuer])
        fields.require_extensions(self.extensions)
        if self.threshold > len(self.keys):
            raise fields.RefusedField(errors.RuleBroken(reason="threshold"))
        _require_distinct(key.public for key in self.keys)


class Scope(fields.Document, frozen=True):
    """What a signing key may sign."""

    types: Annotated[list[SignedType], Meta(min_length=1, max_length=len(SignedType))]
    issuers: Annotated[list[fields.Code], Meta(min_length=1, max_length=limits.KEYS)]
    uses: Annotated[list[Use], Meta(max_length=len(Use))]  # allowed uses of bundles
    longest_term: Annotated[int, Meta(ge=1, le=limits.TERM_DAYS)] | None
    """The most days from a bundle's issue to the end of its grace; None means no limit.

    With a limit, bundles must block after grace, and offline and borrow hours must be within it.
    """
    parts: Annotated[list[fields.Code], Meta(min_length=1, max_length=limits.PARTS)] | None  # None is all
    most: fields.Count | None
    """The highest count or quantity of any license in a bundle; None means no limit.

    With a limit, bundles must not contain unrestricted licenses or settings.
    """

    def __post_init__(self) -> None:
        fields.require_codes([*self.issuers, *(self.parts or ())])
        fields.require_ascending(self.types, self.issuers, self.uses, self.parts or ())
        if self.is_limited and self.types != [SignedType.BUNDLE]:
            raise fields.RefusedField(errors.RuleBroken(reason="limited-types"))
        if self.most is not None and (self.parts is None or len(self.issuers) > 1):
            raise fields.RefusedField(errors.RuleBroken(reason="most-without-parts"))

    @property
    def is_limited(self) -> bool:
        """Whether bundles are limited in part, count or term."""
        return (self.longest_term, self.parts, self.most) != (None, None, None)


class AdmittedKey(fields.Document, frozen=True):
    """A signing key that a trust document names."""

    scheme: Scheme
    public: fields.PublicKey
    name: fields.Name
    state: KeyState
    valid_from: fields.Seconds
    valid_to: fields.Seconds | None  # the first second in which it may no longer sign; None means no end
    scope: Scope

    def __post_init__(self) -> None:
        fields.require_texts([self.name])
        if self.state is KeyState.RETIRED and self.valid_to is None:
            raise fields.RefusedField(errors.RuleBroken(reason="retired"))
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise fields.RefusedField(errors.RuleBroken(reason="window"))


class Trust(fields.Document, frozen=True):
    """The signing keys of a product, with their states and scopes."""

    product: fields.Code
    version: fields.Version  # trust documents are ordered by root version, then by this
    root_version: fields.Version
    issued: fields.Seconds
    fresh_until: fields.Seconds | None  # after this, a notice says that a newer one is due; nothing stops working
    keys: Annotated[list[AdmittedKey], Meta(max_length=limits.KEYS)]
    extensions: fields.Extensions

    def __post_init__(self) -> None:
        fields.require_codes([self.product])
        fields.require_extensions(self.extensions)
        _require_distinct(key.public for key in self.keys)


class LowestOfUses(fields.Document, frozen=True):
    """For each use, the lowest sequence of a part that still counts; None where all do."""

    production: fields.Version | None
    trial: fields.Version | None
    demo: fields.Version | None

    def __post_init__(self) -> None:
        if (self.production, self.trial, self.demo) == (None, None, None):
            raise fields.RefusedField(errors.RuleBroken(reason="no-lowest"))

    def of(self, use: Use) -> int:
        """Return the lowest sequence of a use that still counts; 1 where all do."""
        return (self.production, self.trial, self.demo)[use] or 1

    @staticmethod
    def raised(before: "LowestOfUses | None", use: Use, sequence: int) -> "LowestOfUses":
        """Return `before` with the lowest of one use raised to `sequence`."""
        lowest: list[int | None] = [None] * len(Use) if before is None else list(astuple(before))
        lowest[use] = max(lowest[use] or 1, sequence)
        return LowestOfUses(*lowest)


class Revocations(fields.Document, frozen=True):
    """The revocation list of an issuer. Each list is complete and replaces the one before."""

    issuer: fields.Code
    product: fields.Code
    root_version: fields.Version  # of the root in force; lists are ordered by this and the next two
    trust_version: fields.Version
    number: fields.Version
    issued: fields.Seconds
    fresh_until: fields.Seconds | None
    identities: Annotated[list[fields.Identity], Meta(max_length=limits.REVOKED)]  # identities of revoked bundles
    serials: Annotated[list[fields.Serial], Meta(max_length=limits.REVOKED)]  # serials whose bundles are all revoked
    lowest: Annotated[
        dict[fields.Serial, Annotated[dict[fields.Code, LowestOfUses], Meta(min_length=1, max_length=limits.PARTS)]],
        Meta(max_length=limits.REVOKED),
    ]
    """Serial to part to the lowest sequences that still count."""
    extensions: fields.Extensions

    def lowest_of(self, serial: str, part: str, use: Use) -> int:
        """Return the lowest sequence of a line of bundles that still counts; 1 where all do."""
        found = self.lowest.get(serial, {}).get(part)
        return 1 if found is None else found.of(use)

    def __post_init__(self) -> None:
        fields.require_codes([self.issuer, self.product])
        fields.require_ascending(self.identities, self.serials)
        fields.require_serials([*self.serials, *self.lowest])
        fields.require_codes(part for parts in self.lowest.values() for part in parts)
        fields.require_extensions(self.extensions)


def _require_distinct(publics: Iterable[bytes]) -> None:
    """Refuse a public key that occurs twice, alone or in a hybrid: one secret would count twice towards a threshold."""
    halves = [half for public in publics for half in (public[:_ED25519_BYTES], public[_ED25519_BYTES:]) if half]
    if len(set(halves)) < len(halves):
        raise fields.RefusedField(errors.RuleBroken(reason="key-twice"))
