"""What customers find at their addresses is the newest that they may have, and nothing else is there."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from licensekit.errors import FileUnusable, LedgerRestored, PlaceTaken
from licensekit.installation import Installation, Preview
from licensekit.issuer import ListProposal, PublishedFile, renewal
from licensekit.issuer.keys.changes import revoke
from licensekit.issuer.workspace import Workspace
from licensekit.wire import armor
from licensekit.wire.documents import PICKUP, Bundle, decode
from tests.homes import Clock
from tests.issuer.exchange.test_receipts import accept, receipt
from tests.issuer.ledger.test_restored_ledgers import copied
from tests.issuer.output.test_attachments import rotate_key
from tests.partners import partner_of, put_in_force
from tests.workspaces import DAY, NOW, SERIAL, WHO, issue, offer_updates, refused, signer, snapshot, take_back

OTHER = "1010000022"


@pytest.fixture
def www(tmp_path: Path) -> Path:
    """An empty folder that a web server serves."""
    folder = tmp_path / "www"
    folder.mkdir()
    return folder


def publish(workspace: Workspace, folder: Path, *, now: int = NOW) -> list[PublishedFile]:
    """Publish everything."""
    return list(workspace.publish(folder, now=now))


def changes(workspace: Workspace, folder: Path) -> dict[str, str]:
    """Publish, and return what becomes of the file of each serial."""
    return {one.serial: one.change for one in publish(workspace, folder)}


def renew(workspace: Workspace, serial: str = SERIAL, now: int = NOW) -> None:
    """Sign the next sequence of a serial."""
    workspace.change(renewal(serial, days=9), signer(workspace), who=WHO, now=now, confirm=True)


def path_of(workspace: Workspace, folder: Path, name: str = f"{SERIAL}-base-1") -> Path:
    """Return where a bundle says that the newest file is."""
    return folder / f"{workspace.ledger.bundle(name).bundle.extensions[PICKUP]}.lic"


def labels(path: Path) -> list[str]:
    """Return which bundles are in a file."""
    return [decode(Bundle, one.payload).label for one in armor.read(path.read_bytes()) if one.type == "bundle"]


def types(path: Path) -> list[str]:
    """Return the types of what is in a file."""
    return [token.type for token in armor.read(path.read_bytes())]


def installed(workspace: Workspace, home: Path, data: bytes, now: int = NOW) -> Installation:
    """Return an installation of the first application in the field, in which a file was activated."""
    root, pack = workspace.state(now).pin, workspace.layout.pack("acme").read_bytes()
    installation = Installation.open(home, root=root, pack=pack, clock=Clock(now))
    installation.activate(data)
    return installation


def test_only_what_has_changed_is_written(updating: Workspace, www: Path) -> None:
    for _ in range(3):
        issue(updating)
    assert set(changes(updating, www).values()) == {"new"}
    before = {path: path.stat() for path in www.iterdir()}
    assert set(changes(updating, www).values()) == {"unchanged"}
    renew(updating)
    assert changes(updating, www)[SERIAL] == "changed"
    rewritten = [path for path, was in before.items() if path.stat().st_ino != was.st_ino]
    assert rewritten == [path_of(updating, www)]
    assert labels(*rewritten) == [f"{SERIAL} base 2"]


def test_all_parts_of_a_serial_are_in_one_file(updating: Workspace, www: Path) -> None:
    issue(updating)
    issue(updating, serial=SERIAL, part="extra", users={"professional": 5})
    publish(updating, www)
    [path] = www.iterdir()
    assert labels(path) == [f"{SERIAL} base 1", f"{SERIAL} extra 1"]


def test_what_is_to_start_lies_beside_what_counts_until_then(updating: Workspace, www: Path) -> None:
    issue(updating)
    issue(updating, serial=SERIAL, starts="2027-06-01", days=365)
    publish(updating, www)
    path = path_of(updating, www)
    assert labels(path) == [f"{SERIAL} base 1", f"{SERIAL} base 2"]
    publish(updating, www, now=NOW + 200 * DAY)
    assert labels(path) == [f"{SERIAL} base 2"]


def test_what_has_no_pickup_is_not_published(workspace: Workspace, www: Path) -> None:
    issue(workspace)
    assert publish(workspace, www) == []
    assert not list(www.iterdir())


@pytest.mark.parametrize("action", ["suspend", "revoke", "void"])
def test_who_has_what_was_taken_back_learns_of_it_and_of_its_return(
    updating: Workspace, www: Path, tmp_path: Path, action: str
) -> None:
    issue(updating)
    publish(updating, www)
    path, key = path_of(updating, www), signer(updating, "revocations")
    named = {"identities": [updating.ledger.bundle(f"{SERIAL}-base-1").identity]}
    with installed(updating, tmp_path / "home", path.read_bytes()) as installation:

        def update() -> Preview:
            proposal = installation.propose_update(fetch=lambda _: path.read_bytes())
            assert proposal is not None
            proposal.apply()
            return proposal.preview

        propose: Callable[..., ListProposal] = getattr(updating, f"propose_{action}")
        propose(now=NOW, **named).sign(key, who=WHO, confirm=True)
        [one] = publish(updating, www)
        assert (one.change, one.holds, types(path)) == ("changed", (), ["trust", "revocations", "catalog"])
        assert [void.bundle.label for void in update().void] == [f"{SERIAL} base 1"]
        assert not installation.state().bundles
        if action != "void":
            updating.propose_reinstate(now=NOW, **named).sign(key, who=WHO, confirm=True)
            publish(updating, www)
            update()
            assert [one.document.label for one in installation.state().bundles] == [f"{SERIAL} base 1"]


def test_who_has_what_was_returned_learns_of_it(updating: Workspace, www: Path, tmp_path: Path) -> None:
    """A file that is bound to nobody may be with others as well."""
    sold = issue(updating)
    with installed(updating, tmp_path / "home", sold.data) as installation:
        accept(updating, receipt(sold), confirm=True)
        publish(updating, www)
        path = path_of(updating, www)
        assert types(path) == ["trust", "revocations", "catalog"]
        installation.activate(path.read_bytes())
        assert not installation.state().bundles


def test_what_is_left_of_a_serial_comes_with_the_list(updating: Workspace, www: Path) -> None:
    issue(updating)
    issue(updating, serial=SERIAL, part="extra", users={"professional": 5})
    extra = updating.ledger.bundle(f"{SERIAL}-extra-1").identity
    take_back(updating, signer(updating, "revocations"), identities=[extra], confirm=True)
    publish(updating, www)
    path = path_of(updating, www)
    assert (labels(path), types(path)) == ([f"{SERIAL} base 1"], ["revocations", "catalog", "bundle"])


def test_what_a_revoked_key_has_signed_is_left_out_and_the_trust_document_says_why(
    updating: Workspace, www: Path, tmp_path: Path
) -> None:
    sold, key = issue(updating), updating.state(NOW).trust.keys[-1].name
    with installed(updating, tmp_path / "home", sold.data) as installation:
        rotate_key(updating)
        put_in_force(updating, [revoke(updating.state(NOW).trust, key, NOW)], NOW)
        [one] = publish(updating, www)
        path = path_of(updating, www)
        assert (one.holds, types(path)) == ((), ["trust"])
        installation.activate(path.read_bytes())
        assert not installation.state().bundles


def test_who_has_a_serial_does_not_find_what_took_its_place(updating: Workspace, www: Path, tmp_path: Path) -> None:
    """The first address may be in the wrong hands: the next license is activated by hand, once."""
    sold = issue(updating)
    issue(updating, replaces=[SERIAL])
    publish(updating, www)
    path = path_of(updating, www)
    assert labels(path) == []
    assert labels(path_of(updating, www, f"{OTHER}-base-1")) == [f"{OTHER} base 1"]
    with installed(updating, tmp_path / "home", sold.data) as installation:
        assert installation.propose_update(fetch=lambda _: path.read_bytes()) is None


def test_a_serial_with_two_pickups_is_found_at_both(www: Path, tmp_path: Path, workspace_template: Path) -> None:
    """A ledger that was restored has drawn another one before it took back what it lost."""
    folder = shutil.copytree(workspace_template, tmp_path / "acme")
    with Workspace.open(folder) as workspace:
        offer_updates(workspace)
        put_back = copied(workspace)
        lost = issue(workspace)
        put_back()
    with Workspace.open(folder) as workspace:
        workspace.ledger.propose_absorb({}, now=NOW).sign(None, who=WHO, confirm=True)
        newest = issue(workspace.overriding("unknown-serial"), serial=lost.bundle.serial)
        workspace.ledger.propose_absorb({"one": lost.data}, now=NOW).sign(None, who=WHO, confirm=True)
        publish(workspace, www)
        assert [labels(path) for path in www.iterdir()] == [[newest.bundle.label]] * 2


def test_a_partner_publishes_its_own_with_the_vendors_trust(workspace: Workspace, www: Path, tmp_path: Path) -> None:
    with partner_of(workspace, tmp_path / "fjord") as partner:
        offer_updates(partner)
        issue(partner, serial=SERIAL, part="fjord", system=["server"], users=None)
        publish(partner, www)
        [path] = www.iterdir()
        assert types(path) == ["trust", "catalog", "bundle"]


def test_a_web_server_may_read_them_whatever_the_umask_is(updating: Workspace, www: Path) -> None:
    issue(updating)
    before = os.umask(0o077)
    try:
        publish(updating, www)
    finally:
        os.umask(before)
    [path] = www.iterdir()
    assert path.stat().st_mode & 0o777 == 0o644


def test_nothing_else_in_the_folder_is_touched(updating: Workspace, www: Path) -> None:
    for name in ("index.html", ".htaccess", f"{'0f' * 16}.lic", "old.partial"):
        (www / name).write_text(name)
    before = snapshot(www)
    issue(updating)
    publish(updating, www)
    path = path_of(updating, www)
    assert snapshot(www) == {**before, path.name: path.read_bytes()}
    assert len(path.name) == 36


@pytest.mark.attack("special-file")
def test_a_link_is_not_followed_and_what_it_points_to_stays(updating: Workspace, www: Path, tmp_path: Path) -> None:
    issue(updating)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"mine")
    path_of(updating, www).symlink_to(elsewhere)
    error = refused(FileUnusable, www, lambda: publish(updating, www))
    assert error.reason == "not-plain"
    assert elsewhere.read_bytes() == b"mine"


@pytest.mark.attack("customers-listed-at-the-address")
@pytest.mark.parametrize("place", ["", "..", "keys/.."])
def test_a_workspace_is_not_served(updating: Workspace, place: str) -> None:
    folder = updating.layout.folder
    issue(updating)
    error = refused(PlaceTaken, folder, lambda: publish(updating, folder / place))
    assert error.reason == "workspace"


def test_the_folder_must_be_there(updating: Workspace, www: Path) -> None:
    issue(updating)
    error = refused(FileUnusable, www, lambda: publish(updating, www / "licenses"))
    assert error.reason == "folder-missing"


def test_a_restored_ledger_puts_nothing_older_there(www: Path, tmp_path: Path, workspace_template: Path) -> None:
    folder = shutil.copytree(workspace_template, tmp_path / "acme")
    with Workspace.open(folder) as workspace:
        offer_updates(workspace)
        issue(workspace)
        put_back = copied(workspace)
        renew(workspace)
        publish(workspace, www)
        put_back()
    with Workspace.open(folder) as workspace:
        refused(LedgerRestored, www, lambda: publish(workspace, www))
