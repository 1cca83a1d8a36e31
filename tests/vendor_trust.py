"""Trust of a vendor's workspace for tests: documents that root keys sign, and a third party."""

from collections.abc import Sequence
from pathlib import Path

from licensekit.keys.signing import Signer
from licensekit.vendor.ceremony import Ceremony
from licensekit.vendor.key_changes import Permission, admit
from licensekit.vendor.keyring import listed, open_key
from licensekit.vendor.workspace import Workspace
from licensekit.wire import armor
from licensekit.wire.documents import Root, Trust
from tests.vendor_world import NOW, PASSPHRASE, ROOT_PASSPHRASE, WHO


def root_signers(workspace: Workspace) -> list[Signer]:
    """Open every root key that is there."""
    return [open_key(file, lambda: ROOT_PASSPHRASE) for file in listed(workspace.layout.root)]


def put_in_force(
    workspace: Workspace, documents: Sequence[Root | Trust], now: int, *also: Signer
) -> Ceremony:
    """Have documents signed by the root keys that are there, and enter them."""
    ceremony = workspace.begin(documents, now).signed(*also, *root_signers(workspace))
    assert ceremony.is_complete
    workspace.take(ceremony.tokens, action="keys", who=WHO, now=now)
    return ceremony


def partner_of(vendor: Workspace, folder: Path, now: int = NOW) -> Workspace:
    """Make a partner's workspace, admitted by the vendor, with its catalog signed."""
    stands_on = vendor.footing(now)
    partner = Workspace.create_partner(
        folder,
        pack=stands_on.pack,
        root=stands_on.newest_pin,
        issuer="fjord",
        name="Fjord",
        passphrase=PASSPHRASE,
        who=WHO,
        now=now,
    )
    public = partner.key_file("signing-1").part.verifying_key
    trust = admit(stands_on.trust, public, "fjord", Permission("fjord"), now)
    put_in_force(vendor, [trust], now)
    partner.take(armor.read(vendor.footing(now).pack), action="pack", who=WHO, now=now)
    key = open_key(partner.key_for("catalog", now), lambda: PASSPHRASE)
    partner.sign_catalog(key, who=WHO, now=now)
    return partner
