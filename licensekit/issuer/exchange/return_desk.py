"""What installations send back, entered and held against what was sold."""

from collections.abc import Iterator

from licensekit.issuer.exchange import returns, usage
from licensekit.issuer.exchange.returns import Received
from licensekit.issuer.exchange.usage import UsageReport
from licensekit.issuer.opened import OpenWorkspace
from licensekit.issuer.state import workspace_state
from licensekit.keys.signing import Signer


class WorkspaceReturns(OpenWorkspace):
    """Where receipts and statements come in."""

    __slots__ = ()

    def receive(self, data: bytes | str, *, now: int, unbound: bool = False) -> Received:
        """Verify receipts and statements and say what is new in them; nothing is entered.

        `unbound` takes receipts of bundles that are bound to no installation as well.

        Raises:
            FormatError, KeyInvalid, TrustError: something is no paper, or not to be believed.
            PaperKnown: everything was entered before.
            NotIssued: it is about a bundle or serial that was never issued here.
            PaperRefused: it is signed by another installation than the record names.
        """
        with self.ledger.read() as ledger:
            return returns.receive(ledger, workspace_state(ledger, now), data, now, unbound=unbound)

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
        renewed with it. An installation that has returned its bundle gives its place to another.

        Raises:
            PaperKnown, NotIssued, PaperRefused, FormatError, TrustError: as `receive`.
            KeyMissing: there is no signer, and a list to sign. Nothing was entered, in all cases.
        """
        with self.ledger.write() as ledger:
            state = workspace_state(ledger, now)
            received = returns.receive(ledger, state, data, now, unbound=unbound)
            taken = returns.enter(ledger, state, received, signer, who=who, now=now)
        if taken is not None:
            self.write_pack(now)
        return received

    def usage_of(self, serial: str, *, now: int) -> UsageReport:
        """Give what a serial has bought, and what its newest statement says is in use.

        Raises:
            NotIssued: nothing was issued for it.
        """
        with self.ledger.read() as ledger:
            return usage.usage_of(ledger, workspace_state(ledger, now), serial)

    def usage(self, *, now: int) -> Iterator[UsageReport]:
        """Give the same of every serial that a statement was entered for, in constant memory."""
        with self.ledger.read() as ledger:
            yield from usage.usage(ledger, workspace_state(ledger, now))
