"""The workspace of a vendor or partner: the handle that commands and programs use.

`who` is written into the ledger. `now` is in seconds since 1970. `attach` names the application that a file is for;
documents that it lacks are attached (`attachments`).

An operation that deserves a preview has two methods: `propose_issue` returns a proposal, whose `sign` carries it out;
`issue` does both, and raises `ConfirmationNeeded` without `confirm` if somebody must agree first.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from functools import partial, partialmethod
from pathlib import Path
from secrets import token_bytes
from typing import Unpack

from licensekit import dates, files
from licensekit.issuer import proposal, transaction
from licensekit.issuer.bulk.lines import OrderLine
from licensekit.issuer.bulk.renewals import Renewal, renewals
from licensekit.issuer.bulk.runs import Done, Run, issue_all, issue_valid
from licensekit.issuer.bulk.worker_pool import worker_pool
from licensekit.issuer.catalog.pack import WorkspaceCatalog
from licensekit.issuer.create import NewWorkspace, Secrets, create, create_partner
from licensekit.issuer.exchange.customers import Customers
from licensekit.issuer.keys import revocation, workspace_keys
from licensekit.issuer.layout import Layout
from licensekit.issuer.ledger import documents, handle, lookup
from licensekit.issuer.ledger.entries import open_ledger
from licensekit.issuer.orders.amendment import Amendment, ChangeProposal, propose_change
from licensekit.issuer.orders.issue import IssueProposal, Signing, propose_order
from licensekit.issuer.orders.order import OrderDraft
from licensekit.issuer.orders.reissue import ReissueProposal, propose_reissue
from licensekit.issuer.output.attachments import Attach, held_by_pack, oldest_held
from licensekit.issuer.output.license_file import LicenseFile, PublishedFile, publish
from licensekit.keys.signing import Signer
from licensekit.trust.pack import Held


class Workspace(transaction.WorkspacePart, AbstractContextManager["Workspace"]):
    """A folder with a catalog, keys and a ledger. Open it with `create` or `open`.

    Methods that sign raise `TrustError` if the key may not sign, `KeyMissing` if a key is needed and none is given, and
    `StateError` if the ledger cannot be used. Nothing is signed or entered then.
    """

    def __init__(self, store: transaction.WorkspaceStore) -> None:
        super().__init__(store)
        self.layout, self.database = store.layout, store.database
        self.ledger = handle.Ledger(store)
        """Everything that was issued."""
        self.customers = Customers(store)
        """The customers, and the exchange with their installations."""
        self.keys = workspace_keys.WorkspaceKeys(store)
        """The signing keys."""
        self.catalog = WorkspaceCatalog(store)
        """The catalog of what can be sold."""

    @staticmethod
    def create(folder: Path, given: NewWorkspace, secrets: Callable[[], Secrets], *, who: str, now: int) -> "Workspace":
        """Create a workspace in `folder` and open it; raises as `create.create`."""
        create(folder, given, secrets, who=who, now=now)
        return Workspace.open(folder)

    @staticmethod
    def create_partner(
        folder: Path, given: NewWorkspace, pack: bytes, pin: str, passphrase: Callable[[], bytes], *, who: str, now: int
    ) -> "Workspace":
        """Create a partner's workspace under the vendor's root and open it; raises as `create.create_partner`.

        Its key is valid once the vendor has admitted it and `keys.propose_take` has entered the vendor's next pack.
        """
        create_partner(folder, given, pack, pin, passphrase, who=who, now=now)
        return Workspace.open(folder)

    @staticmethod
    def open(folder: Path, draw: transaction.Draw = token_bytes) -> "Workspace":
        """Open the workspace in `folder`; `draw` returns random bytes, which tests can choose.

        Raises `WorkspaceInvalid` if there is none, `StateError` if its ledger cannot be used.
        """
        layout = Layout(folder)
        return Workspace(transaction.WorkspaceStore(layout, open_ledger(layout.locate_ledger(), create=False), draw))

    def overriding(self, *doubts: str) -> "Workspace":
        """Return this open workspace with these `doubts` (of `OVERRIDES`) ignored when it signs."""
        return Workspace(self._store.overriding(*doubts))

    @staticmethod
    def exists(folder: Path) -> bool:
        """Return whether there is a workspace in `folder`."""
        return Layout(folder).has_ledger

    def close(self) -> None:
        """Close the ledger."""
        self.database.close()

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, now: int) -> AbstractContextManager[transaction.LedgerTransaction]:
        """Open a read-only transaction."""
        return self._store.read(now)

    def state(self, now: int) -> documents.WorkspaceState:
        """Return the documents in force, verified."""
        return self._store.state(now)

    def held_by_pack(self, pack: bytes | None, *, now: int) -> Held:
        """Return the `attach` value for an application that ships `pack`; None: for the oldest one in the field.

        Raises `FormatError` or `TrustError` if `pack` is not a pack, does not verify, or is of another workspace.
        """
        with self.read(now) as tx:
            return oldest_held(tx) if pack is None else held_by_pack(tx.state, pack)

    def name_oldest_pack(self, pack: bytes, *, who: str, now: int) -> None:
        """Record that no application in the field ships an older pack; raises as `held_by_pack`."""
        with self._store.write(now, who) as tx:
            documents.put_fact(tx.ledger, documents.OLDEST_PACK, held_by_pack(tx.state, pack).text)

    def propose_issue(self, draft: OrderDraft, *, now: int, **signing: Unpack[Signing]) -> IssueProposal:
        """Check an order and return the proposal of its bundle, or of its file if it was issued before; as `issue`."""
        return proposal.propose(self._store, partial(propose_order, draft=draft, signing=signing), now)

    def issue(
        self, draft: OrderDraft, key: Signer | None, *, who: str, now: int, **signing: Unpack[Signing]
    ) -> LicenseFile:
        """Issue an order: sign its bundle, enter it in the ledger, and return its file.

        The same order under the same number returns the bundle issued before. `approve` is called with the file before
        the ledger commits: if it raises, nothing is issued. Raises `OrderInvalid` with all faults, `OrderConflict` if
        another order was issued under its number, or its bundle is no longer valid.
        """
        return self.propose_issue(draft, now=now, **signing).sign(key, who=who)

    def issue_bulk(
        self,
        lines: Iterable[OrderLine],
        key: Signer,
        *,
        who: str,
        now: int,
        into: Path | None = None,
        attach: Attach = True,
        keep_going: bool = False,
        workers: int = 1,
    ) -> Iterator[Done]:
        """Issue many orders: all or none, or with `keep_going` all valid ones.

        An order that was issued before returns the same bundle. A file is yielded, and written into the folder `into`
        if given, after its bundle is in the ledger. After an interruption, the next run writes the missing files. With
        `workers` above one, that many processes sign and write.

        Raises `OrdersRefused` if some orders are invalid and `keep_going` is false (nothing is issued then),
        `FileUnusable` or `PlaceTaken` if the folder cannot be listed or a file cannot be written (its bundle is in the
        ledger then), `SignerUnavailable` if the key cannot be reached or not be given to other processes.
        """
        issue_some = issue_valid if keep_going else issue_all
        taken = frozenset[str]() if into is None else files.names_in(into)
        with worker_pool(key, workers) as pool:
            yield from issue_some(self._store, lines, Run(key, pool, now, who, attach, into, taken, {}))

    def propose_renewals(self, filters: lookup.Filters, *, days: int, now: int) -> Iterator[Renewal]:
        """Yield a renewal by `days` for each bundle in force that ends within `filters.expiring_within` days.

        Term or maintenance ends; the earliest end comes first. Uses constant memory. `issue_bulk` signs the `line` of
        each, or the lines that `renewal_lines` reads back from a table.
        """
        with self.database.read() as ledger:
            yield from renewals(ledger, filters, days=days, today=dates.day_at(now))

    def publish(self, folder: Path, *, now: int) -> Iterator[PublishedFile]:
        """Write the newest file of each serial into a folder that a web server serves, and yield each.

        Needs no key and only reads the ledger.

        Raises `LedgerRestored` if older files would replace newer ones, `FileUnusable` if the folder is missing or a
        file in it cannot be replaced (earlier ones are), `PlaceTaken` if the folder contains the workspace.
        """
        if error := self.ledger.restored():
            raise error
        with self.read(now) as tx:
            yield from publish(tx, folder)

    def propose_change(self, asked: Amendment, *, now: int, **signing: Unpack[Signing]) -> ChangeProposal:
        """Return the bundle that a renewal or amendment would make of the one in force.

        Raises `NotIssued` if nothing was issued for the serial or its part, `NotCurrent` if that was revoked, returned,
        or replaced by another serial, `OrderConflict` if something else was signed under its order number,
        `OrderInvalid` with all faults.
        """
        return proposal.propose(self._store, partial(propose_change, asked=asked, signing=signing), now)

    def change(
        self, asked: Amendment, key: Signer | None, *, who: str, now: int, confirm: bool = False, **how: Unpack[Signing]
    ) -> LicenseFile:
        """Sign the changed bundle as the next sequence, and return its file.

        A change that was made under its order number before, or alters nothing, returns the file of the one in force.

        Raises as `propose_change`; `ConfirmationNeeded` if something that was sold changes and `confirm` is false,
        `ProposalStale` if somebody else changed the bundle meanwhile.
        """
        return self.propose_change(asked, now=now, **how).sign(key, who=who, confirm=confirm)

    def propose_reissue(self, lost: str, *, now: int, attach: Attach = True) -> ReissueProposal:
        """Propose to sign the active bundles of the key `lost` again; raise `KeyMissing` if there is no such key."""
        with self.read(now) as tx:
            return propose_reissue(tx, lost, attach=attach)

    def _propose_list(self, action: str, *, now: int, **asked: Unpack[revocation.ListAsked]) -> revocation.ListProposal:
        """Return what the next revocation list would take back or reinstate.

        With nothing named, the last list is signed again: its key may have been revoked. If the list in force already
        says so, nothing is signed and no key is needed. Raises `NotReinstated` if a bundle cannot be reinstated,
        `NotIssued` if nothing was issued for a serial, `RevocationsFull` if the list would be too long.
        """
        return proposal.propose(self._store, partial(revocation.propose_list, action=action, **asked), now)

    propose_revoke = partialmethod(_propose_list, "revoke")
    """Return what revoking bundles and serials would do; `propose_reinstate` undoes it."""
    propose_suspend = partialmethod(_propose_list, "suspend")
    """Return what suspending them would do: a revocation that is meant to be temporary."""
    propose_void = partialmethod(_propose_list, "void")
    """Return what voiding bundles permanently would do; their orders can be issued again."""
    propose_reinstate = partialmethod(_propose_list, "reinstate")
    """Return what reinstating suspended and revoked bundles and serials would do."""
