"""A ledger is backed up while it is used, restored, and looked through by a doctor."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import LiteralString

import pytest

from licensekit.database import connect, is_url
from licensekit.errors import ConfirmationNeeded, DatabaseDamaged, LedgerRestored, WorkspaceInvalid
from licensekit.issuer import diagnose_ledger, restore_ledger
from licensekit.issuer.ledger.entries import open_ledger
from licensekit.issuer.workspace import Workspace
from licensekit.state.home import SCHEMA as INSTALLATION
from tests.workspaces import NOW, issue


@pytest.fixture
def saved(workspace: Workspace, tmp_path: Path) -> Path:
    """A backup of a ledger in which one bundle was issued."""
    issue(workspace, order="A-1")
    workspace.ledger.back_up(tmp_path / "saved")
    return tmp_path / "saved"


def folder_of(workspace: Workspace) -> Path:
    return workspace.layout.folder


def wrong(folder: Path) -> list[tuple[str, str, str]]:
    return [(one.check, one.state, one.about.code) for one in diagnose_ledger(folder, now=NOW) if one.state != "ok"]


def test_a_ledger_is_restored_as_it_was(workspace: Workspace, saved: Path) -> None:
    entries = list(workspace.ledger.entries())
    restore_ledger(saved, folder_of(workspace))
    assert list(workspace.ledger.entries()) == entries
    issue(workspace, order="A-2")
    with pytest.raises(ConfirmationNeeded, match="1 entry made after this backup"):
        restore_ledger(saved, folder_of(workspace))
    assert workspace.ledger.count_entries() == len(entries) + 1
    done = restore_ledger(saved, folder_of(workspace), confirm=True)
    assert (done.entries, done.set_aside) == (len(entries), None)
    assert list(workspace.ledger.entries()) == entries
    with pytest.raises(LedgerRestored):
        workspace.ledger.verify()
    assert ("mark", "error", "ledger-restored") in wrong(folder_of(workspace))


def test_a_ledger_that_is_gone_is_restored_in_its_workspace(workspace: Workspace, saved: Path, tmp_path: Path) -> None:
    entries = list(workspace.ledger.entries())
    folder = tmp_path / "again"
    shutil.copytree(folder_of(workspace), folder)
    for name in ("ledger.db", "ledger.url"):
        (folder / name).unlink(missing_ok=True)
    with pytest.raises(WorkspaceInvalid):
        diagnose_ledger(folder, now=NOW)
    restore_ledger(saved, folder)
    with Workspace.open(folder) as restored:
        assert list(restored.ledger.entries()) == entries
    assert wrong(folder) == []


def test_the_backup_of_an_installation_is_not_the_backup_of_a_ledger(
    workspace: Workspace, saved: Path, tmp_path: Path
) -> None:
    before = list(workspace.ledger.entries())
    connect(tmp_path / "other", schema=INSTALLATION, create=True).close()
    with pytest.raises(DatabaseDamaged, match="contains no ledger"):
        restore_ledger(tmp_path / "other", folder_of(workspace), confirm=True)
    assert list(workspace.ledger.entries()) == before
    assert saved.exists()


def test_another_ledger_is_replaced_only_when_that_is_confirmed(
    workspace: Workspace, saved: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    shutil.copy(saved, other)
    with open_ledger(other, create=False).write() as ledger:
        ledger.run("UPDATE entries SET hash = ? WHERE number = 1", bytes(32))
    with pytest.raises(ConfirmationNeeded, match="the ledger here is another one"):
        restore_ledger(other, folder_of(workspace))
    assert workspace.ledger.verify()


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE entries SET who = 'eve' WHERE number = 2", ("ledger", "error", "ledger-damaged")),
        ("DELETE FROM bundles", ("ledger", "error", "ledger-damaged")),
        ("UPDATE licensekit_schema SET number = 99, reader = 99", ("schema", "error", "database-newer")),
    ],
)
def test_a_doctor_names_what_was_edited(
    workspace: Workspace, statement: LiteralString, finding: tuple[str, str, str]
) -> None:
    issue(workspace, order="A-1")
    assert wrong(folder_of(workspace)) == []
    with workspace.database.write() as ledger:
        ledger.run(statement)
    assert finding in wrong(folder_of(workspace))


def test_a_doctor_looks_through_what_cannot_be_opened(workspace: Workspace) -> None:
    if is_url(workspace.database.location):
        with workspace.database.write() as ledger:
            ledger.run("DROP TABLE documents")
        assert ("schema", "error", "database-damaged") in wrong(folder_of(workspace))
        return
    workspace.layout.ledger.write_bytes(b"nothing" * 1000)
    assert [one[:2] for one in wrong(folder_of(workspace))] == [("database", "error")]


def test_a_damaged_page_of_a_ledger_is_found(workspace: Workspace) -> None:
    if not is_url(workspace.database.location):
        issue(workspace, order="A-1")
        workspace.database.close()
        path = workspace.layout.ledger
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        data = path.read_bytes()
        path.write_bytes(data[:8192] + b"\xff" * (len(data) - 8192))
        assert {one[:2] for one in wrong(folder_of(workspace))} >= {("database", "error")}
