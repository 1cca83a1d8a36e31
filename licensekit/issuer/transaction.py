"""Transactions on the ledger of a workspace, with its verified documents and signing."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from secrets import token_bytes
from typing import Concatenate, Final, ParamSpec, TypeVar

from licensekit import dates, errors, files
from licensekit.database import Connection, Database
from licensekit.entitlements.amounts import amount_within
from licensekit.issuer.layout import Layout
from licensekit.issuer.ledger import documents, entries, projection
from licensekit.keys import keyfile, signing
from licensekit.trust.pack import TrustStore
from licensekit.trust.scope import AdmittedSigner, SignedByVendor, require_scope, require_type
from licensekit.trust.sign import sign
from licensekit.trust.state import TrustState
from licensekit.wire.armor import Token
from licensekit.wire.documents import TYPE_OF, Bundle, Catalog, Document, Revocations, replace_fields

CLOCK_IS_RIGHT: Final = "clock-is-right"
"""Overrides the doubt that the clock disagrees with the ledger."""
RESTORED: Final = "restored"  # accepts a ledger that lacks entries which this folder has seen
_BEHIND_SECONDS: Final = 3600
_AHEAD_SECONDS: Final = 90 * dates.DAY_SECONDS
P = ParamSpec("P")
T = TypeVar("T")
Draw = Callable[[int], bytes]  # returns this many random bytes


@dataclass(slots=True)
class LedgerTransaction:
    """An open transaction, its moment, and who acts in it."""

    store: "WorkspaceStore"
    ledger: Connection
    state: documents.WorkspaceState  # in force, including what this transaction has entered
    now: int  # seconds since 1970
    who: str  # for the ledger; empty where nothing is entered

    @property
    def trust(self) -> TrustState:
        """The roots, trust document and revocation lists in force."""
        return self.state.trust_store.trust

    def record(self, action: str, token: Token, document: Document) -> projection.Record:
        """Return the record of a document for an entry at this moment."""
        return projection.Record(action, self.now, self.who, token, document)

    def sign(self, action: str, document: SignedByVendor, signer: signing.Signer) -> projection.Record:
        """Sign a document, if `signer` may, and return its record; raises as `require_admitted` and `sign`."""
        if isinstance(document, Catalog | Revocations):  # these name the ledger's newest entry
            document = replace_fields(document, extensions={**document.extensions, **entries.ledger_mark(self.ledger)})
        admitted = admission(signer, self.trust)
        require_type(admitted, TYPE_OF[type(document)])
        require_admitted(admitted, document, self.state.trust_store)
        return self.record(action, sign(document, signer), document)

    def put_in_force(self, records: Sequence[projection.Record], state: documents.WorkspaceState | None = None) -> None:
        """Enter records of pack documents; `state` includes them if they were verified before."""
        entries.append(self.ledger, records)
        self.state = documents.extended(self.state, [record.token for record in records]) if state is None else state


@dataclass(eq=False, repr=False)
class WorkspaceStore:
    """The folder and ledger of a workspace. Its documents are verified once, and after another program enters one."""

    layout: Layout
    database: Database
    draw: Draw = token_bytes
    overrides: frozenset[str] = frozenset()  # the doubts that are ignored
    _verified: tuple[int, documents.WorkspaceState] | None = field(default=None, init=False)

    def overriding(self, *doubts: str) -> "WorkspaceStore":
        """Return a store of the same workspace that ignores these doubts."""
        return WorkspaceStore(self.layout, self.database, self.draw, frozenset(doubts))

    @contextmanager
    def read(self, now: int) -> Generator[LedgerTransaction]:
        """Open a read-only transaction; raises as `workspace_state`."""
        with self.database.read() as ledger:
            yield LedgerTransaction(self, ledger, self._state(ledger), now, "")

    def state(self, now: int) -> documents.WorkspaceState:
        """Return the documents in force, verified."""
        with self.read(now) as tx:
            return tx.state

    @contextmanager
    def write(self, now: int, who: str) -> Generator[LedgerTransaction]:
        """Open a transaction that commits at the end; raise `LedgerRestored` or `ClockDoubtful` if not overridden."""
        accepts = RESTORED in self.overrides
        with self.database.write() as ledger:
            if not accepts:
                entries.require_whole(ledger, entries.read_mark(self.layout.mark))
            state = self._state(ledger)
            if CLOCK_IS_RIGHT not in self.overrides:
                _require_clock(ledger, state, now)
            tx = LedgerTransaction(self, ledger, state, now, who)
            yield tx
            newest = documents.newest_number(ledger) if tx.state is not state else None
            entered = entries.head(ledger)
        entries.raise_mark(self.layout.mark, entered, lower=accepts)
        if newest is not None:  # committed by now
            self._verified = newest, tx.state

    def write_pack(self, now: int) -> Path:
        """Write the pack from the ledger, and return its path."""
        state = self.state(now)
        path = self.layout.pack(state.product)
        files.write_atomically(path, state.pack)
        return path

    def _state(self, ledger: Connection) -> documents.WorkspaceState:
        newest = documents.newest_number(ledger)
        verified = self._verified
        if verified is None or verified[0] != newest:
            verified = self._verified = newest, documents.workspace_state(ledger)
        return verified[1]


class WorkspacePart:
    """The base of the handles: a workspace, its ledger, customers, keys and catalog."""

    def __init__(self, store: WorkspaceStore) -> None:
        self._store = store

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._store.layout.folder}, ledger at {self._store.database.location}>"


def on_ledger(
    act: Callable[Concatenate[Connection, P], T], *, writes: bool = False
) -> Callable[Concatenate[WorkspacePart, P], T]:
    """Turn a function on the ledger into a method of a part; `writes` for records outside the hash chain."""

    @wraps(act)
    def method(self: WorkspacePart, /, *args: P.args, **options: P.kwargs) -> T:
        database = self._store.database  # pyright: ignore[reportPrivateUsage]  # this is a method of the part
        with database.write() if writes else database.read() as ledger:
            return act(ledger, *args, **options)

    return method


def _require_clock(ledger: Connection, state: documents.WorkspaceState, now: int) -> None:
    """Refuse a clock that is far from the newest entry of the ledger, or before a document in force."""
    number, at = entries.newest_entry(ledger)
    # A clock far ahead looks like a workspace that was long unused: only a person can tell.
    if number and not at - _BEHIND_SECONDS <= now <= at + _AHEAD_SECONDS:
        raise errors.ClockDoubtful(reason="behind" if now < at else "ahead", now=now, number=number, made=at)
    # A document signed elsewhere may be dated later than its entry; installations would refuse a file that carries it.
    catalog = None if state.catalog is None else state.catalog.document
    in_force = {"trust document": state.trust, "revocation list": state.last_list, "catalog": catalog}
    found = {name: one.issued for name, one in in_force.items() if one is not None}
    name = max(found, key=found.__getitem__)
    if now < found[name] - _BEHIND_SECONDS:
        raise errors.ClockDoubtful(reason="document", now=now, document=name, made=found[name])


def require_admitted(signer: AdmittedSigner, document: SignedByVendor, trust_store: TrustStore) -> None:
    """Refuse a document outside the key's scope (`require_scope`), or a meter whose amount the scope would reduce."""
    require_scope(signer, document)
    most = signer.admitted.scope.most
    if most is None or not isinstance(document, Bundle):
        return
    catalog = trust_store.catalogs[document.issuer].document
    key, name = signer.key.key_id, signer.admitted.name
    for code in document.system.keys() & catalog.licenses.keys():
        amount = document.system[code]
        if amount_within(amount, catalog.licenses[code], document, most) != amount:
            raise errors.KeyOutOfScope(reason="meter", key_id=key, name=name, license=code, most=most)


def admission(signer: signing.Signer | keyfile.PublicPart, trust: TrustState) -> AdmittedSigner:
    """Return the admission of a signer's key by the trust document; raise `KeyUnknown` if it has none."""
    key = signer.verifying_key
    found = trust.signers.get((key.scheme, key.key_id))
    if found is None:
        raise errors.KeyUnknown(reason="signer", key_id=key.key_id)
    return found


def require_signer(signer: signing.Signer | None) -> signing.Signer:
    """Return `signer`; raise `KeyMissing` if it is None."""
    if signer is None:
        raise errors.KeyMissing(reason="not-given")
    return signer
