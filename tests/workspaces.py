"""A vendor's workspace for tests, its keys under a TEST PASSPHRASE, and what is asked of it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from licensekit.errors import LicenseError
from licensekit.issuer.create import NewWorkspace, Secrets
from licensekit.issuer.keys.keyring import open_key
from licensekit.issuer.orders.order import OrderDraft
from licensekit.issuer.orders.order_file import draft_from
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import Signer
from licensekit.trust.pack import extend_trust_store, open_pack
from licensekit.trust.signed import Verified
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, Revocations

E = TypeVar("E", bound=LicenseError)

NOW = 1_798_765_200
"""2027-01-01T01:00:00Z."""
DAY = 86_400
WHO = "anna"
PASSPHRASE = b"TEST PASSPHRASE"
ROOT_PASSPHRASE = b"TEST ROOT PASSPHRASE"
SERIAL = "1010000014"

ORDER: Mapping[str, Any] = {
    "company": "Nordlys Kraft AS",
    "days": 365,
    "system": {"server": True, "reports": True},
    "users": {"standard": 25},
}


def make(
    folder: Path, *, root_passphrases: Sequence[bytes] = (ROOT_PASSPHRASE,), now: int = NOW, **changes: Any
) -> Workspace:
    """Make a workspace of product and issuer `acme`."""
    names: dict[str, Any] = {"product": "acme", "issuer": "acme", "name": "" if "catalog" in changes else "Acme"}
    plan = NewWorkspace(**{**names, **changes})
    secrets = Secrets(PASSPHRASE, root_passphrases)
    return Workspace.create(folder, plan, lambda: secrets, who=WHO, now=now)


def ordered(**changes: Any) -> OrderDraft:
    """Return the draft of `ORDER` with other or more keys; a key of None is left out."""
    content = {key: value for key, value in {**ORDER, **changes}.items() if value is not None}
    return draft_from(content)


def signer(workspace: Workspace, kind: str = "bundle", now: int = NOW) -> Signer:
    """Open the key that signs documents of `kind`."""
    return open_key(workspace.keys.choose(kind, now), lambda: PASSPHRASE)


def issue(workspace: Workspace, *, now: int = NOW, **changes: Any) -> LicenseFile:
    """Issue `ORDER` with some keys changed."""
    return workspace.issue(ordered(**changes), signer(workspace, now=now), who=WHO, now=now)


def repack(workspace: Workspace, old: str, new: str, *, now: int = NOW) -> None:
    """Change the catalog file as a person does, and sign it, whatever it takes away."""
    file = workspace.layout.catalog
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    workspace.catalog.propose_pack(now=now).sign(lambda _: signer(workspace, "catalog", now), who=WHO, confirm=True)


def offer_updates(workspace: Workspace, address: str = "https://example.com/licenses", *, now: int = NOW) -> None:
    """Sign the catalog with an address at which the newest files are."""
    repack(workspace, "\ncode =", f'\nupdate = "{address}"\ncode =', now=now)


def take_back(
    workspace: Workspace, key: Signer | None, *, who: str = WHO, now: int = NOW, confirm: bool = False, **named: Any
) -> Revocations:
    """Revoke what is named."""
    return workspace.propose_revoke(now=now, **named).sign(key, who=who, confirm=confirm)


def accepted(file: LicenseFile, pack: bytes, root: str, now: int = NOW) -> Verified[Bundle]:
    """Return the bundle of a file as an application takes it that ships `pack` and pins `root`."""
    tokens = armor.read(file.data)
    trust_store = extend_trust_store(open_pack(pack, root), tokens, now)
    (bundle,) = (token for token in tokens if token.type == "bundle")
    return verify_bundle(bundle, trust_store.trust, now)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file under `folder` with its bytes, except the helper files of the database."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def refused(kind: type[E], folder: Path, action: Callable[[], object]) -> E:
    """Check that `action` raises just `kind` and leaves every file of `folder` as it was."""
    before = snapshot(folder)
    with pytest.raises(LicenseError) as caught:
        action()
    assert type(caught.value) is kind, repr(caught.value)
    assert snapshot(folder) == before
    return caught.value
