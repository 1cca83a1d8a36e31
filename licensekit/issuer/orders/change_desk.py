"""Renewals and other changes of what was sold."""

from licensekit.issuer.attachments import NO_ATTACHMENTS, attachments_of
from licensekit.issuer.opened import OpenWorkspace
from licensekit.issuer.orders import changes
from licensekit.issuer.orders.amendment import Amendment
from licensekit.issuer.orders.changes import ChangeProposal
from licensekit.issuer.orders.issue import Approve, LicenseFile, agreed, license_file
from licensekit.issuer.signing import require_signer
from licensekit.issuer.state import workspace_state
from licensekit.keys.signing import Signer


class WorkspaceChanges(OpenWorkspace):
    """Where a bundle gets its next sequence."""

    __slots__ = ()

    def propose(self, asked: Amendment, *, now: int) -> ChangeProposal:
        """Give what a change would make of the bundle in force; nothing is signed.

        `asked` is made by `amending.renewal` or `amending.amendment`.

        Raises:
            NotIssued: nothing was issued for the serial or its part.
            NotCurrent: what was issued was revoked, returned, or replaced by another serial.
            OrderConflict: something else was signed under its order number.
            OrderInvalid: with all its faults.
        """
        with self.ledger.read() as ledger:
            return changes.propose(ledger, workspace_state(ledger, now), asked, now)

    def change(
        self,
        asked: Amendment,
        signer: Signer | None,
        *,
        who: str,
        now: int,
        bare: bool = False,
        shown: ChangeProposal | None = None,
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
            state = workspace_state(ledger, now)
            along = NO_ATTACHMENTS if bare else attachments_of(state, now)
            proposed = changes.propose(ledger, state, asked, now)
            changes.require_as_shown(proposed, shown)
            before = proposed.before
            if not proposed.differences:
                file = license_file(before.bundle, before.token, along, repeated=True)
                approve(file)
                return file
            token = changes.sign_change(
                ledger, state, asked, require_signer(signer), proposed, who=who, now=now
            )
            file = license_file(proposed.after, token, along, repeated=False)
            approve(file)
        return file
