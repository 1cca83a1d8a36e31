"""A vendor's workspace: the one handle through which it is used, by commands and by programs.

Nothing here prints, prompts or reads the clock. `who` is written into the ledger beside what was signed; `now` is
seconds since 1970; `attach` says for which application a file is (`attachments`): what it lacks is attached.

What is worth looking at has two methods: `propose_issue` returns what would be signed, for `.sign` to sign it, and
`issue` does both. Without `confirm`, the second raises `ConfirmationNeeded` where somebody must agree first.
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
from licensekit.issuer.ledger import documents, lookup, questions
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

    What signs raises `TrustError` if the key may not sign, `KeyMissing` without a key where something is to be signed,
    and `StateError` if the ledger cannot be used. Nothing is signed or entered in all these cases.
    """

    def __init__(self, store: transaction.WorkspaceStore) -> None:
        super().__init__(store)
        self.layout, self.database = store.layout, store.database
        self.ledger = questions.Ledger(store)
        """What was issued."""
        self.customers = Customers(store)
        """What is exchanged with customers' installations."""
        self.keys = workspace_keys.WorkspaceKeys(store)
        """The keys that sign."""
        self.catalog = WorkspaceCatalog(store)
        """What can be sold."""

    @staticmethod
    def create(folder: Path, given: NewWorkspace, secrets: Callable[[], Secrets], *, who: str, now: int) -> "Workspace":
        """Make a workspace in `folder` and open it; raises as `create.create`."""
        create(folder, given, secrets, who=who, now=now)
        return Workspace.open(folder)

    @staticmethod
    def create_partner(
        folder: Path, given: NewWorkspace, pack: bytes, pin: str, passphrase: Callable[[], bytes], *, who: str, now: int
    ) -> "Workspace":
        """Make a third party's workspace under the vendor's root, and open it.

        Its key is valid once the vendor has admitted it; then `keys.take` enters the vendor's next pack. Raises as
        `create.create_partner`.
        """
        create_partner(folder, given, pack, pin, passphrase, who=who, now=now)
        return Workspace.open(folder)

    @staticmethod
    def open(folder: Path, draw: transaction.Draw = token_bytes) -> "Workspace":
        """Open the workspace in `folder`; `draw` returns random bytes, for tests to foresee.

        Raises `WorkspaceInvalid` if there is none, `StateError` if its ledger cannot be used.
        """
        layout = Layout(folder)
        return Workspace(transaction.WorkspaceStore(layout, open_ledger(layout.locate_ledger(), create=False), draw))

    def overriding(self, *doubts: str) -> "Workspace":
        """Return this open workspace, signing in spite of these `doubts` (`OVERRIDES`) of the ledger or the clock."""
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
        """Open a transaction that only reads."""
        return self._store.read(now)

    def state(self, now: int) -> documents.WorkspaceState:
        """Return the documents in force, verified."""
        with self.read(now) as tx:
            return tx.state

    def write_pack(self, now: int) -> Path:
        """Write the pack from the ledger, and return its path."""
        return self._store.write_pack(now)

    def held_by_pack(self, pack: bytes | None, *, now: int) -> Held:
        """Return what an application holds that ships `pack`, as a value of `attach`; None: the oldest in the field.

        Raises `FormatError` or `TrustError` if it is no pack, not to be believed, or of another workspace.
        """
        with self.read(now) as tx:
            return oldest_held(tx) if pack is None else held_by_pack(tx.state, pack)

    def name_oldest_pack(self, pack: bytes, *, who: str, now: int) -> None:
        """Record that no application in the field ships an older pack; raises as `held_by_pack`."""
        with self._store.write(now, who) as tx:
            documents.put_fact(tx.ledger, documents.OLDEST_PACK, held_by_pack(tx.state, pack).text)

    def propose_issue(self, draft: OrderDraft, *, now: int, **signing: Unpack[Signing]) -> IssueProposal:
        """Check an order and return its bundle; if it was issued before, its file. As `issue`."""
        return proposal.propose(self._store, partial(propose_order, draft=draft, signing=signing), now)

    def issue(
        self, draft: OrderDraft, key: Signer | None, *, who: str, now: int, **signing: Unpack[Signing]
    ) -> LicenseFile:
        """Issue an order: sign its bundle, enter it in the ledger, and return its file.

        An order whose number was issued before gives the same bundle again. `approve` is called with the file before
        the ledger has it: if it raises, nothing was issued. Raises `OrderInvalid` with all its faults, `OrderConflict`
        if another order was issued under its number, or what was issued is void.
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
        """Issue many orders: all of them or none, or with `keep_going` all that are valid.

        An order that was issued before gives the same bundle again. Once a bundle is in the ledger its file is
        returned, and written into the folder `into` if there is one; what was not written when a run was interrupted,
        the next one writes. With more than one of `workers`, that many other processes sign and write the files.

        Raises `OrdersRefused` if some are invalid, and `keep_going` is false: nothing was issued then; `FileUnusable`
        or `PlaceTaken` if the folder cannot be listed, or a file not be written, whose bundle is in the ledger then;
        `SignerUnavailable` if the key cannot be reached, or given to other processes.
        """
        issue_some = issue_valid if keep_going else issue_all
        taken = frozenset[str]() if into is None else files.names_in(into)
        with worker_pool(key, workers) as pool:
            yield from issue_some(self._store, lines, Run(key, pool, now, who, attach, into, taken, {}))

    def propose_renewals(self, filters: lookup.Filters, *, days: int, now: int) -> Iterator[Renewal]:
        """Yield what ends within `filters.expiring_within` days and what this many more `days` make of it.

        That is each bundle in force whose term or maintenance ends, what ends first in front; in constant memory.
        `issue_bulk` signs the `line` of each, or of those that `renewal_lines` reads back from a table.
        """
        with self.database.read() as ledger:
            yield from renewals(ledger, filters, days=days, today=dates.day_at(now))

    def publish(self, folder: Path, *, now: int) -> Iterator[PublishedFile]:
        """Write the newest file of each customer where a web server serves it, and yield every one (`license_file`).

        It needs no key and no right to write to the ledger.

        Raises `LedgerRestored` if newer files would be replaced by older ones, `FileUnusable` if the folder is missing,
        or a file in it cannot be replaced (those before it are), `PlaceTaken` if the workspace with its keys is in it.
        """
        if error := self.ledger.restored():
            raise error
        with self.read(now) as tx:
            yield from publish(tx, folder)

    def propose_change(self, asked: Amendment, *, now: int, **signing: Unpack[Signing]) -> ChangeProposal:
        """Return what a renewal or amendment would make of the bundle in force.

        Raises `NotIssued` if nothing was issued for the serial or its part, `NotCurrent` if that was revoked, returned,
        or replaced by another serial, `OrderConflict` if something else was signed under its order number,
        `OrderInvalid` with all faults.
        """
        return proposal.propose(self._store, partial(propose_change, asked=asked, signing=signing), now)

    def change(
        self, asked: Amendment, key: Signer | None, *, who: str, now: int, confirm: bool = False, **how: Unpack[Signing]
    ) -> LicenseFile:
        """Sign what a change makes of the bundle in force as its next sequence; return its file.

        Where nothing is to be signed, because the change was made before under its order number or alters nothing, the
        file is that of the bundle in force.

        Raises as `propose_change`; `ConfirmationNeeded` if something that was sold is changed, and `confirm` is false,
        `ProposalStale` if somebody else changes it meanwhile.
        """
        return self.propose_change(asked, now=now, **how).sign(key, who=who, confirm=confirm)

    def propose_reissue(self, lost: str, *, now: int, attach: Attach = True) -> ReissueProposal:
        """Return which active bundles the key `lost` has signed, to sign them again; raise `KeyMissing` without it."""
        with self.read(now) as tx:
            return propose_reissue(tx, lost, attach=attach)

    def _propose_list(self, action: str, *, now: int, **asked: Unpack[revocation.ListAsked]) -> revocation.ListProposal:
        """Return what the next revocation list would take back, or no longer take back.

        With nothing named, the list before is signed again: its key may have been revoked. Where the list in force says
        all of it already, nothing is signed, and no key is needed. Raises `NotReinstated` if a bundle does not come
        back that way, `NotIssued` if nothing was issued for a serial, `RevocationsFull` if the list would be too long.
        """
        return proposal.propose(self._store, partial(revocation.propose_list, action=action, **asked), now)

    propose_revoke = partialmethod(_propose_list, "revoke")
    """Return what revoking bundles and serials would do: `propose_reinstate` gives them again."""
    propose_suspend = partialmethod(_propose_list, "suspend")
    """Return what suspending them would do: it revokes them, and says that it is for a while."""
    propose_void = partialmethod(_propose_list, "void")
    """Return what making bundles void permanently would do, whose orders may be issued again then."""
    propose_reinstate = partialmethod(_propose_list, "reinstate")
    """Return what letting suspended and revoked bundles and serials count again would do."""
