"""What passes between an installation and its vendor: requests, receipts, statements, resets.

`docs/format.md` gives every field with its type, unit and bound, in the order given here.
"""

from enum import IntEnum
from typing import Annotated, Final

from msgspec import Meta

from licensekit import limits
from licensekit.wire.documents.fields import (
    Code,
    Digest,
    Document,
    Extensions,
    FactHash,
    Identity,
    Name,
    Nonce,
    QualifiedCode,
    Seconds,
    Serial,
    Text,
    require_codes,
    require_extensions,
    require_qualified,
    require_serials,
    require_texts,
)

ANSWERS: Final = "request"
"""The extension by which a bundle names the request that it answers: its nonce in hex."""
FOLLOWS: Final = "follows"
"""The extension by which what an installation signs names the audit head in what it signed before, in hex. Two that
follow on one show a history that was restored, copied or rewritten."""
JOURNAL: Final = "journal"
"""The extension by which what an installation signs says what its journal went through, in words with a space between:
`clock` where an administrator has accepted it, `damaged`, `restored`, and `accepted` by an administrator."""


class Request(Document, frozen=True):
    """An installation asks its vendor for a bundle bound to it."""

    product: Code
    serial: Serial | None
    nonce: Nonce
    issued: Seconds
    facts: Annotated[dict[Code, FactHash], Meta(max_length=limits.FACTS)]
    """Fact name to an HMAC of the fact under a secret of the installation."""
    audit_head: Digest
    summary: Annotated[dict[Name, Text], Meta(max_length=limits.FACTS)]
    """What a person should know before sending it: everything in it, in words."""
    extensions: Extensions

    def __post_init__(self) -> None:
        require_codes([self.product, *self.facts])
        require_serials([] if self.serial is None else [self.serial])
        require_texts([*self.summary, *self.summary.values()])
        require_extensions(self.extensions)


class Receipt(Document, frozen=True):
    """An installation returns a bundle: it can never work there again."""

    identity: Identity
    nonce: Nonce | None
    """The nonce of the request that the bundle answered."""
    issued: Seconds
    audit_head: Digest
    extensions: Extensions

    def __post_init__(self) -> None:
        require_extensions(self.extensions)


class Usage(Document, frozen=True):
    """How much of one license is in use."""

    in_use: Annotated[int, Meta(ge=0, le=limits.COUNT)]
    total: Annotated[int, Meta(ge=0, le=limits.COUNT)] | None
    """None is unrestricted."""


class Statement(Document, frozen=True):
    """An installation tells its vendor what is in use."""

    serial: Serial
    issued: Seconds
    usage: Annotated[dict[QualifiedCode, Usage], Meta(max_length=limits.LICENSES)]
    audit_head: Digest
    notices: Annotated[list[Text], Meta(max_length=limits.NOTICES)]
    extensions: Extensions

    def __post_init__(self) -> None:
        require_serials([self.serial])
        require_qualified(self.usage)
        require_texts(self.notices)
        require_extensions(self.extensions)


class ResetWhat(IntEnum):
    """What a reset puts right, once, on one installation."""

    CLOCK = 0
    """The highest time seen becomes the reset's time."""
    SEQUENCE = 1
    """A lower sequence may be activated."""
    RESTORE = 2
    """A restored backup is accepted as the present state."""


class Reset(Document, frozen=True):
    """The vendor puts the state of one installation right."""

    issuer: Code
    installation: Digest
    """SHA-256 of the installation's public key."""
    what: ResetWhat
    nonce: Nonce
    issued: Seconds
    """Becomes the highest time seen."""
    extensions: Extensions

    def __post_init__(self) -> None:
        require_codes([self.issuer])
        require_extensions(self.extensions)
