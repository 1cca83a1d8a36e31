"""A ledger moves from the folder to a server and back, whole, and only one of the two is alive."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from licensekit.database import schemas
from licensekit.errors import DatabaseMoved, LedgerDamaged, LedgerRestored, LicenseError, PlanRefused, WorkspaceExists
from licensekit.issuer import move_ledger
from licensekit.issuer.layout import Layout
from licensekit.issuer.ledger import integrity
from licensekit.issuer.ledger.entries import LedgerEntry, open_ledger
from licensekit.issuer.orders import numbering
from licensekit.issuer.workspace import Workspace
from tests import workspaces
from tests.workspaces import issue

HERE = "ledger.db"
Filled = tuple[Path, str, list[LedgerEntry]]
STEPS = ["copy_rows", "compare_rows", "verify", "mark_moved", "_point"]


@pytest.fixture
def filled(workspace: Workspace, second_postgres_location: str) -> Filled:
    """The folder of a workspace in which something was issued, where its ledger goes, and its entries."""
    for number in ("A-1", "A-2"):
        issue(workspace, order=number)
    entries = list(workspace.ledger.entries())
    is_here = workspace.layout.ledger.exists()
    workspace.close()
    return workspace.layout.folder, second_postgres_location if is_here else HERE, entries


def test_a_ledger_moves_whole_and_goes_on_there(filled: Filled) -> None:
    folder, target, entries = filled
    source = Layout(folder).locate_ledger()
    there = move_ledger(folder, target)
    assert there == (target if target != HERE else str(folder / HERE))
    with Workspace.open(folder) as workspace:
        assert str(workspace.layout.locate_ledger()) == there
        assert list(workspace.ledger.entries()) == entries
        serial = issue(workspace, order="A-3").bundle.serial
        assert serial == numbering.serial_of(101_000_003)  # counted on
        workspace.ledger.verify()
    behind = folder / "ledger.db.moved" if target != HERE else source
    with pytest.raises(DatabaseMoved) as caught:
        open_ledger(behind, create=False)
    assert caught.value.place == there
    assert {one.name for one in folder.glob("ledger.*")} == (
        {"ledger.db", "ledger.mark"} if target == HERE else {"ledger.db.moved", "ledger.mark", "ledger.url"}
    )


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_move_that_was_cut_off_is_completed(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    folder, target, entries = filled
    module = schemas if hasattr(schemas, step) else integrity
    done: Callable[..., object] = getattr(module, step)

    def cut_off(*given: object) -> None:
        if when == "after":
            done(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, step, cut_off)
        with pytest.raises(KeyboardInterrupt):
            move_ledger(folder, target)
    try:
        with Workspace.open(folder) as workspace:
            assert list(workspace.ledger.entries()) == entries
    except DatabaseMoved:
        assert step == "_point"
    if (step, when) != ("_point", "after"):
        move_ledger(folder, target)
    with Workspace.open(folder) as workspace:
        assert list(workspace.ledger.entries()) == entries
        issue(workspace, order="A-3")
        workspace.ledger.verify()


def test_what_was_issued_after_a_cut_off_move_is_not_lost(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, target, _ = filled
    with monkeypatch.context() as patch:
        patch.setattr(schemas, "mark_moved", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            move_ledger(folder, target)
    with Workspace.open(folder) as workspace:
        issue(workspace, order="A-3")
    no(WorkspaceExists, folder, target)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def no(kind: type[LicenseError], folder: Path, target: str) -> None:
    """Check that a move is refused, and that the ledger lives where it was."""
    with Workspace.open(folder) as workspace:
        before = workspace.database.location, list(workspace.ledger.entries())
    with pytest.raises(kind):
        move_ledger(folder, target)
    with Workspace.open(folder) as workspace:
        assert (workspace.database.location, list(workspace.ledger.entries())) == before


def test_a_place_that_holds_something_is_refused(filled: Filled) -> None:
    folder, target, _ = filled
    place = folder / "ledger.db.arriving" if target == HERE else target
    with closing(open_ledger(place, create=True)) as database, database.write() as other:
        other.run("INSERT INTO facts VALUES ('pin', 'another')")
    no(WorkspaceExists, folder, target)


@pytest.mark.parametrize("target", ["folder/ledger.db", "elsewhere", "postgresql://anna:secret@host/db"])
def test_what_is_not_a_place_for_a_ledger_is_refused(filled: Filled, target: str) -> None:
    no(PlanRefused, filled[0], target)


def test_a_ledger_stays_where_it_is_if_it_does_not_hold(filled: Filled) -> None:
    folder, target, _ = filled
    with Workspace.open(folder) as workspace, workspace.database.write() as ledger:
        ledger.run("UPDATE entries SET who = 'mallory' WHERE number = 4")
    no(LedgerDamaged, folder, target)
    (folder / "ledger.mark").write_text("9:" + "00" * 32)
    no(LedgerRestored, folder, target)


def test_a_ledger_that_is_here_already_does_not_move_here(workspace: Workspace) -> None:
    if workspace.layout.ledger.exists():
        no(WorkspaceExists, workspace.layout.folder, HERE)


def test_a_folder_that_cannot_be_written_is_named(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, target, _ = filled

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(integrity, "_point", full)
        with pytest.raises(LicenseError, match="No space left"):
            move_ledger(folder, target)
    move_ledger(folder, target)


def test_another_folder_follows_its_ledger_to_another_server(
    tmp_path: Path, postgres_location: str, second_postgres_location: str
) -> None:
    folder = tmp_path / "acme"
    workspaces.make(folder, ledger=postgres_location).close()
    other = shutil.copytree(folder, tmp_path / "other")
    move_ledger(folder, second_postgres_location)
    with pytest.raises(DatabaseMoved):
        Workspace.open(other)
    move_ledger(other, second_postgres_location)
    for one in (folder, other):
        with Workspace.open(one) as workspace:
            issue(workspace)
    move_ledger(folder, HERE)
    with pytest.raises(DatabaseMoved):  # there is no way for it into this folder
        move_ledger(other, HERE)
