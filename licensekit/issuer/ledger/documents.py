"""The roots, trust documents, lists and catalogs of a ledger, verified from its pin on; and facts beside them."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple, TypeVar, cast

from licensekit import database, errors
from licensekit.trust.pack import TrustStore, extend_trust_store
from licensekit.trust.roots import pin_of
from licensekit.trust.signed import Verified
from licensekit.trust.state import start
from licensekit.wire import armor
from licensekit.wire.documents import TYPE_OF, Catalog, KeyState, Revocations, SignedType, Trust, decode, encode

# Names of facts
PIN: Final = "pin"  # the root from which everything is verified
ISSUER: Final = "issuer"  # the code of the issuer
RESTORED: Final = "restored"
"""The newest entry of a restored ledger when it was accepted, and by how much sequences rise."""
DEFAULT_KEY: Final = "default-key"  # the id, in hex, of the key that signs unless another is named
RESELLS: Final = "resells"
"""Set if this workspace sells the vendor's licenses, with a key that the vendor has admitted."""
OLDEST_PACK: Final = "oldest-pack"  # what the oldest application in the field holds (`trust.pack.Held.text`)

_SQL: Final = database.read_queries(__file__)
D = TypeVar("D", Catalog, Revocations)


def newest_number(connection: database.Connection) -> int:
    """Return the number of the newest entry of these documents; 0 if there is none."""
    return connection.value(_SQL["newest_number"]) or 0


def every(connection: database.Connection, kind: str) -> list[armor.Token]:
    """Return every document of `kind`, oldest first."""
    return _tokens(connection, "every", kind)


def newest(connection: database.Connection) -> list[armor.Token]:
    """Return the newest trust document, and the newest list and catalog of each issuer."""
    return _tokens(connection, "newest")


def _tokens(connection: database.Connection, query: str, *params: database.Value) -> list[armor.Token]:
    return [armor.Token(*row) for row in connection.rows(_SQL[query], *params)]


def numbered(connection: database.Connection, kind: str, issuer: str, version: int) -> armor.Token | None:
    """Return the list of `issuer` with this number, or its catalog with this version."""
    return next(iter(_tokens(connection, "numbered", kind, issuer, version)), None)


def reinstating(connection: database.Connection, issuer: str, number: int) -> list[int]:
    """Return the numbers above `number` of the lists that reinstated something."""
    return [version for (version,) in connection.rows(_SQL["reinstating"], issuer, number)]


def fact(connection: database.Connection, name: str) -> str | None:
    """Return a fact about the workspace, or None."""
    return connection.value(_SQL["fact"], name)


def default_key(connection: database.Connection) -> str:
    """Return the id, in hex, of the default key; empty if none was chosen."""
    return fact(connection, DEFAULT_KEY) or ""


def put_fact(connection: database.Connection, name: str, value: str) -> None:
    """Set a fact about the workspace."""
    connection.run(_SQL["put_fact"], name, value)


class WorkspaceState(NamedTuple):
    """The documents in force in a workspace, and its issuer."""

    pin: str
    """The pin of the first root, which old applications pin."""
    issuer: str
    """The code of the issuer."""
    trust_store: TrustStore
    is_partner: bool
    """Whether it signs under the vendor's root: its own licenses, or as a reseller the vendor's."""
    last_catalog: Catalog | None
    """The newest catalog that was signed here, even if its key was revoked since."""
    last_list: Revocations | None
    """The newest revocation list that was signed here, even if its key was revoked since."""
    overtaken: Mapping[SignedType, tuple[int, int]] = {}
    """Type to the root and trust versions that revoked a key for it: documents of the type must be signed again under
    these, because the holder of that key may have used higher numbers."""

    @property
    def product(self) -> str:
        """The product of the root."""
        return self.trust_store.product

    @property
    def is_reseller(self) -> bool:
        """Whether it signs the vendor's licenses; the vendor's own ledger has others."""
        return self.is_partner and self.issuer == self.trust_store.issuer

    @property
    def newest_pin(self) -> str:
        """The pin of the newest root, for an application that ships the newest pack."""
        return pin_of(encode(self.trust_store.trust.root))

    @property
    def trust(self) -> Trust:
        """The trust document in force."""
        return self.verified_trust.document

    @property
    def verified_trust(self) -> Verified[Trust]:
        """The trust document in force with its token, which a loaded workspace always has."""
        return cast("Verified[Trust]", self.trust_store.trust.trust)

    @property
    def catalog(self) -> Verified[Catalog] | None:
        """The newest signed catalog of this workspace; None before a partner's first."""
        return self.trust_store.catalogs.get(self.issuer)

    @property
    def signed_catalog(self) -> Catalog:
        """The newest signed catalog of this workspace; raises `WorkspaceInvalid` if none was signed yet."""
        if self.catalog is None:
            raise errors.WorkspaceInvalid(reason="no-catalog")
        return self.catalog.document

    @property
    def lacks_list(self) -> bool:
        """Whether the newest list must be signed again, because a key was revoked."""
        is_gone = self.last_list is not None and self.issuer not in self.trust_store.trust.lists
        return is_gone or self._is_overtaken(SignedType.REVOCATIONS, self.last_list)

    @property
    def lacks_catalog(self) -> bool:
        """Whether a catalog must be signed: there is none yet, or a key was revoked."""
        return self.catalog is None or self._is_overtaken(SignedType.CATALOG, self.last_catalog)

    def _is_overtaken(self, kind: SignedType, document: Catalog | Revocations | None) -> bool:
        made = (0, 0) if document is None else (document.root_version, document.trust_version)
        return made < self.overtaken.get(kind, (0, 0))

    @property
    def tokens(self) -> list[armor.Token]:
        """All documents in force, in the order of a pack."""
        trust, catalogs = self.trust_store.trust, self.trust_store.catalogs
        lists = (trust.lists[issuer] for issuer in sorted(trust.lists))
        of_issuers = (*lists, *(catalogs[issuer] for issuer in sorted(catalogs)))
        in_trust = (*(one.verified for one in trust.chain), self.verified_trust)
        return [one.token for one in (*in_trust, *of_issuers)]

    @property
    def pack(self) -> bytes:
        """The pack for the next release of the application."""
        return file_of(self.tokens)


