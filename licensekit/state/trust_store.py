"""From pack and stored documents to whom an installation believes; every signature is checked."""

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
    """What the trust in force says of stored bundles, each in the order of activation."""

    verified: tuple[Verified[Bundle], ...]  # those whose keys may still sign them: they hold others back
    kept: tuple[Verified[Bundle], ...]  # those of them that may be in force; a revoked one holds its place
    unusable: Mapping[bytes, LicenseError]  # identity of each that grants nothing, to why


def combine_trust(stored: Stored, root: str, pack: bytes | str) -> tuple[TrustStore, tuple[UnusableDocument, ...]]:
    """Return whom pack and stored documents make an installation believe, and which of these do not verify.

    The newest of each governs, even if what was seen before is missing: a new file may bring it. Raises as `open_pack`,
    or `HomeInvalid` where the installation belongs to another root.
    """
    base, known = open_pack(pack, root), stored.recorded
    # Another vendor's or product's root is refused; another of one chain is welcome.
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
    """Verify stored bundles again, under the trust in force, but those that were so before: `known` keeps them."""
    known = {} if known is None else known
    verified, kept, unusable = list[Verified[Bundle]](), list[Verified[Bundle]](), dict[bytes, LicenseError]()
    for one in stored:
        record = one.record
        try:
            bundle = known.get(one) or known.setdefault(one, _held(*one, trust_store))
            verified.append(bundle)
            require_not_ahead(bundle.document.issued, now)
            kept += [bundle] if record.state == KEPT else []
            if refused := revocation_of(bundle, trust_store.trust):
                unusable[record.identity] = refused
        except LicenseError as error:
            unusable[record.identity] = error
    return VerifiedBundles(tuple(verified), tuple(kept), unusable)


def _held(record: BundleRecord, token: armor.Token, trust_store: TrustStore) -> Verified[Bundle]:
    """Verify what is stored of a bundle; it must be the one that the journal names."""
    if not token.frame:
        raise AuditDamaged(reason="gone", document=record.label)
    bundle = verify_signed(token, Bundle, trust_store.trust)
    if bundle.identity != record.identity:
        raise AuditDamaged(reason="other", document=record.label)
    return bundle


def lost_bundles(
    stored: Iterable[StoredBundle], unusable: Mapping[bytes, LicenseError], granted: Entitlements
) -> Iterator[UnusableDocument]:
    """Yield the `unusable` bundles, one an issuer and part, that would govern were they usable (P3, P5)."""
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
    """Return whether a bundle is of the same part as one that is lost, or replaces its serial."""
    bundle = one.document
    is_replaced = may_replace(one, trust) and takes_place_of(bundle, record.serial, record.use)
    return bundle.issuer == record.issuer and (bundle.part == record.part or is_replaced)


def still_holds(taken: BundleTaken, older: Bundle, trust: TrustState) -> bool:
    """Return whether a bundle of which only the journal is left holds `older` back, as `holds_back` judges."""
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
    """Return whether a pack has a chain of roots from one pin to another."""
    try:
        chain = open_pack(pack, first).trust.chain
    except LicenseError:
        return False
    return later in {pin_of(frame.read(root.verified.token.frame).payload) for root in chain}


def _identity(token: armor.Token) -> str:
    # An identity is of type and payload; of a damaged frame there is nothing to identify.
    try:
        return identity_of(token.type, frame.read(token.frame).payload).hex()
    except LicenseError:
        return ""


def _without_unusable(
    base: TrustStore, tokens: Sequence[armor.Token], seen: Seen
) -> tuple[TrustStore, tuple[UnusableDocument, ...]]:
    """Take the tokens one after the other, and leave out those that spoil the rest."""
    taken, unusable = list[armor.Token](), list[UnusableDocument]()
    trust_store = add_documents(base, (), None, seen)
    for token in tokens:
        try:
            trust_store = add_documents(base, [*taken, token], None, seen)
        except TrustMissing:
            pass  # a new root, whose trust document is still to come
        except LicenseError as error:
            unusable.append(UnusableDocument(type=token.type, identity=_identity(token), error=error))
            continue
        taken.append(token)
    return trust_store, tuple(unusable)


def keep_trust(journal: JournalWriter, stored: Stored, trust_store: TrustStore) -> None:
    """Keep everything in force as received, and what was seen as the floor."""
    connection = journal.connection
    if trust_store.tokens != stored.trust:
        connection.run(SQL["forget_trust"])
        rows = [(place, token.type, token.frame) for place, token in enumerate(trust_store.tokens)]
        connection.run_many(SQL["add_trust"], rows)
    journal.keep_seen(trust_store)
