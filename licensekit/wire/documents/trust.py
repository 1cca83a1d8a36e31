"""What is trusted: roots, the signing keys that they admit, and what was taken back.

`docs/format.md` gives every field with its type, unit and bound, in the order given here.
"""

from enum import IntEnum
from typing import Annotated

from msgspec import Meta

from licensekit import limits
from licensekit.errors.format import RuleBroken
from licensekit.wire.documents.fields import (
    Code,
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
from licensekit.wire.documents.licenses import Use

Scheme = Annotated[int, Meta(ge=1, le=2)]
"""1 = Ed25519; 2 = Ed25519 and ML-DSA-65 together."""


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
        if len({key.public for key in self.keys}) < len(self.keys):
            raise RefusedField(RuleBroken(reason="root-key-twice"))


class Scope(Document, frozen=True):
    """What a signing key may sign."""

    types: Annotated[list[SignedType], Meta(min_length=1, max_length=len(SignedType))]
    issuers: Annotated[list[Code], Meta(min_length=1, max_length=limits.KEYS)]
    uses: Annotated[list[Use], Meta(max_length=len(Use))]
    """For bundles: the uses."""
    longest_term: Annotated[int, Meta(ge=1, le=limits.TERM_DAYS)] | None
    """For bundles: the most days from issue to the end of grace; None is no limit.

    With a limit, no bundle may be advisory after grace: it would never end.
    """

    def __post_init__(self) -> None:
        require_codes(self.issuers)
        require_ascending(self.types)
        require_ascending(self.issuers)
        require_ascending(self.uses)


class AdmittedKey(Document, frozen=True):
    """A signing key that a trust document names."""

    scheme: Scheme
    public: PublicKey
    name: Name
    state: KeyState
    valid_from: Seconds
    valid_to: Seconds | None
    """The first second in which it may sign no more; None is open."""
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
    """Continues across roots: the first trust document of a new root is not version 1."""
    root_version: Version
    issued: Seconds
    fresh_until: Seconds | None
    """From here on a newer one should be looked for; past it is a notice, not a stop."""
    keys: Annotated[list[AdmittedKey], Meta(max_length=limits.KEYS)]
    extensions: Extensions

    def __post_init__(self) -> None:
        require_codes([self.product])
        require_extensions(self.extensions)
        if len({key.public for key in self.keys}) < len(self.keys):
            raise RefusedField(RuleBroken(reason="key-twice"))


class Revocations(Document, frozen=True):
    """What an issuer has taken back. Each list is complete: it replaces the one before."""

    issuer: Code
    product: Code
    trust_version: Version
    """The trust document in force when it was signed; lists are ordered by it, then by number."""
    number: Version
    issued: Seconds
    fresh_until: Seconds | None
    identities: Annotated[list[Identity], Meta(max_length=limits.REVOKED)]
    """Bundles, by their identity."""
    serials: Annotated[list[Serial], Meta(max_length=limits.REVOKED)]
    """Serials of which nothing counts any more."""
    lowest: Annotated[
        dict[Serial, Annotated[dict[Code, Version], Meta(min_length=1)]],
        Meta(max_length=limits.REVOKED),
    ]
    """Serial to part to the lowest sequence that still counts."""
    extensions: Extensions

    def __post_init__(self) -> None:
        require_codes([self.issuer, self.product])
        require_ascending(self.identities)
        require_ascending(self.serials)
        require_serials([*self.serials, *self.lowest])
        require_codes(part for parts in self.lowest.values() for part in parts)
        require_extensions(self.extensions)