def workspace_state(connection: database.Connection) -> WorkspaceState:
    """Load and verify the documents in force, whatever their dates."""
    pin, issuer = fact(connection, PIN), fact(connection, ISSUER)
    if pin is None or issuer is None:
        raise errors.WorkspaceInvalid(reason="no-facts")
    roots = every(connection, "root")
    trust_store = extend_trust_store(TrustStore(start(roots, pin), {}), [*roots, *newest(connection)], None)
    is_partner = issuer != trust_store.issuer or fact(connection, RESELLS) is not None
    last_catalog = _last(connection, Catalog, issuer, trust_store.catalogs.get(issuer))
    last_list = _last(connection, Revocations, issuer, trust_store.trust.lists.get(issuer))
    overtaken = _overtaken(every(connection, "trust"), issuer)
    return WorkspaceState(pin, issuer, trust_store, is_partner, last_catalog, last_list, overtaken)


def extended(state: WorkspaceState, tokens: Sequence[armor.Token]) -> WorkspaceState:
    """Verify newer documents and return the state with them, as `workspace_state` would load it."""
    trust_store = extend_trust_store(state.trust_store, tokens, None)
    trust, catalogs = trust_store.trust, trust_store.catalogs
    # As when the ledger is loaded, a document whose key was revoked does not count as seen.
    there = {"revocations": trust.lists, "catalog": catalogs}
    seen = {order: at for order, at in trust.seen.items() if order[0] not in there or order[1] in there[order[0]]}
    catalog, revocations = catalogs.get(state.issuer), trust.lists.get(state.issuer)
    last_catalog = state.last_catalog if catalog is None else catalog.document
    last_list = state.last_list if revocations is None else revocations.document
    trusted = [state.verified_trust.token, *(token for token in tokens if token.type == "trust")]
    overtaken = {**state.overtaken, **_overtaken(trusted, state.issuer, skip=1)}
    store = trust_store._replace(trust=trust._replace(seen=seen))
    return state._replace(trust_store=store, last_catalog=last_catalog, last_list=last_list, overtaken=overtaken)


def _overtaken(tokens: Sequence[armor.Token], issuer: str, *, skip: int = 0) -> dict[SignedType, tuple[int, int]]:
    """Return type to the versions of the newest trust document, after the first `skip`, that revoked a key for it."""

    @cache  # a revoked key stays revoked, so a binary search decodes few documents
    def decoded(number: int) -> Trust:
        return decode(Trust, tokens[number].payload)

    found: dict[SignedType, tuple[int, int]] = {}
    for key in decoded(len(tokens) - 1).keys:
        if key.state is not KeyState.REVOKED or issuer not in key.scope.issuers:
            continue
        number = bisect_left(range(len(tokens)), 1, key=lambda n: _is_revoked(decoded(n), key.public))
        pair = decoded(number).root_version, decoded(number).version
        if number >= skip:
            found |= {kind: max(pair, found.get(kind, pair)) for kind in key.scope.types}
    return found


def _is_revoked(trust: Trust, public: bytes) -> bool:
    return any(key.public == public and key.state is KeyState.REVOKED for key in trust.keys)


def _last(connection: database.Connection, kind: type[D], issuer: str, in_force: Verified[D] | None) -> D | None:
    """Return the newest document of a type and issuer, even if its key was revoked."""
    token = next(iter(_tokens(connection, "last", TYPE_OF[kind], issuer)), None)
    if in_force is not None and token == in_force.token:
        return in_force.document
    return None if token is None else decode(kind, token.payload)


def file_of(tokens: Iterable[armor.Token]) -> bytes:
    """Return the bytes of a file with `tokens`, one on each line."""
    return armor.write_file(tokens).encode("ascii")
