"""The catalog is signed when it has changed, and takes nothing away unless that is meant."""

from pathlib import Path

import pytest

from licensekit.errors import CatalogChanged, CatalogInvalid, ConfirmationNeeded, FileUnusable, KeyMissing
from licensekit.issuer.workspace import Workspace
from licensekit.trust.pack import open_pack
from tests.workspaces import NOW, refused, signer, snapshot

MORE = '\n[licenses.export]\nkind = "system"\nname = "Export"\n'


def edit(workspace: Workspace, old: str, new: str) -> None:
    """Change the catalog file as a person does."""
    path = workspace.layout.catalog
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def add(workspace: Workspace, text: str = MORE) -> None:
    """Add to the catalog file."""
    path = workspace.layout.catalog
    path.write_text(path.read_text() + text)


def test_a_catalog_as_it_was_signed_is_unchanged_whatever_its_comments(workspace: Workspace) -> None:
    add(workspace, "\n# a remark\n")
    draft = workspace.catalog.draft(NOW + 1)
    assert (draft.is_changed, draft.differences) == (False, [])
    assert draft._replace(signed=None).differences == []
    assert workspace.catalog.require_unchanged(NOW + 1) == workspace.state(NOW).signed_catalog


def test_a_changed_catalog_becomes_the_next_version_and_goes_into_the_pack(workspace: Workspace) -> None:
    add(workspace)
    assert {one.where for one in workspace.catalog.draft(NOW).differences} == {"licenses.export"}
    workspace.catalog.propose_pack(now=NOW).sign(lambda _: signer(workspace, "catalog"), who="anna")
    state = workspace.state(NOW)
    pack = workspace.layout.pack("acme").read_bytes()
    assert "export" in open_pack(pack, state.pin).catalogs["acme"].document.licenses
    assert state.signed_catalog.version == 2
    assert not workspace.catalog.draft(NOW).is_changed


def test_what_takes_something_away_is_refused_and_signed_only_if_meant(workspace: Workspace) -> None:
    key = signer(workspace, "catalog")
    edit(workspace, 'includes = ["report-editor", "user"]', 'includes = ["user"]')
    error = refused(
        ConfirmationNeeded,
        workspace.layout.folder,
        lambda: workspace.catalog.propose_pack(now=NOW).sign(lambda _: key, who="anna"),
    )
    assert "licenses.professional.includes" in error.message
    workspace.catalog.propose_pack(now=NOW).sign(lambda _: key, who="anna", confirm=True)
    assert workspace.state(NOW).signed_catalog.version == 2


def test_a_catalog_with_faults_is_never_signed(workspace: Workspace) -> None:
    key = signer(workspace, "catalog")
    edit(workspace, 'kind = "site"', 'kind = "sight"')
    error = refused(
        CatalogInvalid,
        workspace.layout.folder,
        lambda: workspace.catalog.propose_pack(now=NOW).sign(lambda _: key, who="anna"),
    )
    assert error.where == str(workspace.layout.catalog)


@pytest.mark.parametrize("text", [MORE, "\nplan"], ids=["a license more", "no TOML"])
def test_a_change_that_was_not_signed_is_noticed(workspace: Workspace, text: str) -> None:
    add(workspace, text)
    refused(CatalogChanged, workspace.layout.folder, lambda: workspace.catalog.require_unchanged(NOW))


def test_a_catalog_of_another_issuer_is_refused(workspace: Workspace) -> None:
    edit(workspace, 'code = "acme"', 'code = "other"')
    refused(CatalogInvalid, workspace.layout.folder, lambda: workspace.catalog.draft(NOW))


def test_a_catalog_that_is_gone_is_missed(workspace: Workspace) -> None:
    workspace.layout.catalog.unlink()
    refused(FileUnusable, workspace.layout.folder, lambda: workspace.catalog.draft(NOW))


def test_a_pack_that_is_gone_is_written_again_from_the_ledger(workspace: Workspace) -> None:
    path = workspace.layout.pack("acme")
    before = path.read_bytes()
    path.unlink()
    proposal = workspace.catalog.propose_pack(now=NOW)
    assert proposal.is_done
    assert proposal.sign(lambda _: signer(workspace, "catalog"), who="anna") == path
    assert path.read_bytes() == before


def test_keys_are_chosen_by_what_they_may_sign_or_by_their_name(workspace: Workspace) -> None:
    file = workspace.keys.choose("bundle", NOW)
    key_id = file.part.verifying_key.key_id.hex()
    assert file.name == "signing-1"
    assert [workspace.keys.choose("bundle", NOW, name) for name in ("signing-1", key_id)] == [file] * 2


@pytest.mark.parametrize("name", [None, "signing-2"])
def test_a_key_that_is_not_here_is_missed(workspace: Workspace, name: str | None) -> None:
    folder: Path = workspace.layout.folder
    file = workspace.layout.keys / "signing-1.key"
    file.rename(folder.parent / "signing-1.key")
    before = snapshot(folder)
    with pytest.raises(KeyMissing):
        workspace.keys.choose("bundle", NOW, name)
    assert snapshot(folder) == before


def test_root_keys_are_missed_once_they_are_moved_away(workspace: Workspace) -> None:
    assert workspace.keys.has_root_keys
    workspace.layout.root.rename(workspace.layout.folder.parent / "stick")
    assert not workspace.keys.has_root_keys
