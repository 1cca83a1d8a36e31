"""From token to verified document, in the numbered steps of `docs/format.md`, "Verification"; and what files say.

1 size, 2 armor (`wire.armor.read`); 3 frame; 4 key known and allowed for this type; 5 signature; 6 decode; 7 key
allowed for this issuer, product and content at the document's issue time; 8 audience; 9 revocation.

Absent on purpose: expiry and binding. An expired or foreign-bound bundle must still be shown; the engine
(`licensekit.entitlements`) judges what it grants.
"""

from bisect import bisect_left
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from licensekit.errors import BundleRevoked, FormatError, LicenseError, RevocationsMissing, RootMismatch, TrustError
from licensekit.trust.pack import IN_PACKS, TrustStore, extend_trust_store
from licensekit.trust.signed import SELF_SIGNED, Verified, identity_of, self_signed
from licensekit.trust.state import TrustState, verify_numbered, verify_signed
from licensekit.wire import armor, frame
from licensekit.wire.documents import CLASS_OF, Bundle, Catalog, Document, Reset, decode, naming
from licensekit.wire.plain import plain_fields

S = TypeVar("S", bytes, str)


def verify_bundle(token: armor.Token, trust: TrustState, now: int) -> Verified[Bundle]:
    """Verify the bundle in `token`; raise a `FormatError` (steps 1 to 3, 6) or the `TrustError` that names the rule."""
    bundle = verify_signed(token, Bundle, trust, now)
    if refused := revocation_of(bundle, trust):
        raise refused
    return bundle


def revocation_of(bundle: Verified[Bundle], trust: TrustState) -> BundleRevoked | RevocationsMissing | None:
    """Return why a bundle no longer counts: its issuer took it back, or the list that was seen is gone (step 9)."""
    document = bundle.document
    if trust.list_missing(document.issuer):
        return RevocationsMissing(issuer=document.issuer)
    if (in_force := trust.lists.get(document.issuer)) is None:
        return None
    revocations, identities = in_force.document, in_force.document.identities
    is_taken_back = (
        (bool(identities) and _holds(identities, bundle.identity))  # which is hashed where there are any
        or _holds(revocations.serials, document.serial)
        or document.sequence < revocations.lowest_of(document.serial, document.part, document.use)
    )
    return BundleRevoked(**naming(document)) if is_taken_back else None


def _holds(ordered: list[S], item: S) -> bool:
    # Lists are sorted, and may be long: a look must not cost more than the signature did.
    place = bisect_left(ordered, item)
    return place < len(ordered) and ordered[place] == item


class Finding(NamedTuple):
    """A token of a file, its contents, and what vouches for them."""

    type: str
    identity: str
    signers: tuple[str, ...]  # key ids, or for an installation its public key, in hex
    document: Document
    status: str  # `verified`, `superseded`, `self-signed`, `unverified` or `refused`
    error: LicenseError | None

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        found = plain_fields(self, "type status identity signers document")
        return found if self.error is None else {**found, "error": self.error.as_json()}


def check(tokens: Sequence[armor.Token], trust_store: TrustStore | None, now: int) -> list[Finding]:
    """Return what tokens say, and what vouches for each by `trust_store`; raise why one cannot even be shown."""
    if trust_store is None:
        return [_finding(token, "unverified", None) for token in tokens]
    try:
        extended = extend_trust_store(trust_store, tokens, now)
    except TrustError as error:
        # What was known before judges the rest of a file of which a trust document is refused.
        return [_finding(t, "refused", error) if t.type in IN_PACKS else _checked(t, trust_store, now) for t in tokens]
    return [_checked(token, extended, now) for token in tokens]


def _checked(token: armor.Token, trust_store: TrustStore, now: int) -> Finding:
    try:
        return _finding(token, _status(token, trust_store, now), None)
    except TrustError as error:
        with suppress(FormatError):  # what cannot be shown either is refused for what the signature says
            return _finding(token, "refused", error)
        raise


def _status(token: armor.Token, trust_store: TrustStore, now: int) -> str:
    """Return how a token is vouched for; what a pack may hold is in force or superseded, once a file was taken."""
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
