"""Requests of installations, answered with bound bundles or with resets."""

from licensekit.issuer.attachments import NO_ATTACHMENTS, attachments_of
from licensekit.issuer.exchange import answers, resets
from licensekit.issuer.exchange.requests import Asking, read_request
from licensekit.issuer.exchange.resets import ResetFile, reset_file
from licensekit.issuer.ledger.histories import History, history_of
from licensekit.issuer.opened import OpenWorkspace
from licensekit.issuer.orders.issue import Approve, LicenseFile, agreed, license_file
from licensekit.issuer.orders.order import OrderDraft
from licensekit.issuer.signing import require_signer
from licensekit.issuer.state import workspace_state
from licensekit.keys.signing import Signer
from licensekit.wire.documents import ResetWhat


class WorkspaceAnswers(OpenWorkspace):
    """Where an installation gets what is bound to it."""

    __slots__ = ()

    def read_request(self, data: bytes | str, *, now: int) -> Asking:
        """Give the request in a file, whose signature holds and whose product is ours.

        Raises:
            FormatError, TrustError, KeyInvalid: it is no such request, or for another product.
        """
        return read_request(data, self.state(now).product)

    def check_answer(
        self, asking: Asking, draft: OrderDraft, *, now: int, bare: bool = False
    ) -> LicenseFile | None:
        """Hold a request and an order against the ledger; give the file if it is answered already.

        Raises:
            IssuedAhead: for the installation it is a later day: reset its clock first.
            RequestAnswered: it was answered with something else.
            InstallationsTaken: as many are bound as the order allows, or the serial is.
            OrderConflict: another order was issued under its number.
            NotIssued: the request names a serial that nothing was issued for.
            OrderInvalid: with all its faults.
        """
        with self.ledger.read() as ledger:
            state = workspace_state(ledger, now)
            before = answers.answered_before(ledger, state, asking, draft, now)
            if before is None:
                answers.prepare(ledger, state, asking, draft, now)
                return None
            along = NO_ATTACHMENTS if bare else attachments_of(state, now)
        return license_file(before.bundle, before.token, along, repeated=True)

    def answer(
        self,
        asking: Asking,
        draft: OrderDraft,
        signer: Signer | None,
        *,
        who: str,
        now: int,
        bare: bool = False,
        approve: Approve = agreed,
    ) -> LicenseFile:
        """Issue an order as a bundle bound to the installation that asks, and give its file.

        A request that was answered by the same order gives the same bundle again, and so does
        another request of an installation that has one by this order; no `signer` is needed then.

        Raises:
            RequestAnswered, InstallationsTaken, OrderConflict, NotIssued, OrderInvalid: as
                `check_answer`.
            KeyMissing: there is no signer, and something to sign.
            TrustError: the key may not sign it. Nothing was issued, in all these cases.
        """
        with self.ledger.write() as ledger:
            state = workspace_state(ledger, now)
            along = NO_ATTACHMENTS if bare else attachments_of(state, now)
            before = answers.answered_before(ledger, state, asking, draft, now)
            if before is not None:
                file = license_file(before.bundle, before.token, along, repeated=True)
            else:
                bundle, token = answers.answer(
                    ledger, state, asking, draft, require_signer(signer), who=who, now=now
                )
                file = license_file(bundle, token, along, repeated=False)
            approve(file)
        return file

    def check_reset(
        self, asking: Asking, what: ResetWhat, *, now: int, bare: bool = False
    ) -> ResetFile | None:
        """Hold a request for a reset against the ledger; give the file if it is answered already.

        Raises:
            RequestAnswered: it was answered with something else.
            WorkspaceError, NotIssued, PaperRefused: see `reset`.
        """
        with self.ledger.read() as ledger:
            state = workspace_state(ledger, now)
            before = resets.reset_before(ledger, asking, what)
            if before is None:
                resets.require_ours(ledger, state, asking)
                return None
            along = NO_ATTACHMENTS if bare else attachments_of(state, now)
        return reset_file(before, along, repeated=True)

    def reset(
        self,
        asking: Asking,
        what: ResetWhat,
        signer: Signer | None,
        *,
        who: str,
        now: int,
        bare: bool = False,
        reason: str = "",
    ) -> ResetFile:
        """Sign a reset for the installation that asks, and give its file.

        A request that was answered with it gives the same reset again, and needs no `signer`.

        Raises:
            RequestAnswered: it was answered with something else.
            WorkspaceError: this is a third party's workspace.
            NotIssued, PaperRefused: the installation is none of a customer's.
            KeyMissing: there is no signer, and something to sign.
            TrustError: the key may not sign it. Nothing was signed, in all these cases.
        """
        with self.ledger.write() as ledger:
            state = workspace_state(ledger, now)
            along = NO_ATTACHMENTS if bare else attachments_of(state, now)
            before = resets.reset_before(ledger, asking, what)
            if before is not None:
                return reset_file(before, along, repeated=True)
            resets.require_ours(ledger, state, asking)
            key = require_signer(signer)
            token = resets.sign_reset(
                ledger,
                state,
                asking,
                what,
                key,
                who=who,
                now=now,
                note=reason,
            )
        return reset_file(token, along, repeated=False)

    def history(self, installation: bytes) -> History:
        """Say whether all that an installation has sent comes from one history.

        `installation` is the SHA-256 of its public key.
        """
        with self.ledger.read() as ledger:
            return history_of(ledger, installation)
