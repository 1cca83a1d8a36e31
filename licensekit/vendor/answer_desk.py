"""Requests of installations, answered with bound bundles or with resets."""

from licensekit.keys.signing import Signer
from licensekit.vendor import answering, resetting
from licensekit.vendor.footing import footing
from licensekit.vendor.issuing import Approve, LicenseFile, agreed, license_file
from licensekit.vendor.ledger.histories import History, history_of
from licensekit.vendor.opened import Opened
from licensekit.vendor.order import Draft
from licensekit.vendor.requests import Asking, read_request
from licensekit.vendor.resetting import ResetFile, reset_file
from licensekit.vendor.riders import NONE, riders
from licensekit.vendor.signing import require_signer
from licensekit.wire.documents import ResetWhat


class AnswerDesk(Opened):
    """Where an installation gets what is bound to it."""

    __slots__ = ()

    def read_request(self, data: bytes | str, *, now: int) -> Asking:
        """Give the request in a file, whose signature holds and whose product is ours.

        Raises:
            FormatError, TrustError, KeyInvalid: it is no such request, or for another product.
        """
        return read_request(data, self.footing(now).product)

    def check_answer(
        self, asking: Asking, draft: Draft, *, now: int, bare: bool = False
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
            stands_on = footing(ledger, now)
            before = answering.answered_before(ledger, stands_on, asking, draft, now)
            if before is None:
                answering.prepare(ledger, stands_on, asking, draft, now)
                return None
            along = NONE if bare else riders(stands_on, now)
        return license_file(before.bundle, before.token, along, repeated=True)

    def answer(
        self,
        asking: Asking,
        draft: Draft,
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
            stands_on = footing(ledger, now)
            along = NONE if bare else riders(stands_on, now)
            before = answering.answered_before(ledger, stands_on, asking, draft, now)
            if before is not None:
                file = license_file(before.bundle, before.token, along, repeated=True)
            else:
                bundle, token = answering.answer(
                    ledger, stands_on, asking, draft, require_signer(signer), who=who, now=now
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
            stands_on = footing(ledger, now)
            before = resetting.reset_before(ledger, asking, what)
            if before is None:
                resetting.require_ours(ledger, stands_on, asking)
                return None
            along = NONE if bare else riders(stands_on, now)
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
            stands_on = footing(ledger, now)
            along = NONE if bare else riders(stands_on, now)
            before = resetting.reset_before(ledger, asking, what)
            if before is not None:
                return reset_file(before, along, repeated=True)
            resetting.require_ours(ledger, stands_on, asking)
            key = require_signer(signer)
            token = resetting.sign_reset(
                ledger,
                stands_on,
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
