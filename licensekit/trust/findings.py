"""The contents of a file's tokens, and whether each is trusted."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from licensekit.errors import FormatError, LicenseError, RootMismatch, TrustError
from licensekit.trust.pack import IN_PACKS, TrustStore, extend_trust_store
from licensekit.trust.signed import SELF_SIGNED, identity_of, self_signed
from licensekit.trust.state import verify_numbered, verify_signed
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor, frame
from licensekit.wire.documents import CLASS_OF, Catalog, Document, Reset, decode
from licensekit.wire.plain import plain_fields


class Finding(NamedTuple):
    """A token, its contents, and whether it is trusted."""

    type: str
    identity: str
    signers: tuple[str, ...]  # in hex: key ids, or the public key of an installation
    document: Document
    status: str  # `verified`, `superseded`, `self-signed`, `unverified` or `refused`
    error: LicenseError | None

    def plain(self) -> dict[str, Any]:
        """Return the finding as plain JSON values."""
        found = plain_fields(self, "type status identity signers document")
        return found if self.error is None else {**found, "error": self.error.as_json()}


def check(tokens: Sequence[armor.Token], trust_store: TrustStore | None, now: int) -> list[Finding]:
    """Check each token against `trust_store`; raise a `LicenseError` for a token that cannot be decoded."""
    if trust_store is None:
        return [_finding(token, "unverified", None) for token in tokens]
    try:
        extended = extend_trust_store(trust_store, tokens, now)
    except TrustError as error:
        # A trust document of the file was refused: the other tokens are checked by what was known before.
        return [_finding(t, "refused", error) if t.type in IN_PACKS else _checked(t, trust_store, now) for t in tokens]
    return [_checked(token, extended, now) for token in tokens]


def _checked(token: armor.Token, trust_store: TrustStore, now: int) -> Finding:
    try:
        return _finding(token, _status(token, trust_store, now), None)
    except TrustError as error:
        with suppress(FormatError):  # if it cannot be decoded, the error of trust is raised
            return _finding(token, "refused", error)
        raise


def _status(token: armor.Token, trust_store: TrustStore, now: int) -> str:
    """Return the status of a token; `trust_store` has already been extended by the file."""
    state = trust_store.trust
    if token.type in SELF_SIGNED:
        self_signed(token, SELF_SIGNED[token.type])
        return "self-signed"
    if token.type == "bundle":
        verify_bundle(token, state, now)
        return "verified"
    if token.type == "reset":
        verify_signed(token, Reset, state, now)
        return "verified"
    if token.type == "catalog":
        verify_numbered(state, token, Catalog)
    if token.type == "root" and token not in trust_store.tokens:
        raise RootMismatch(reason="untrusted")
    return "verified" if token in trust_store.tokens else "superseded"


def _finding(token: armor.Token, status: str, error: LicenseError | None) -> Finding:
    opened = frame.read(token.frame)
    identity, document = identity_of(token.type, opened.payload).hex(), decode(CLASS_OF[token.type], opened.payload)
    signers = tuple(signature.key.hex() for signature in opened.signatures)
    return Finding(token.type, identity, signers, document, status, error)
