"""A ledger that was restored or cut is recognized by the mark of its folder, and nothing is signed with it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from licensekit.errors import FileUnusable, LedgerRestored, WorkspaceExists
from licensekit.issuer import diagnose_ledger
from licensekit.issuer.ledger.entries import head, mark_in, raise_mark, read_mark
from licensekit.issuer.workspace import Workspace
from licensekit.wire.chain import Head
from licensekit.wire.documents import LEDGER
from tests import makers
from tests.workspaces import NOW, SERIAL, WHO, issue, make, refused, signer, take_back

NEWEST = Head(7, bytes(range(32)))


def copied(workspace: Workspace) -> Callable[[], None]:
    """Copy the ledger of a workspace; what is returned puts the copy back as a careless person would."""
    path = workspace.layout.ledger
    with workspace.database.write():  # all of it is in the file, or in its log
        saved = {one: one.read_bytes() for one in path.parent.glob("ledger.db*")}

    def put_back() -> None:
        workspace.close()
        for one in path.parent.glob("ledger.db*"):
            one.unlink()
        for one, data in saved.items():
            one.write_bytes(data)

    return put_back


@pytest.fixture
def restored(tmp_path: Path, workspace_template: Path) -> Path:
    """A workspace whose ledger lacks the bundle that was issued last."""
    folder = tmp_path / "acme"
    shutil.copytree(workspace_template, folder)
    with Workspace.open(folder) as workspace:
        issue(workspace, order="A-1")
        put_back = copied(workspace)
        issue(workspace, order="A-2")
        put_back()
    return folder


def test_the_mark_names_the_newest_entry(workspace: Workspace) -> None:
    for number in ("A-1", "A-2"):
        issue(workspace, order=number)
        with workspace.database.read() as ledger:
            assert read_mark(workspace.layout.mark) == head(ledger)
    assert workspace.layout.mark.stat().st_mode & 0o077 == 0
    assert workspace.ledger.restored() is None


@pytest.mark.attack("restored-ledger")
def test_nothing_is_signed_with_a_restored_ledger(restored: Path) -> None:
    with Workspace.open(restored) as workspace:
        actions: list[Callable[[], object]] = [
            lambda: issue(workspace, order="A-3"),
            lambda: take_back(workspace, signer(workspace, "revocations"), who=WHO, confirm=True, serials=[SERIAL]),
            lambda: workspace.catalog.propose_pack(now=NOW).sign(lambda _: signer(workspace, "catalog"), who=WHO),
        ]
        for action in actions:
            error = refused(LedgerRestored, restored, action)
            assert (error.reason, error.number, error.newest) == ("behind", 5, 4)
            assert "ledger absorb" in error.hint


def test_a_restored_ledger_is_read_and_named(restored: Path) -> None:
    with Workspace.open(restored) as workspace:
        assert isinstance(workspace.ledger.restored(), LedgerRestored)
        assert workspace.ledger.count_entries() == 4
        refused(LedgerRestored, restored, workspace.ledger.verify)
    found = [(one.check, one.state) for one in diagnose_ledger(restored, now=NOW) if one.state == "error"]
    assert found == [("mark", "error")]


@pytest.mark.attack("restored-ledger")
def test_a_ledger_that_went_another_way_is_recognized(restored: Path) -> None:
    mark = restored / "ledger.mark"
    known = mark.read_bytes()
    mark.unlink()  # another copy of the folder, without it, goes on from the backup
    with Workspace.open(restored) as workspace:
        issue(workspace, order="B-1")
        mark.write_bytes(known)
        assert refused(LedgerRestored, restored, lambda: issue(workspace, order="B-2")).reason == "other"


@pytest.mark.parametrize("order", ["B-1", None])
def test_a_mark_that_stayed_behind_is_normal(workspace: Workspace, order: str | None) -> None:
    mark = workspace.layout.mark
    before = mark.read_bytes()
    issue(workspace, order="A-1")
    mark.write_bytes(before)
    issue(workspace, order=order)
    assert workspace.ledger.restored() is None


def test_a_mark_that_cannot_be_written_loses_no_entry(workspace: Workspace) -> None:
    mark = workspace.layout.mark
    mark.unlink()
    mark.mkdir()
    refused(FileUnusable, workspace.layout.folder, lambda: issue(workspace))
    assert isinstance(workspace.ledger.restored(), FileUnusable)
    mark.rmdir()
    issue(workspace)
    target = workspace.layout.folder / "elsewhere"
    mark.rename(target)
    mark.symlink_to(target)  # nothing is written through a link
    before = target.read_bytes()
    issue(workspace)
    assert workspace.ledger.count_entries() == 5
    assert target.read_bytes() == before
    assert workspace.ledger.restored() is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "7:",
        ":" + "00" * 32,
        "0:" + "00" * 32,
        "07:" + "00" * 32,
        "x:" + "00" * 32,
        "7:" + "AB" * 32,
        "9" * 19 + ":" + "00" * 32,
        "7:" + "00" * 31,
        "7:" + "00" * 200,
    ],
)
def test_what_is_not_a_mark_says_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ledger.mark"
    path.write_text(text)
    assert read_mark(path) is None
    assert mark_in(makers.catalog(extensions={LEDGER: text})) is None


def test_a_mark_only_grows(tmp_path: Path) -> None:
    path = tmp_path / "ledger.mark"
    assert read_mark(path) is None
    raise_mark(path, NEWEST)
    raise_mark(path, NEWEST._replace(number=3))
    assert read_mark(path) == NEWEST
    raise_mark(path, NEWEST._replace(number=3), lower=True)
    assert read_mark(path) == NEWEST._replace(number=3)


def test_documents_without_a_mark_have_none() -> None:
    assert mark_in(makers.catalog()) is None
    assert mark_in(makers.catalog(extensions={LEDGER: 7})) is None
    marked = makers.catalog(extensions={LEDGER: f"7:{NEWEST.hash.hex()}"})
    assert mark_in(marked) == NEWEST


def test_a_mark_in_the_way_is_named_before_a_workspace_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "ledger.mark").write_text("of another one")
    with pytest.raises(WorkspaceExists, match=r"`ledger\.mark` is in the way"):
        make(folder)
    assert [one.name for one in folder.iterdir()] == ["ledger.mark"]
