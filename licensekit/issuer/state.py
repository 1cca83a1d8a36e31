"""The verified documents of a workspace: its roots, trust, lists and catalogs, from its pin on."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple, TypeVar, cast

from licensekit.database import Connection
from licensekit.errors import WorkspaceInvalid
from licensekit.issuer.ledger import documents
from licensekit.trust.pack import TrustStore, extend_trust_store
from licensekit.trust.roots import pin_of
from licensekit.trust.signed import Verified
from licensekit.trust.state import start
from licensekit.wire import armor
from licensekit.wire.armor import Token
from licensekit.wire.documents import TYPE_OF, Catalog, KeyState, Revocations, SignedType, Trust, decode, encode

D = TypeVar("D", Catalog, Revocations)


class WorkspaceState(NamedTuple):
    """The documents in force, and who signs here."""

    pin: str
    """The first root: what applications that were shipped long ago pin."""
    issuer: str
    """The code that this workspace signs for."""
    trust_store: TrustStore
    is_partner: bool
    """Whether this workspace signs under another's root."""
    last_catalog: Catalog | None
    """The newest catalog that was signed here, even if its key was revoked since."""
    last_list: Revocations | None
    """The newest revocation list that was signed here, likewise."""
    overtaken: Mapping[SignedType, tuple[int, int]] = {}
    """Type to the root and trust versions under which it must be signed again: there a key was revoked that could sign
    it, and whoever had that key may have run up its number before."""

    @property
    def product(self) -> str:
        """The product of the root."""
        return self.trust_store.product

    @property
    def newest_pin(self) -> str:
        """The newest root: what an application pins that ships the newest pack."""
        return pin_of(encode(self.trust_store.trust.root))

    @property
    def trust(self) -> Trust:
        """The trust document in force."""
        return self.verified_trust.document

    @property
    def verified_trust(self) -> Verified[Trust]:
        """The same with its token: no trust store is extended without one."""
        return cast("Verified[Trust]", self.trust_store.trust.trust)

    @property
    def catalog(self) -> Verified[Catalog] | None:
        """The newest signed catalog of this workspace; None before a partner's first."""
        return self.trust_store.catalogs.get(self.issuer)

    @property
    def signed_catalog(self) -> Catalog:
        """What the newest signed catalog of this workspace says.

        Raises:
            WorkspaceInvalid: none was signed yet.
        """
        if self.catalog is None:
            raise WorkspaceInvalid(reason="no-catalog")
        return self.catalog.document

    @property
    def lacks_list(self) -> bool:
        """Whether the newest list must be signed again, because a key was revoked."""
        if self._is_overtaken(SignedType.REVOCATIONS, self.last_list):
            return True
        return self.last_list is not None and self.issuer not in self.trust_store.trust.lists

    @property
    def lacks_catalog(self) -> bool:
        """Whether the newest catalog must be signed, for the first time or likewise."""
        return self.catalog is None or self._is_overtaken(SignedType.CATALOG, self.last_catalog)

    def _is_overtaken(self, kind: SignedType, document: Catalog | Revocations | None) -> bool:
        since = self.overtaken.get(kind, (0, 0))
        made = (0, 0) if document is None else (document.root_version, document.trust_version)
        return made < since

    @property
    def tokens(self) -> list[Token]:
        """Everything in force, in the order in which a pack holds it."""
        trust = self.trust_store.trust
        return [
            *(known.verified.token for known in trust.chain),
            self.verified_trust.token,
            *(trust.lists[issuer].token for issuer in sorted(trust.lists)),
            *(self.trust_store.catalogs[issuer].token for issuer in sorted(self.trust_store.catalogs)),
        ]

    @property
    def pack(self) -> bytes:
        """The pack that the next application ships."""
        return file_of(self.tokens)


def workspace_state(connection: Connection) -> WorkspaceState:
    """Load what the ledger says is in force, whatever a clock showed when it was signed.

    Raises:
        WorkspaceInvalid: it is not the ledger of a workspace.
        TrustError: what it holds does not verify.
    """
    pin = documents.fact(connection, documents.PIN)
    issuer = documents.fact(connection, documents.ISSUER)
    if pin is None or issuer is None:
        raise WorkspaceInvalid(reason="no-facts")
    roots = documents.every(connection, "root")
    tokens = [*roots, *documents.newest(connection)]
    trust_store = extend_trust_store(TrustStore(start(roots, pin), {}), tokens, None)
    return WorkspaceState(
        pin,
        issuer,
        trust_store,
        issuer != trust_store.issuer,
        _last(connection, Catalog, issuer, trust_store.catalogs.get(issuer)),
        _last(connection, Revocations, issuer, trust_store.trust.lists.get(issuer)),
        _overtaken(documents.every(connection, "trust"), issuer),
    )


def extended(state: WorkspaceState, tokens: Sequence[Token]) -> WorkspaceState:
    """Return the state with newer documents, as `workspace_state` loads it once they are entered.

    Only the new ones are verified.

    Raises:
        TrustError: one of them does not verify.
    """
    trust_store = extend_trust_store(state.trust_store, tokens, None)
    trust, catalogs = trust_store.trust, trust_store.catalogs
    # One whose key was revoked is no floor when the ledger is loaded either.
    there = {"revocations": trust.lists, "catalog": catalogs}
    seen = {order: at for order, at in trust.seen.items() if order[0] not in there or order[1] in there[order[0]]}
    catalog, revocations = catalogs.get(state.issuer), trust.lists.get(state.issuer)
    newer = [token for token in tokens if token.type == "trust"]
    return state._replace(
        trust_store=trust_store._replace(trust=trust._replace(seen=seen)),
        last_catalog=state.last_catalog if catalog is None else catalog.document,
        last_list=state.last_list if revocations is None else revocations.document,
        overtaken={**state.overtaken, **_overtaken([state.verified_trust.token, *newer], state.issuer, skip=1)},
    )


def _overtaken(tokens: Sequence[Token], issuer: str, *, skip: int = 0) -> dict[SignedType, tuple[int, int]]:
    """Return for each type the newest of some trust documents, oldest first, that revoked a key which could sign it.

    What the first `skip` of them revoked is known already. A key that was revoked stays so: few need to be decoded.
    """

    @cache
    def decoded(number: int) -> Trust:
        return decode(Trust, tokens[number].payload)

    found: dict[SignedType, tuple[int, int]] = {}
    for key in decoded(len(tokens) - 1).keys:
        if key.state is not KeyState.REVOKED or issuer not in key.scope.issuers:
            continue
        number = bisect_left(range(len(tokens)), 1, key=lambda n: _is_revoked(decoded(n), key.public))
        trust = decoded(number)
        pair = trust.root_version, trust.version
        if number >= skip:
            found |= {kind: max(pair, found.get(kind, pair)) for kind in key.scope.types}
    return found


def _is_revoked(trust: Trust, public: bytes) -> bool:
    return any(key.public == public and key.state is KeyState.REVOKED for key in trust.keys)


def _last(connection: Connection, kind: type[D], issuer: str, in_force: Verified[D] | None) -> D | None:
    token = documents.last(connection, TYPE_OF[kind], issuer)
    if in_force is not None and token == in_force.token:
        return in_force.document
    return None if token is None else decode(kind, token.payload)


def file_of(tokens: Iterable[Token]) -> bytes:
    """Return the bytes of a file of `tokens`, one a line."""
    return armor.write_file(tokens).encode("ascii")
