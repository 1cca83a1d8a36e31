"""`Workspace.create` makes a whole workspace or nothing."""

import stat
from pathlib import Path
from typing import Any

import pytest

from licensekit.errors import CatalogInvalid, FileUnusable, LicenseError, PlanRefused, WorkspaceExists, WorkspaceInvalid
from licensekit.issuer.create import first_catalog
from licensekit.issuer.orders.order_file import read_draft
from licensekit.issuer.workspace import Workspace
from licensekit.keys.keyfile import open_, peek
from licensekit.limits import ROOT_KEYS
from licensekit.trust.pack import open_pack
from licensekit.wire.frame import HYBRID
from tests import workspaces
from tests.workspaces import NOW, PASSPHRASE, ROOT_PASSPHRASE, make, snapshot

CATALOG = first_catalog(product="acme", issuer="acme", name="Acme").encode()
ALL = {
    ".gitignore",
    "acme.lkp",
    "catalog.toml",
    "keys/signing-1.key",
    "ledger.db",
    "ledger.mark",
    "orders/example.toml",
    "root/root.key",
}


def test_a_new_workspace_has_everything_and_nothing_else(tmp_path: Path) -> None:
    make(tmp_path / "acme").close()
    assert set(snapshot(tmp_path / "acme")) == ALL
    assert [path.name for path in tmp_path.iterdir()] == ["acme"]


def test_secret_keys_are_for_their_owner_alone_and_open_with_their_passphrases(workspace: Workspace) -> None:
    keys = {workspace.layout.keys / "signing-1.key": PASSPHRASE, workspace.layout.root / "root.key": ROOT_PASSPHRASE}
    for path, word in keys.items():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert open_(path.read_bytes(), word).verifying_key == peek(path.read_bytes()).verifying_key


def test_the_pack_establishes_the_pinned_root_and_the_catalog(workspace: Workspace) -> None:
    state = workspace.state(NOW)
    pack = workspace.layout.pack("acme").read_bytes()
    trust_store = open_pack(pack, state.newest_pin)
    assert (trust_store.product, trust_store.issuer) == ("acme", "acme")
    assert trust_store.catalogs["acme"].document.names["issuer"] == "Acme"
    assert pack == state.pack
    assert state.pin == state.newest_pin


def test_the_example_order_is_sound_and_is_issued_as_the_first_serial(workspace: Workspace) -> None:
    draft = read_draft((workspace.layout.orders / "example.toml").read_bytes())
    file = workspace.issue(draft, workspaces.signer(workspace), who="anna", now=NOW)
    assert file.name == "acme-1010000014-base-1.lic"
    assert file.bundle.system == {"server": 1, "reports": 1}


@pytest.mark.parametrize(
    "licenses",
    [
        '[licenses.a]\nkind="user"\nname="A"\nrequires=["b"]\n[licenses.b]\nkind="system"\nname="B"\nhidden=true\n',
        '[licenses.a]\nkind="system"\nname="A"\nquantity="GB"\n',
        '[licenses.a]\nkind="site"\nname="A"\n',
    ],
    ids=["a requirement that is hidden", "a quantity", "one kind alone"],
)
def test_the_example_order_fits_the_catalog_that_was_given(tmp_path: Path, licenses: str) -> None:
    catalog = f'product = "acme"\n[issuer]\ncode = "acme"\nname = "Acme"\n{licenses}'.encode()
    with make(tmp_path / "acme", catalog=catalog) as workspace:
        draft = read_draft((workspace.layout.orders / "example.toml").read_bytes())
        assert not workspace.propose_issue(draft, now=NOW).is_done


def test_a_name_with_quotes_and_backslashes_stays_what_it_is(tmp_path: Path) -> None:
    with make(tmp_path / "acme", name='The "A\\B" Company') as workspace:
        names = workspace.state(NOW).signed_catalog.names
    assert names["issuer"] == 'The "A\\B" Company'


def test_a_root_may_have_several_keys_and_every_scheme(tmp_path: Path) -> None:
    words = [b"TEST ONE", b"TEST TWO", b"TEST THREE"]
    folder = tmp_path / "acme"
    with make(folder, root_keys=3, threshold=2, root_passphrases=words, scheme=HYBRID) as workspace:
        root = workspace.state(NOW).trust_store.trust.root
    assert (root.threshold, len(root.keys)) == (2, 3)
    for name, word in zip(("root-1", "root-2", "root-3"), words, strict=True):
        open_((folder / "root" / f"{name}.key").read_bytes(), word)


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    make(tmp_path / "acme").close()
    assert set(snapshot(tmp_path / "acme")) == ALL


def test_other_files_and_the_given_catalog_stay_where_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "README").write_text("ours")
    (folder / "catalog.toml").write_bytes(CATALOG)
    make(folder, catalog=CATALOG).close()
    assert set(snapshot(folder)) == {*ALL, "README"}


@pytest.mark.parametrize("name", ["catalog.toml", "keys", "root", "orders", "acme.lkp"])
def test_a_file_in_the_way_is_named_and_kept(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / name).write_text("ours")
    error = workspaces.refused(WorkspaceExists, tmp_path, lambda: make(folder))
    assert name in error.message


def test_a_workspace_is_never_created_over_another(workspace: Workspace, tmp_path: Path) -> None:
    workspace.close()
    workspaces.refused(WorkspaceExists, tmp_path, lambda: make(tmp_path / "acme"))


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (CatalogInvalid, {"catalog": b"product = "}),
        (PlanRefused, {"product": "other", "catalog": CATALOG}),
        (PlanRefused, {"issuer": "other", "catalog": CATALOG}),
        (PlanRefused, {"root_keys": 2, "threshold": 3}),
        (PlanRefused, {"threshold": 0}),
        (PlanRefused, {"root_keys": ROOT_KEYS + 1}),
    ],
)
def test_what_does_not_fit_together_is_refused_and_nothing_is_written(
    tmp_path: Path, kind: type[LicenseError], changes: dict[str, Any]
) -> None:
    workspaces.refused(kind, tmp_path, lambda: make(tmp_path / "acme", **changes))
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "acme").write_text("ours")
    workspaces.refused(FileUnusable, tmp_path, lambda: make(tmp_path / "acme"))


def test_a_place_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("ours")
    workspaces.refused(FileUnusable, tmp_path, lambda: make(tmp_path / "file" / "acme"))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_failure_halfway_into_a_folder_with_files_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "README").write_text("ours")
    rename = Path.rename

    def full(source: Path, target: Path) -> Path:
        if target == folder / "orders":
            raise OSError(28, "No space left on device")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", full)
    error = workspaces.refused(FileUnusable, tmp_path, lambda: make(folder))
    assert "disk is full" in error.message
    assert [path.name for path in folder.iterdir()] == ["README"]


def test_a_folder_without_a_ledger_is_not_a_workspace(tmp_path: Path) -> None:
    workspaces.refused(WorkspaceInvalid, tmp_path, lambda: Workspace.open(tmp_path))
