"""The trust store of an installation, from its pack and stored documents; every signature is checked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from licensekit.entitlements import Entitlements, may_replace, takes_place_of
from licensekit.errors import AuditDamaged, HomeInvalid, LicenseError, TrustMissing
from licensekit.state.journal import BundleRecord
from licensekit.state.journal_entries import KEPT, BundleTaken
from licensekit.state.logs import JournalWriter
from licensekit.state.notices import UnusableDocument
from licensekit.state.stored import SQL, Stored, StoredBundle
from licensekit.trust.order import Seen
from licensekit.trust.pack import TrustStore, add_documents, open_pack
from licensekit.trust.roots import pin_of
from licensekit.trust.scope import admits, require_not_ahead
from licensekit.trust.signed import Verified, identity_of
from licensekit.trust.state import TrustState, verify_signed
from licensekit.trust.verify import revocation_of
from licensekit.wire import armor, frame
from licensekit.wire.documents import Bundle, KeyState

KnownBundles = dict[StoredBundle, Verified[Bundle]]


class VerifiedBundles(NamedTuple):
    """Stored bundles, judged under the trust in force; in the order of activation."""

    verified: tuple[Verified[Bundle], ...]  # their keys may still sign them; each keeps lower sequences out
    kept: tuple[Verified[Bundle], ...]  # those that may be in force; a revoked one keeps its place
    unusable: Mapping[bytes, LicenseError]  # identity of each bundle that grants nothing, to the reason


def combine_trust(stored: Stored, root: str, pack: bytes | str) -> tuple[TrustStore, tuple[UnusableDocument, ...]]:
    """Return the trust store of pack and stored documents, and the documents that do not verify.

    The newest of each kind counts. A newer one that was seen before may be missing: a new file may bring it. Raises as
    `open_pack`, or `HomeInvalid` if the installation belongs to another root.
    """
    base, known = open_pack(pack, root), stored.recorded
    # A root of another vendor or product is refused; an older or newer one of the same chain is accepted.
    is_same = known is None or known.root == root or _leads(pack, known.root, root)
    if known is not None and not (is_same or _leads(known.pack, root, known.root)):
        raise HomeInvalid(reason="other-root", recorded=known.root)
    tokens = [token for token in stored.trust if token not in base.tokens]
    try:
        return add_documents(base, tokens, None, stored.seen), ()
    except LicenseError:
        return _without_unusable(base, tokens, stored.seen)


def verify_bundles(
    stored: Iterable[StoredBundle], trust_store: TrustStore, now: int, known: KnownBundles | None = None
) -> VerifiedBundles:
    """Verify stored bundles under the trust in force, except those in `known`, to which verified ones are added."""
    known = {} if known is None else known
    verified, kept, unusable = list[Verified[Bundle]](), list[Verified[Bundle]](), dict[bytes, LicenseError]()
    for one in stored:
        record = one.record
        try:
            bundle = known.get(one) or known.setdefault(one, _verify_stored(*one, trust_store))
            verified.append(bundle)
            require_not_ahead(bundle.document.issued, now)
            kept += [bundle] if record.state == KEPT else []
            if refused := revocation_of(bundle, trust_store.trust):
                unusable[record.identity] = refused
        except LicenseError as error:
            unusable[record.identity] = error
    return VerifiedBundles(tuple(verified), tuple(kept), unusable)


def _verify_stored(record: BundleRecord, token: armor.Token, trust_store: TrustStore) -> Verified[Bundle]:
    """Verify a stored bundle; raise `AuditDamaged` if it is missing or not the one that the journal names."""
    if not token.frame:
        raise AuditDamaged(reason="gone", document=record.label)
    bundle = verify_signed(token, Bundle, trust_store.trust)
    if bundle.identity != record.identity:
        raise AuditDamaged(reason="other", document=record.label)
    return bundle


def lost_bundles(
    stored: Iterable[StoredBundle], unusable: Mapping[bytes, LicenseError], granted: Entitlements
) -> Iterator[UnusableDocument]:
    """Yield the `unusable` bundles, one for each issuer and part, that would be in force if usable (P3, P5)."""
    numbers, trust = {record.identity: record.number for record, _ in stored}, granted.trust_store.trust
    in_force = (part.verified for part in granted.parts)
    governing = [((one.document.use, -numbers[one.identity]), one) for one in in_force]
    lost = ((one.use, -one.number, one) for one, _ in stored if one.identity in unusable)
    named: dict[tuple[str, str], BundleRecord] = {}
    for use, number, record in sorted(lost):
        if not any(rank < (use, number) and _has_place_of(record, one, trust) for rank, one in governing):
            named.setdefault((record.issuer, record.part), record)
    for record in named.values():
        yield UnusableDocument(type="bundle", identity=record.identity.hex(), error=unusable[record.identity])


def _has_place_of(record: BundleRecord, one: Verified[Bundle], trust: TrustState) -> bool:
    """Return whether a bundle is of the same part as a lost one, or replaces its serial."""
    bundle = one.document
    is_replaced = may_replace(one, trust) and takes_place_of(bundle, record.serial, record.use)
    return bundle.issuer == record.issuer and (bundle.part == record.part or is_replaced)


def still_holds(taken: BundleTaken, older: Bundle, trust: TrustState) -> bool:
    """Return whether a bundle that is only left in the journal keeps `older` out, by the rules of `holds_back`."""
    signer = trust.signers.get((taken.scheme, taken.key))
    if signer is None or signer.admitted.state is KeyState.REVOKED or "bundle" not in signer.types:
        return False
    key, scope = signer.admitted, signer.admitted.scope
    is_in_window = key.valid_from <= taken.issued and (key.valid_to is None or taken.issued < key.valid_to)
    if not (is_in_window and taken.issuer in scope.issuers and taken.use in scope.uses):
        return False
    bounds = ((taken.most, scope.most), (taken.term, scope.longest_term))
    fits = all(bound is None or (value is not None and value <= bound) for value, bound in bounds)
    return not scope.is_limited or (fits and admits(signer, older))


def _leads(pack: bytes | str, first: str, later: str) -> bool:
    """Return whether a pack contains a chain of roots from one pin to another."""
    try:
        chain = open_pack(pack, first).trust.chain
    except LicenseError:
        return False
    return later in {pin_of(frame.read(root.verified.token.frame).payload) for root in chain}


def _identity(token: armor.Token) -> str:
    # The identity covers type and payload; a damaged frame has none.
    try:
        return identity_of(token.type, frame.read(token.frame).payload).hex()
    except LicenseError:
        return ""


def _without_unusable(
    base: TrustStore, tokens: Sequence[armor.Token], seen: Seen
) -> tuple[TrustStore, tuple[UnusableDocument, ...]]:
    """Add the tokens one by one, and leave out those that cannot be added."""
    taken, unusable = list[armor.Token](), list[UnusableDocument]()
    trust_store = add_documents(base, (), None, seen)
    for token in tokens:
        try:
            trust_store = add_documents(base, [*taken, token], None, seen)
        except TrustMissing:
            pass  # a new root; its trust document may follow
        except LicenseError as error:
            unusable.append(UnusableDocument(type=token.type, identity=_identity(token), error=error))
            continue
        taken.append(token)
    return trust_store, tuple(unusable)


def keep_trust(journal: JournalWriter, stored: Stored, trust_store: TrustStore) -> None:
    """Store the documents in force as received, and enter the highest versions seen in the journal."""
    connection = journal.connection
    if trust_store.tokens != stored.trust:
        connection.run(SQL["forget_trust"])
        rows = [(place, token.type, token.frame) for place, token in enumerate(trust_store.tokens)]
        connection.run_many(SQL["add_trust"], rows)
    journal.keep_seen(trust_store)
