"""The mark: it is absent only if its file is absent, and an error of the system proves nothing."""

import errno
import os
from pathlib import Path

import pytest

from licensekit.errors import FileUnusable
from licensekit.state.home import LOST, Mark, read_mark, write_mark
from tests.crm import SOLD, crm_home_at
from tests.homes import Home, bundle, file


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a bundle and a user."""
    home = crm_home_at(tmp_path / "home")
    with home.open() as crm:
        crm.activate(file(bundle(**SOLD)))
        crm.users.add("anna")
    return home


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.EIO, errno.ENOTDIR])
def test_a_mark_that_the_system_does_not_let_us_read_is_a_notice_and_no_evidence(
    home: Home, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    opened = os.open

    def refuse(path: object, *rest: int, **named: int) -> int:
        if str(path).endswith("licensing.mark"):
            raise OSError(number, os.strerror(number))
        return opened(path, *rest, **named)  # type: ignore[arg-type]  # whatever was given

    with home.open() as crm:
        monkeypatch.setattr(os, "open", refuse)
        mark = read_mark(str(home.folder / "licensing.db"))
        assert isinstance(mark, FileUnusable)
        state = crm.state()
        assert [notice.code for notice in state.notices] == ["unreadable-mark"]
        assert not state.restored
        crm.users.add("bob")
        monkeypatch.undo()
        assert crm.state().notices == ()
        assert "notice-restored" not in [entry.facts["did"] for entry in crm.audit.entries()]


@pytest.mark.attack("state-deleted")
def test_a_mark_that_is_gone_is_evidence(home: Home) -> None:
    (home.folder / "licensing.mark").unlink()
    with home.open() as crm:
        assert read_mark(str(home.folder / "licensing.db")) == LOST
        assert [notice.code for notice in crm.state().notices] == ["restored-backup"]


def test_a_mark_that_cannot_be_read_is_not_written_over(home: Home) -> None:
    mark = home.folder / "licensing.mark"
    mark.unlink()
    mark.mkdir()
    with home.open() as crm:
        stored = crm.state().stored
        write_mark(str(home.folder / "licensing.db"), Mark(stored.head, stored.journal.head))
    assert mark.is_dir()


def test_the_mark_is_the_same_wherever_the_program_goes(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home.folder.parent)
    relative = Home("home", home.clock, home.pack)
    with relative.open() as crm:
        monkeypatch.chdir("/")
        assert crm.state().notices == ()
        crm.users.add("bob")
        assert crm.state().notices == ()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["home"]


def test_time_that_a_running_program_keeps_moves_the_mark(home: Home) -> None:
    """A backup from before is older then, though nobody has changed anything."""
    copy = (home.folder / "licensing.db").read_bytes()
    with home.run() as licensing:
        for _ in range(20):
            home.clock.move(hours=6)
            licensing.refresh()
    home.clock.move(days=-5)
    (home.folder / "licensing.db").write_bytes(copy)
    with home.open() as crm:
        assert [notice.code for notice in crm.state().notices] == ["restored-backup"]
