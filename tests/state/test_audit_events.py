"""What an entry of the audit log says, whoever wrote it."""

from pathlib import Path

import pytest

from licensekit.errors import AuditDamaged
from licensekit.state.audit_events import OtherChange, UserAdded, event_of
from tests.homes import Home


def test_an_entry_is_the_event_that_was_written() -> None:
    assert event_of({"did": "user-add", "user": "anna", "by": "admin"}) == UserAdded(user="anna")


@pytest.mark.parametrize("did", ["user-add", "user-of-a-later-version", ""])
def test_an_entry_that_says_too_little_is_another_change(did: str) -> None:
    """It may have been edited, or written by a later version; the log stays readable."""
    assert event_of({"did": did}) == OtherChange(did=did)


def test_an_entry_of_which_nothing_can_be_said_is_another_change() -> None:
    facts = {"did": "site-add", "reason": "other", "site": "oslo"}
    assert event_of(facts) == OtherChange(did="site-add")


@pytest.mark.parametrize("entry", ["{", "[]", '{"by": 1}', "[" * 100_000, '"\\ud800'])
def test_a_log_that_was_edited_stays_readable(tmp_path: Path, entry: str) -> None:
    home = Home(str(tmp_path / "home"))
    with home.open() as installation:
        installation.users.add("anna")
        with installation._opened.database.write() as connection:
            connection.run("UPDATE audit SET entry = ? WHERE number = 1", entry.encode())
        first, *_ = installation.audit.entries()
        assert first.event == OtherChange(did="")
        with pytest.raises(AuditDamaged):
            installation.audit.verify()
