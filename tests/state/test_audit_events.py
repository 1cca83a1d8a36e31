"""What an entry of the audit log says, whoever wrote it."""

from pathlib import Path

import pytest

from licensekit.errors import AuditDamaged
from licensekit.state.audit_events import sentence_of
from licensekit.state.transactions import write_installation
from tests.homes import Home


def test_an_entry_says_what_was_done_in_a_sentence() -> None:
    assert sentence_of({"did": "user-add", "user": "anna", "by": "admin"}) == "added user anna"


@pytest.mark.parametrize("data", [{}, {"person": "anna"}, {"user": "anna", "more": 1}])
def test_an_entry_has_the_data_of_its_code_and_no_other(tmp_path: Path, data: dict[str, object]) -> None:
    with Home(str(tmp_path / "home")).open() as installation:
        with pytest.raises(TypeError, match="user-add"), write_installation(installation._opened) as change:
            change.record("user-add", **data)
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
        with installation._opened.database.write() as connection:
            connection.run("UPDATE audit SET entry = ? WHERE number = 1", entry.encode())
        first, *_ = installation.audit.entries()
        assert first.message == ""
        with pytest.raises(AuditDamaged):
            installation.audit.verify()
