"""What an entry of the audit log says, whoever wrote it."""

from contextlib import closing
from pathlib import Path

import pytest

from licensekit.errors import AuditDamaged
from licensekit.state.home import open_installation
from licensekit.state.loading import OpenInstallation
from licensekit.state.logs import sentence_of
from licensekit.state.time import clocks_of
from licensekit.state.transactions import write_installation
from tests.homes import PIN, Home


def test_an_entry_says_what_was_done_in_a_sentence() -> None:
    assert sentence_of({"did": "user-add", "user": "anna", "by": "admin"}) == "added user anna"


@pytest.mark.parametrize("data", [{}, {"person": "anna"}, {"user": "anna", "more": 1}])
def test_an_entry_has_the_data_of_its_code_and_no_other(tmp_path: Path, data: dict[str, object]) -> None:
    home = Home(str(tmp_path / "home"))
    with closing(open_installation(home.place, create=True)) as database:
        opened = OpenInstallation(database, clocks_of(home.clock), PIN, home.pack)
        with pytest.raises(TypeError, match="user-add"), write_installation(opened) as change:
            change.record("user-add", **data)
    with home.open() as installation:
        assert len(list(installation.audit.entries())) == 1


@pytest.mark.parametrize("did", ["user-add", "user-of-a-later-version", ""])
def test_of_an_entry_that_says_too_little_the_code_is_shown(did: str) -> None:
    """It may have been edited, or written by a later version; the log stays readable."""
    assert sentence_of({"did": did}) == did


@pytest.mark.parametrize("entry", ["{", "[]", '{"by": 1}', "[" * 100_000, '"\\ud800'])
def test_a_log_that_was_edited_stays_readable(tmp_path: Path, entry: str) -> None:
    home = Home(str(tmp_path / "home"))
    with home.open() as installation:
        installation.users.add("anna")
        with closing(open_installation(home.place, create=False)) as database:
            database.once("UPDATE audit SET entry = ? WHERE number = 1 RETURNING number", entry.encode())
        first, *_ = installation.audit.entries()
        assert first.message == ""
        with pytest.raises(AuditDamaged):
            installation.audit.verify()
