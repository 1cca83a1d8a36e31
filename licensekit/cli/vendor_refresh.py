"""What must be signed again before the pack is complete: a changed catalog, a list without key."""

from licensekit.cli.inputs import PassphraseSource
from licensekit.cli.vendor_base import clock, operator, unlock
from licensekit.vendor.packing import Draft
from licensekit.vendor.workspace import Workspace


def refresh(workspace: Workspace, source: PassphraseSource, *, taking_away: bool = False) -> Draft:
    """Sign the catalog if it has changed, and what a revoked key had signed; renew the pack.

    Gives the catalog as it was before.
    """
    now = clock()
    draft = workspace.catalog_draft(now)
    if draft.is_changed:
        draft.require_nothing_taken(taking_away=taking_away)
        signer = unlock(workspace.key_for("catalog", now), source)
        workspace.sign_catalog(signer, who=operator(), now=now, taking_away=taking_away)
    if workspace.footing(now).lacks_list:
        signer = unlock(workspace.key_for("revocations", now), source)
        workspace.revoke(signer, who=operator(), now=now, reason="signed anew")
    workspace.write_pack(now)
    return draft
