"""What a workspace exchanges with customers' installations: requests, answers, and returns."""

from functools import partial
from typing import Unpack

from licensekit.issuer.exchange.answers import propose_answer
from licensekit.issuer.exchange.requests import ResetProposal, VerifiedRequest, propose_reset, read_request
from licensekit.issuer.exchange.returns import AcceptProposal, Received, propose_accept, read_sent
from licensekit.issuer.orders.issue import IssueProposal, Signing
from licensekit.issuer.orders.order import OrderDraft
from licensekit.issuer.output.attachments import Attach
from licensekit.issuer.output.license_file import LicenseFile, ResetFile
from licensekit.issuer.proposal import propose, sign_proposed
from licensekit.issuer.transaction import WorkspaceStore
from licensekit.keys.signing import Signer
from licensekit.wire.documents import ResetWhat


class Customers:
    """The exchange with customers' installations. Keywords and errors are as in `Workspace`."""

    def __init__(self, store: WorkspaceStore) -> None:
        self._store = store

    def __repr__(self) -> str:
        return f"<Customers of the ledger at {self._store.database.location}>"

    def read_request(self, data: bytes | str, *, now: int) -> VerifiedRequest:
        """Read the request in a file, for the product of this workspace.

        Raises:
            FormatError, TrustError, KeyInvalid: it is no such request, or for another product.
        """
        with self._store.read(now) as tx:
            product = tx.state.product
        return read_request(data, product)

    def propose_answer(
        self, request: VerifiedRequest, draft: OrderDraft, *, now: int, **signing: Unpack[Signing]
    ) -> IssueProposal:
        """Return the bundle that answers a request; raises as `answers.propose_answer`."""
        return propose(self._store, partial(propose_answer, request=request, draft=draft, signing=signing), now)

    def answer(
        self,
        request: VerifiedRequest,
        draft: OrderDraft,
        key: Signer | None,
        *,
        who: str,
        now: int,
        **signing: Unpack[Signing],
    ) -> LicenseFile:
        """Issue an order as a bundle bound to the installation that asks, and return its file.

        A request that was answered by the same order gives the same bundle again, and so does another request of an
        installation that has one by this order.

        Raises as `answers.propose_answer`.
        """
        work_out = partial(propose_answer, request=request, draft=draft, signing=signing)
        return sign_proposed(self._store, work_out, key, who=who, now=now)

    def propose_reset(
        self, request: VerifiedRequest, what: ResetWhat, *, now: int, attach: Attach = True, reason: str = ""
    ) -> ResetProposal:
        """Return the reset that answers a request; raises as `reset`."""
        work_out = partial(propose_reset, request=request, what=what, reason=reason, attach=attach)
        return propose(self._store, work_out, now)

    def reset(
        self,
        request: VerifiedRequest,
        what: ResetWhat,
        key: Signer | None,
        *,
        who: str,
        now: int,
        attach: Attach = True,
        reason: str = "",
    ) -> ResetFile:
        """Sign a reset for the installation that asks, and return its file.

        A request that was answered with it gives the same reset again.

        Raises:
            RequestAnswered: it was answered with something else.
            WorkspaceError: this is a third party's workspace.
            NotIssued, ExchangeFileRefused: the installation is not a customer's.
        """
        work_out = partial(propose_reset, request=request, what=what, reason=reason, attach=attach)
        return sign_proposed(self._store, work_out, key, who=who, now=now)

    def propose_accept(self, data: bytes | str, *, now: int) -> AcceptProposal:
        """Verify receipts and statements and return what is new; raises as `accept`."""
        return propose(self._store, partial(propose_accept, sent=read_sent(data)), now)

    def accept(self, data: bytes | str, key: Signer | None, *, who: str, now: int, confirm: bool = False) -> Received:
        """Enter receipts and statements: returned bundles go on a new revocation list.

        The list is signed by `key`, one for revocations, which only receipts need; the pack is renewed with it. An
        installation that has returned its bundle makes room for another.

        Raises:
            ConfirmationNeeded: a returned bundle is bound to no installation, and `confirm` is false.

        Raises as `returns.read_sent` and `returns.receive`, too.
        """
        work_out = partial(propose_accept, sent=read_sent(data))
        return sign_proposed(self._store, work_out, key, who=who, now=now, confirm=confirm)
