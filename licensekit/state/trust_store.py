"""From pack and stored documents to whom an installation believes; every signature is checked."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from licensekit.database import Connection
from licensekit.errors import HomeInvalid, LicenseError, TrustMissing
from licensekit.state.stored import Recorded, Stored, keep_seen
from licensekit.trust.order import Seen
from licensekit.trust.pack import TrustStore, add_documents, at_floor, open_pack
from licensekit.trust.roots import pin_of
from licensekit.trust.signed import Verified, identity_of
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor, frame
from licensekit.wire.documents import Bundle


class Unusable(NamedTuple):
    """A stored document that does not verify any more: damaged, revoked, or by a revoked key."""

    type: str
    identity: str
    """In hex."""
    error: LicenseError


class LoadedTrust(NamedTuple):
    """Whom an installation believes, and which of its documents do not verify."""

    trust_store: TrustStore
    unusable: tuple[Unusable, ...]


def load_trust(stored: Stored, root: str, pack: bytes | str) -> LoadedTrust:
    """Return what pack and stored documents establish together; the newest of each governs.

    Raises:
        HomeInvalid: the installation belongs to another root.
        FormatError: the pack is damaged.
        TrustError: the pack is not to be believed, or what was seen before is missing.
    """
    trust_store, unusable = combine_trust(stored, root, pack)
    return LoadedTrust(at_floor(trust_store), unusable)


def combine_trust(stored: Stored, root: str, pack: bytes | str) -> LoadedTrust:
    """Return the same, even if what was seen before is missing: a new file may bring it.

    When they were issued does not matter: they were taken before, whatever a clock shows now.

    Raises:
        HomeInvalid, FormatError, TrustError: as `load_trust`, about the pack alone.
    """
    base = open_pack(pack, root)
    _require_same_root(stored.recorded, root, pack)
    known = set(tokens_of(base))
    tokens = [token for token in stored.trust if token not in known]
    try:
        return LoadedTrust(add_documents(base, tokens, None, stored.seen), ())
    except LicenseError:
        return _without_unusable(base, tokens, stored.seen)


def verify_bundles(
    tokens: Iterable[armor.Token], trust_store: TrustStore, now: int
) -> tuple[tuple[Verified[Bundle], ...], tuple[Unusable, ...]]:
    """Return the bundles that verify, and those that do not."""
    verified: list[Verified[Bundle]] = []
    unusable: list[Unusable] = []
    for token in tokens:
        try:
            verified.append(verify_bundle(token, trust_store.trust, now))
        except LicenseError as error:
            unusable.append(_unusable(token, error))
    return tuple(verified), tuple(unusable)


def tokens_of(trust_store: TrustStore) -> list[armor.Token]:
    """Return the tokens of everything in force, in reading order."""
    state = trust_store.trust
    roots = [known.verified.token for known in state.chain]
    trust = [] if state.trust is None else [state.trust.token]
    lists = [state.lists[issuer].token for issuer in sorted(state.lists)]
    catalogs = [trust_store.catalogs[issuer].token for issuer in sorted(trust_store.catalogs)]
    return [*roots, *trust, *lists, *catalogs]


def _require_same_root(recorded: Recorded | None, root: str, pack: bytes | str) -> None:
    """Refuse another vendor's or product's root; another of one chain is welcome."""
    if recorded is None or recorded.root == root:
        return
    if not (_leads(pack, recorded.root, root) or _leads(recorded.pack, root, recorded.root)):
        raise HomeInvalid(reason="other-root", recorded=recorded.root)


def _leads(pack: bytes | str, first: str, later: str) -> bool:
    """Return whether a pack has a chain of roots from one pin to another."""
    try:
        chain = open_pack(pack, first).trust.chain
    except LicenseError:
        return False
    return later in {pin_of(frame.read(root.verified.token.frame).payload) for root in chain}


def _unusable(token: armor.Token, error: LicenseError) -> Unusable:
    # An identity is of type and payload; of a damaged frame there is nothing to identify.
    try:
        identity = identity_of(token.type, frame.read(token.frame).payload).hex()
    except LicenseError:
        identity = ""
    return Unusable(token.type, identity, error)


def _without_unusable(base: TrustStore, tokens: Sequence[armor.Token], seen: Seen) -> LoadedTrust:
    """Take the tokens one after the other, and leave out those that spoil the rest."""
    taken: list[armor.Token] = []
    unusable: list[Unusable] = []
    trust_store = add_documents(base, (), None, seen)
    for token in tokens:
        try:
            trust_store = add_documents(base, [*taken, token], None, seen)
        except TrustMissing:
            pass  # a new root, whose trust document is still to come
        except LicenseError as error:
            unusable.append(_unusable(token, error))
            continue
        taken.append(token)
    return LoadedTrust(trust_store, tuple(unusable))


def keep_trust(connection: Connection, stored: Stored, trust_store: TrustStore) -> None:
    """Keep everything in force as received, and what was seen as the floor."""
    tokens = tokens_of(trust_store)
    if tuple(tokens) != stored.trust:
        connection.run("DELETE FROM trust_documents")
        connection.run_many(
            "INSERT INTO trust_documents (place, type, frame) VALUES (?, ?, ?)",
            [(place, token.type, token.frame) for place, token in enumerate(tokens)],
        )
    keep_seen(connection, trust_store.trust.seen)
