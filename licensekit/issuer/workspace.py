"""A vendor's workspace: the one handle through which it is used, by commands and by programs.

Nothing here prints, prompts or reads the clock. `who` is written into the ledger beside what was
signed; `now` is seconds since 1970; `attach` adds the documents to a file that an application
shipped long ago lacks (`attachments`).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Self

from licensekit.database import Database
from licensekit.issuer.bulk.batch import Done
from licensekit.issuer.bulk.lines import OrderLine
from licensekit.issuer.bulk.runs import issue_all, issue_valid, new_run
from licensekit.issuer.catalog.pack import WorkspaceCatalog, write_pack
from licensekit.issuer.create import NewWorkspace, Secrets, create
from licensekit.issuer.exchange import resets, returns
from licensekit.issuer.exchange.answers import prepare_answer
from licensekit.issuer.exchange.requests import VerifiedRequest, read_request
from licensekit.issuer.exchange.returns import Received
from licensekit.issuer.keys.revocation import Revoked, next_list
from licensekit.issuer.keys.workspace_keys import WorkspaceKeys
from licensekit.issuer.layout import Layout
from licensekit.issuer.ledger import append, open_ledger
from licensekit.issuer.ledger.questions import Ledger
from licensekit.issuer.orders.amendment import Amendment
from licensekit.issuer.orders.changes import ChangeProposal, propose_change, require_as_shown
from licensekit.issuer.orders.issue import file_before, prepare_order, sign_issuance
from licensekit.issuer.orders.order import OrderDraft
from licensekit.issuer.orders.reissue import reissue
from licensekit.issuer.output.license_file import Approve, LicenseFile, ResetFile, accept_all
from licensekit.issuer.partner import NewPartner, create_partner
from licensekit.issuer.state import WorkspaceState
from licensekit.issuer.transaction import LedgerTransaction, reading, writing
from licensekit.keys.signing import Signer
from licensekit.wire.documents import ResetWhat, Revocations


class Workspace(NamedTuple):
    """A folder with a catalog, keys and a ledger. Open it with `create` or `open`.

    What signs raises `TrustError` if the key may not sign, `KeyMissing` without a signer where
    something is to be signed, and `StateError` if the ledger cannot be used. Nothing is signed or
    entered in all these cases.
    """

    layout: Layout
    database: Database

    @staticmethod
    def create(
        folder: Path, plan: NewWorkspace, secrets: Secrets, *, who: str, now: int
    ) -> "Workspace":
        """Make a workspace in `folder` and open it; raises as `create.create`."""
        create(folder, plan, secrets, who=who, now=now)
        return Workspace.open(folder)

    @staticmethod
    def create_partner(
        folder: Path, plan: NewPartner, passphrase: bytes, *, who: str, now: int
    ) -> "Workspace":
        """Make a third party's workspace under the vendor's root, and open it.

        Its key is valid once the vendor has admitted it; then `take` enters the vendor's next pack.
        Raises as `partner.create_partner`.
        """
        create_partner(folder, plan, passphrase, who=who, now=now)
        return Workspace.open(folder)

    @staticmethod
    def open(folder: Path) -> "Workspace":
        """Open the workspace in `folder`.

        Raises:
            WorkspaceInvalid: there is none.
            StateError: its ledger cannot be used.
        """
        layout = Layout(folder)
        return Workspace(layout, open_ledger(layout.locate_ledger(), create=False))

    def close(self) -> None:
        """Close the ledger."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def ledger(self) -> Ledger:
        """What was issued."""
        return Ledger(self.database)

    @property
    def keys(self) -> WorkspaceKeys:
        """The keys that sign."""
        return WorkspaceKeys(self.layout, self.database)

    @property
    def catalog(self) -> WorkspaceCatalog:
        """What can be sold."""
        return WorkspaceCatalog(self.layout, self.database)

    def read(self, now: int) -> AbstractContextManager[LedgerTransaction]:
        """Open a transaction that only reads."""
        return reading(self.database, now)

    def write(self, now: int, who: str) -> AbstractContextManager[LedgerTransaction]:
        """Open a transaction that is kept if its block ends well."""
        return writing(self.database, now, who)

    def state(self, now: int) -> WorkspaceState:
        """Return the documents in force, verified."""
        with self.read(now) as tx:
            return tx.state

    def write_pack(self, now: int) -> Path:
        """Write the pack from the ledger, and return its path."""
        return write_pack(self.layout, self.database, now)

    def check_order(
        self, draft: OrderDraft, *, now: int, attach: bool = True
    ) -> LicenseFile | None:
        """Check an order; return its file if it was issued before. Raises as `issue`."""
        with self.read(now) as tx:
            return file_before(tx, prepare_order(tx, draft), attach=attach)

    def issue(
        self,
        draft: OrderDraft,
        signer: Signer | None,
        *,
        who: str,
        now: int,
        attach: bool = True,
        approve: Approve = accept_all,
    ) -> LicenseFile:
        """Issue an order: sign its bundle, enter it in the ledger, and return its file.

        An order whose number was issued before gives the same bundle again. `approve` is called
        with the file before the ledger has it: if it raises, nothing was issued.

        Raises:
            OrderInvalid: with all its faults.
            OrderConflict: another order was issued under its number, or what was issued is void.
        """
        with self.write(now, who) as tx:
            return sign_issuance(tx, prepare_order(tx, draft), signer, approve, attach=attach)

    def issue_bulk(
        self,
        lines: Iterable[OrderLine],
        signer: Signer,
        *,
        who: str,
        now: int,
        into: Path | None = None,
        attach: bool = True,
        keep_going: bool = False,
        workers: int = 1,
    ) -> Iterator[Done]:
        """Issue many orders: all of them or none, or with `keep_going` all that are valid.

        An order that was issued before gives the same bundle again. Once a bundle is in the ledger
        its file is returned, and written into the folder `into` if there is one; what was not
        written when a run was interrupted, the next one writes. See `bulk.runs`.

        With more than one of `workers`, that many other processes sign and write the files.

        Raises:
            OrdersRefused: some are invalid, and `keep_going` is false; nothing was issued.
            FileUnusable: a file cannot be written; its bundle is in the ledger.
            SignerUnavailable: the key cannot be reached, or given to other processes.
        """
        issue_some = issue_valid if keep_going else issue_all
        with new_run(signer, workers, now=now, who=who, attach=attach) as run:
            yield from issue_some(self.database, lines, run, into)

    def propose_change(self, asked: Amendment, *, now: int) -> ChangeProposal:
        """Return what a renewal or amendment would make of the bundle in force.

        Raises:
            NotIssued: nothing was issued for the serial or its part.
            NotCurrent: what was issued was revoked, returned, or replaced by another serial.
            OrderConflict: something else was signed under its order number.
            OrderInvalid: with all its faults.
        """
        with self.read(now) as tx:
            return propose_change(tx, asked)

    def change(
        self,
        asked: Amendment,
        signer: Signer | None,
        *,
        who: str,
        now: int,
        attach: bool = True,
        shown: ChangeProposal | None = None,
        approve: Approve = accept_all,
    ) -> LicenseFile:
        """Sign what a change makes of the bundle in force as its next sequence; return its file.

        Where nothing is to be signed, because the change was made before under its order number or
        alters nothing, the file is that of the bundle in force. `shown` is what somebody has agreed
        to: anything else is refused. `approve` is as for `issue`.

        Raises:
            NotCurrent: as `propose_change`, or what was `shown` is no longer in force.
            NotIssued, OrderConflict, OrderInvalid: as `propose_change`.
        """
        with self.write(now, who) as tx:
            proposed = propose_change(tx, asked)
            require_as_shown(proposed, shown)
            return sign_issuance(tx, proposed.issuance(asked), signer, approve, attach=attach)

    def read_request(self, data: bytes | str, *, now: int) -> VerifiedRequest:
        """Read the request in a file, for the product of this workspace.

        Raises:
            FormatError, TrustError, KeyInvalid: it is no such request, or for another product.
        """
        return read_request(data, self.state(now).product)

    def check_answer(
        self, request: VerifiedRequest, draft: OrderDraft, *, now: int, attach: bool = True
    ) -> LicenseFile | None:
        """Check a request and an order; return the file if it is answered already.

        Raises as `answers.prepare_answer`.
        """
        with self.read(now) as tx:
            return file_before(tx, prepare_answer(tx, request, draft), attach=attach)

    def answer(
        self,
        request: VerifiedRequest,
        draft: OrderDraft,
        signer: Signer | None,
        *,
        who: str,
        now: int,
        attach: bool = True,
        approve: Approve = accept_all,
    ) -> LicenseFile:
        """Issue an order as a bundle bound to the installation that asks, and return its file.

        A request that was answered by the same order gives the same bundle again, and so does
        another request of an installation that has one by this order.

        Raises as `answers.prepare_answer`.
        """
        with self.write(now, who) as tx:
            prepared = prepare_answer(tx, request, draft)
            return sign_issuance(tx, prepared, signer, approve, attach=attach)

    def check_reset(
        self, request: VerifiedRequest, what: ResetWhat, *, now: int, attach: bool = True
    ) -> ResetFile | None:
        """Check the request for a reset; return the file if it was answered with it already."""
        with self.read(now) as tx:
            return resets.check_reset(tx, request, what, attach=attach)

    def reset(
        self,
        request: VerifiedRequest,
        what: ResetWhat,
        signer: Signer | None,
        *,
        who: str,
        now: int,
        attach: bool = True,
        reason: str = "",
    ) -> ResetFile:
        """Sign a reset for the installation that asks, and return its file.

        A request that was answered with it gives the same reset again.

        Raises:
            RequestAnswered: it was answered with something else.
            WorkspaceError: this is a third party's workspace.
            NotIssued, ExchangeFileRefused: the installation is none of a customer's.
        """
        with self.write(now, who) as tx:
            return resets.sign_reset(tx, request, what, signer, reason=reason, attach=attach)

    def receive(self, data: bytes | str, *, now: int, unbound: bool = False) -> Received:
        """Verify receipts and statements and return what is new in them; nothing is entered.

        `unbound` takes receipts of bundles that are bound to no installation as well. Raises as
        `returns.receive`.
        """
        with self.read(now) as tx:
            return returns.receive(tx, data, unbound=unbound)

    def accept(
        self,
        data: bytes | str,
        signer: Signer | None,
        *,
        who: str,
        now: int,
        unbound: bool = False,
    ) -> Received:
        """Enter receipts and statements: returned bundles go on a new revocation list.

        The list is signed by `signer`, a key for revocations, which only receipts need; the pack is
        renewed with it. An installation that has returned its bundle makes room for another. Raises
        as `returns.receive`.
        """
        with self.write(now, who) as tx:
            received = returns.receive(tx, data, unbound=unbound)
            returns.enter(tx, received, signer)
        if received.to_revoke:
            self.write_pack(now)
        return received

    def reissue(
        self, lost: str, signer: Signer, *, who: str, now: int, attach: bool = True
    ) -> Iterator[LicenseFile]:
        """Sign again, with `signer`, every active bundle that the key `lost` has signed.

        Each becomes the next sequence of its serial and part, and is in the ledger before it is
        yielded. What was signed again already is not signed another time.

        Raises:
            KeyMissing: no key has the name or key id `lost`.
        """
        return reissue(self.database, lost, signer, who=who, now=now, attach=attach)

    def revoke(
        self,
        signer: Signer,
        *,
        who: str,
        now: int,
        identities: Sequence[bytes] = (),
        serials: Sequence[str] = (),
        reason: str = "",
        fresh_until: int | None = None,
    ) -> Revocations:
        """Sign the next revocation list, which takes back these as well, and renew the pack.

        With neither, the list before is signed again: its key may have been revoked.

        Raises:
            WorkspaceError: the list would be too long.
        """
        with self.write(now, who) as tx:
            revocations = next_list(tx, Revoked(identities, serials), fresh_until)
            append(tx.ledger, [tx.sign("revoke", revocations, signer)._replace(note=reason)])
        self.write_pack(now)
        return revocations
