"""Renewals and other changes of what was sold."""

from licensekit.keys.signing import Signer
from licensekit.vendor import changing
from licensekit.vendor.amending import Amendment
from licensekit.vendor.changing import Proposed
from licensekit.vendor.footing import footing
from licensekit.vendor.issuing import Approve, LicenseFile, agreed, license_file
from licensekit.vendor.opened import Opened
from licensekit.vendor.riders import NONE, riders
from licensekit.vendor.signing import require_signer


class ChangeDesk(Opened):
    """Where a bundle gets its next sequence."""

    __slots__ = ()

    def propose(self, asked: Amendment, *, now: int) -> Proposed:
        """Give what a change would make of the bundle in force; nothing is signed.

        `asked` is made by `amending.renewal` or `amending.amendment`.

        Raises:
            NotIssued: nothing was issued for the serial or its part.
            NotCurrent: what was issued was revoked, returned, or replaced by another serial.
            OrderConflict: something else was signed under its order number.
            OrderInvalid: with all its faults.
        """
        with self.ledger.read() as ledger:
            return changing.propose(ledger, footing(ledger, now), asked, now)

    def change(
        self,
        asked: Amendment,
        signer: Signer | None,
        *,
        who: str,
        now: int,
        bare: bool = False,
        shown: Proposed | None = None,
        approve: Approve = agreed,
    ) -> LicenseFile:
        """Sign what a change makes of the bundle in force as its next sequence; give its file.

        Where nothing is to be signed, because the change was made before under its order number or
        alters nothing, the file is that of the bundle in force, and no `signer` is needed. `shown`
        is what somebody has agreed to: anything else is refused. `approve` is as for `issue`.

        Raises:
            NotCurrent: as `propose`, or what was `shown` is no longer in force.
            NotIssued, OrderConflict, OrderInvalid: as `propose`.
            KeyMissing: there is no signer, and something to sign.
            TrustError: the key may not sign it. Nothing was signed, in all these cases.
        """
        with self.ledger.write() as ledger:
            stands_on = footing(ledger, now)
            along = NONE if bare else riders(stands_on, now)
            proposed = changing.propose(ledger, stands_on, asked, now)
            changing.require_as_shown(proposed, shown)
            before = proposed.before
            if not proposed.differences:
                file = license_file(before.bundle, before.token, along, repeated=True)
                approve(file)
                return file
            token = changing.sign_change(
                ledger, stands_on, asked, require_signer(signer), proposed, who=who, now=now
            )
            file = license_file(proposed.after, token, along, repeated=False)
            approve(file)
        return file
