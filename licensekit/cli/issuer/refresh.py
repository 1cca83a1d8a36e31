"""What must be signed again before the pack is complete: a changed catalog, a list without key."""

from licensekit.cli.inputs import PassphraseSource
from licensekit.cli.issuer.options import clock, operator, unlock
from licensekit.issuer.catalog.pack import CatalogDraft
from licensekit.issuer.workspace import Workspace


def refresh(
    workspace: Workspace,
    source: PassphraseSource,
    *,
    taking_away: bool = False,
    list_fresh_until: int | None = None,
) -> CatalogDraft:
    """Sign the catalog if it has changed, and what a revoked key had signed; renew the pack.

    With `list_fresh_until` the newest revocation list is signed anew in any case. Gives the catalog
    as it was before.
    """
    now = clock()
    draft = workspace.catalog_draft(now)
    if draft.is_changed:
        draft.require_nothing_taken(taking_away=taking_away)
        signer = unlock(workspace.key_for("catalog", now), source)
        workspace.sign_catalog(signer, who=operator(), now=now, taking_away=taking_away)
    state = workspace.state(now)
    last = state.last_list
    if last is not None and (state.lacks_list or list_fresh_until is not None):
        signer = unlock(workspace.key_for("revocations", now), source)
        until = last.fresh_until if list_fresh_until is None else list_fresh_until
        workspace.revoke(signer, who=operator(), now=now, reason="signed anew", fresh_until=until)
    workspace.write_pack(now)
    return draft
