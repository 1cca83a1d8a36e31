"""Orders of a workspace: checked, issued one by one or many at once, signed anew."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from licensekit.issuer.attachments import NO_ATTACHMENTS, attachments_of
from licensekit.issuer.bulk.batch import Done, Run
from licensekit.issuer.bulk.known_terms import KnownTerms
from licensekit.issuer.bulk.lines import OrderLine
from licensekit.issuer.bulk.runs import issue_all, issue_good
from licensekit.issuer.bulk.workers import worker_pool
from licensekit.issuer.keys.documents import key_id, named
from licensekit.issuer.opened import OpenWorkspace
from licensekit.issuer.orders import issue
from licensekit.issuer.orders.issue import Approve, LicenseFile, agreed
from licensekit.issuer.orders.numbering import Numbering
from licensekit.issuer.orders.order import OrderDraft
from licensekit.issuer.orders.reissue import reissue
from licensekit.issuer.state import workspace_state
from licensekit.keys.signing import Signer


class WorkspaceOrders(OpenWorkspace):
    """Where orders become license files."""

    __slots__ = ()

    def check_order(self, draft: OrderDraft, *, now: int, bare: bool = False) -> LicenseFile | None:
        """Hold an order against catalog and ledger; give its file if it was issued before.

        Raises:
            OrderInvalid: with all its faults.
            OrderConflict: another order was issued under its number, or what was issued is void.
        """
        with self.ledger.read() as ledger:
            state = workspace_state(ledger, now)
            before = issue.issued_before(ledger, state, draft, now)
            if before is None:
                issue.check(state, draft, Numbering(ledger, state))
                return None
        along = NO_ATTACHMENTS if bare else attachments_of(state, now)
        return issue.license_file(before.bundle, before.token, along, repeated=True)

    def issue(
        self,
        draft: OrderDraft,
        signer: Signer,
        *,
        who: str,
        now: int,
        bare: bool = False,
        approve: Approve = agreed,
    ) -> LicenseFile:
        """Issue an order: sign its bundle, enter it in the ledger, and give its file.

        An order whose number was issued before gives the same bundle again. `bare` leaves out what
        rides along. `approve` looks at the file before the ledger has it: if it raises, nothing was
        issued.

        Raises:
            OrderInvalid: with all its faults.
            OrderConflict: another order was issued under its number, or what was issued is void.
            TrustError: the key may not sign it.
            StateError: the ledger cannot be written. Nothing was issued, in all these cases.
        """
        with self.ledger.write() as ledger:
            state = workspace_state(ledger, now)
            along = NO_ATTACHMENTS if bare else attachments_of(state, now)
            before = issue.issued_before(ledger, state, draft, now)
            if before is None:
                bundle, token = issue.issue(ledger, state, draft, signer, who=who, now=now)
            else:
                bundle, token = before.bundle, before.token
            file = issue.license_file(bundle, token, along, repeated=before is not None)
            approve(file)
        return file

    def issue_many(
        self,
        lines: Iterable[OrderLine],
        signer: Signer,
        *,
        who: str,
        now: int,
        into: Path | None = None,
        bare: bool = False,
        keep_going: bool = False,
        workers: int = 1,
    ) -> Iterator[Done]:
        """Issue many orders: all of them or none, or with `keep_going` all that are good.

        An order that was issued before gives the same bundle again. Once a bundle is in the ledger
        its file is given, and written into the folder `into` if one is told; what was not written
        when a run broke off, the next one writes. See `many.issue_all` and `many.issue_good`.

        With more than one of `workers`, that many other processes sign and write the files.

        Raises:
            OrdersRefused: some are not good, and `keep_going` is false; nothing was issued.
            FileUnusable: a file cannot be written; its bundle is in the ledger.
            SignerUnavailable: the key cannot be reached, or given to other processes.
            TrustError, StateError: the run cannot go on.
        """
        with worker_pool(signer, workers) as crew:
            run = Run(signer, crew, who, now, bare, KnownTerms())
            yield from (issue_good if keep_going else issue_all)(self.ledger, lines, run, into)

    def reissue(
        self, name: str, signer: Signer, *, who: str, now: int, bare: bool = False
    ) -> Iterator[LicenseFile]:
        """Sign anew, with `signer`, every current bundle that the key `name` has signed.

        Each becomes the next sequence of its serial and part, and is in the ledger before it is
        given. What was signed anew already is not signed again.

        Raises:
            KeyMissing: no key has this name or key id.
            TrustError: `signer` may not sign one of them.
        """
        key = named(self.state(now).trust.keys, name)
        yield from reissue(
            self.ledger, bytes.fromhex(key_id(key)), signer, who=who, now=now, bare=bare
        )
