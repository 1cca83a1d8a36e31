"""Trust of a vendor's workspace for tests: documents that root keys sign, and a third party."""

from collections.abc import Sequence
from pathlib import Path

from licensekit.issuer.create import NewWorkspace
from licensekit.issuer.keys.ceremony import Ceremony, begin
from licensekit.issuer.keys.changes import Permission, admit
from licensekit.issuer.keys.keyring import list_key_files, open_key
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import Signer
from licensekit.wire import armor
from licensekit.wire.documents import Root, Trust
from tests.workspaces import NOW, PASSPHRASE, ROOT_PASSPHRASE, WHO


def root_signers(workspace: Workspace) -> list[Signer]:
    """Open every root key that is there."""
    return [open_key(file, lambda: ROOT_PASSPHRASE) for file in list_key_files(workspace.layout.root)]


def put_in_force(workspace: Workspace, documents: Sequence[Root | Trust], now: int, *also: Signer) -> Ceremony:
    """Have documents signed by the root keys that are there, and enter them."""
    with workspace.read(now) as tx:
        ceremony = begin(tx.trust.chain, documents).signed(*also, *root_signers(workspace))
    assert ceremony.is_complete
    workspace.keys.propose_take(ceremony.tokens, action="keys", now=now).sign(None, who=WHO)
    return ceremony


def partner_of(vendor: Workspace, folder: Path, now: int = NOW) -> Workspace:
    """Make a partner's workspace, admitted by the vendor, with its catalog signed."""
    state = vendor.state(now)
    partner = Workspace.create_partner(
        folder, NewWorkspace("", "fjord", "Fjord"), state.pack, state.newest_pin, lambda: PASSPHRASE, who=WHO, now=now
    )
    public = partner.keys.file("signing-1").part.verifying_key
    trust = admit(state.trust, public, "fjord", Permission("fjord"), now)
    put_in_force(vendor, [trust], now)
    partner.keys.propose_take(armor.read(vendor.state(now).pack), action="pack", now=now).sign(None, who=WHO)
    key = open_key(partner.keys.choose("catalog", now), lambda: PASSPHRASE)
    partner.catalog.propose_pack(now=now).sign(lambda _: key, who=WHO)
    return partner
