"""What a workspace exchanges with customers' installations: requests, answers, and returns."""

from functools import partial
from typing import Unpack

from licensekit.issuer.exchange.requests import (
    ResetProposal,
    VerifiedRequest,
    propose_answer,
    propose_reset,
    read_request,
)
from licensekit.issuer.exchange.returns import AcceptProposal, propose_accept, read_sent
from licensekit.issuer.orders.issue import IssueProposal, Signing
from licensekit.issuer.orders.order import OrderDraft
from licensekit.issuer.output.attachments import Attach
from licensekit.issuer.proposal import propose
from licensekit.issuer.transaction import WorkspacePart
from licensekit.wire.documents import ResetWhat


class Customers(WorkspacePart):
    """The exchange with customers' installations: all of it is proposed, for `.sign` to sign it.

    Keywords and errors are as in `Workspace`.
    """

    def read_request(self, data: bytes | str, *, now: int) -> VerifiedRequest:
        """Read the request in a file, for the product of this workspace.

        Raises:
            FormatError: it is no file of this format, or holds something else than one request.
            KeyInvalid, TrustError: its signature does not hold.
            WrongProduct: it is for another product.
        """
        with self._store.read(now) as tx:
            product = tx.state.product
        return read_request(data, product)

    def propose_answer(
        self, request: VerifiedRequest, draft: OrderDraft, *, now: int, **signing: Unpack[Signing]
    ) -> IssueProposal:
        """Return the bundle bound to the installation that asks.

        A request that was answered by the same order gives the same bundle again, and so does another request of an
        installation that has one by this order.

        Raises as `requests.propose_answer`.
        """
        return propose(self._store, partial(propose_answer, request=request, draft=draft, signing=signing), now)

    def propose_reset(
        self, request: VerifiedRequest, what: ResetWhat, *, now: int, attach: Attach = True, reason: str = ""
    ) -> ResetProposal:
        """Return the reset that answers a request; one that was answered with it gives the same reset again.

        Raises:
            RequestAnswered: it was answered with something else.
            WorkspaceError: this is a third party's workspace.
            NotIssued, ExchangeFileRefused: the installation is not a customer's.
        """
        work_out = partial(propose_reset, request=request, what=what, reason=reason, attach=attach)
        return propose(self._store, work_out, now)

    def propose_accept(self, data: bytes | str, *, now: int) -> AcceptProposal:
        """Verify receipts and statements and return what is new; returned bundles go on a new revocation list.

        The list is signed by a key for revocations, which only receipts need; the pack is renewed with it. An
        installation that has returned its bundle makes room for another. A returned bundle that is bound to no
        installation must be confirmed.

        Raises as `returns.read_sent` and `returns.receive`.
        """
        return propose(self._store, partial(propose_accept, sent=read_sent(data)), now)
