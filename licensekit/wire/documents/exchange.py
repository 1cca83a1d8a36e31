"""What passes between an installation and its vendor: requests, receipts, statements, resets.

`docs/format.md` gives every field with its type, unit and bound, in the order given here.
"""

from enum import IntEnum
from typing import Annotated, Final

from msgspec import Meta

from licensekit import limits
from licensekit.wire.documents import fields

ANSWERS: Final = "request"
"""The extension by which a bundle names the request that it answers: its nonce in hex."""
FOLLOWS: Final = "follows"
"""The extension by which what an installation signs names the audit head in what it signed before, in hex. Two that
follow on one show a history that was restored, copied or rewritten."""
JOURNAL: Final = "journal"
"""The extension by which what an installation signs says what its journal went through, in words with a space between:
`clock` where an administrator has accepted it, `damaged`, `restored`, and `accepted` by an administrator."""
NAME: Final = "name"
"""The extension by which a request says what the installation is called."""
PURPOSE: Final = "purpose"
"""The extension by which a request says what the installation is for: one of `PURPOSES`."""
PURPOSES: Final = ("production", "test", "recovery")


class Request(fields.Document, frozen=True):
    """An installation asks its vendor for a bundle bound to it."""

    product: fields.Code
    serial: fields.Serial | None
    nonce: fields.Nonce
    issued: fields.Seconds
    facts: Annotated[dict[fields.Code, fields.FactHash], Meta(max_length=limits.FACTS)]
    """Fact name to an HMAC of the fact under a secret of the installation."""
    audit_head: fields.Digest
    summary: Annotated[dict[fields.Name, fields.Text], Meta(max_length=limits.FACTS)]
    """What a person should know before sending it: everything in it, in words."""
    extensions: fields.Extensions

    def __post_init__(self) -> None:
        fields.require_codes([self.product, *self.facts])
        fields.require_serials([] if self.serial is None else [self.serial])
        fields.require_texts([*self.summary, *self.summary.values()])
        fields.require_extensions(self.extensions)


class Receipt(fields.Document, frozen=True):
    """An installation returns a bundle: it can never work there again."""

    identity: fields.Identity
    nonce: fields.Nonce | None
    """The nonce of the request that the bundle answered."""
    issued: fields.Seconds
    audit_head: fields.Digest
    extensions: fields.Extensions

    def __post_init__(self) -> None:
        fields.require_extensions(self.extensions)


class Usage(fields.Document, frozen=True):
    """How much of one license is in use."""

    in_use: Annotated[int, Meta(ge=0, le=limits.COUNT)]
    total: Annotated[int, Meta(ge=0, le=limits.COUNT)] | None
    """None is unrestricted."""


class Statement(fields.Document, frozen=True):
    """An installation tells its vendor what is in use."""

    serial: fields.Serial
    issued: fields.Seconds
    usage: Annotated[dict[fields.QualifiedCode, Usage], Meta(max_length=limits.LICENSES)]
    audit_head: fields.Digest
    notices: Annotated[list[fields.Text], Meta(max_length=limits.NOTICES)]
    extensions: fields.Extensions

    def __post_init__(self) -> None:
        fields.require_serials([self.serial])
        fields.require_qualified(self.usage)
        fields.require_texts(self.notices)
        fields.require_extensions(self.extensions)


class ResetWhat(IntEnum):
    """What a reset puts right, once, on one installation."""

    CLOCK = 0
    """The highest time seen becomes the reset's time."""
    SEQUENCE = 1
    """A lower sequence may be activated."""
    RESTORE = 2
    """A restored backup is accepted as the present state."""


class Reset(fields.Document, frozen=True):
    """The vendor puts the state of one installation right."""

    issuer: fields.Code
    installation: fields.Digest
    """SHA-256 of the installation's public key."""
    what: ResetWhat
    nonce: fields.Nonce
    issued: fields.Seconds
    """Becomes the highest time seen."""
    extensions: fields.Extensions

    def __post_init__(self) -> None:
        fields.require_codes([self.issuer])
        fields.require_extensions(self.extensions)
