"""The documents that an installation and its vendor exchange: requests, receipts, statements, resets."""

from enum import IntEnum
from typing import Annotated, Final

from msgspec import Meta

from licensekit import limits
from licensekit.wire.documents import fields

ANSWERS: Final = "request"  # the extension of a bundle with the nonce, in hex, of the request that it answers
FOLLOWS: Final = "follows"
"""The extension of an exchange file with the audit head of the installation's previous one, in hex. Two files that
follow the same one show that the installation was restored, copied or rewritten."""
JOURNAL: Final = "journal"
"""The extension of an exchange file with the incidents of the installation's journal, separated by spaces: `clock`
(accepted by an administrator), `damaged`, `restored`, `accepted` (by an administrator)."""
NAME: Final = "name"  # the extension of a request with the name of the installation
PURPOSE: Final = "purpose"  # the extension of a request with the purpose of the installation: one of `PURPOSES`
PURPOSES: Final = ("production", "test", "recovery")


class Request(fields.Document, frozen=True):
    """An installation asks its vendor for a bundle bound to it."""

    product: fields.Code
    serial: fields.Serial | None
    nonce: fields.Nonce
    issued: fields.Seconds
    facts: Annotated[dict[fields.Code, fields.FactHash], Meta(max_length=limits.FACTS)]
    """Fact name to an HMAC of the fact with a secret of the installation."""
    audit_head: fields.Digest
    summary: Annotated[dict[fields.Name, fields.Text], Meta(max_length=limits.FACTS)]  # for the person who sends it
    extensions: fields.Extensions

    def __post_init__(self) -> None:
        fields.require_codes([self.product, *self.facts])
        fields.require_serials([] if self.serial is None else [self.serial])
        fields.require_texts([*self.summary, *self.summary.values()])
        fields.require_extensions(self.extensions)


class Receipt(fields.Document, frozen=True):
    """An installation returns a bundle, which never works there again."""

    identity: fields.Identity
    nonce: fields.Nonce | None  # the nonce of the request that the bundle answered
    issued: fields.Seconds
    audit_head: fields.Digest
    extensions: fields.Extensions

    def __post_init__(self) -> None:
        fields.require_extensions(self.extensions)


class Usage(fields.Document, frozen=True):
    """How much of one license is in use."""

    in_use: Annotated[int, Meta(ge=0, le=limits.COUNT)]
    total: Annotated[int, Meta(ge=0, le=limits.COUNT)] | None  # None is unrestricted


class Statement(fields.Document, frozen=True):
    """An installation reports its usage to its vendor."""

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
    """What a reset repairs, once, on one installation."""

    CLOCK = 0  # sets the highest time seen to the reset's time
    SEQUENCE = 1  # allows a lower sequence to be activated
    RESTORE = 2  # accepts a restored backup as the present state


class Reset(fields.Document, frozen=True):
    """The vendor repairs the state of one installation."""

    issuer: fields.Code
    installation: fields.Digest  # SHA-256 of the installation's public key
    what: ResetWhat
    nonce: fields.Nonce
    issued: fields.Seconds  # the new highest time seen
    extensions: fields.Extensions

    def __post_init__(self) -> None:
        fields.require_codes([self.issuer])
        fields.require_extensions(self.extensions)
