"""What an entry of the audit log says, whoever wrote it."""

import pytest

from licensekit.state.audit_events import OtherChange, UserAdded, event_of


def test_an_entry_is_the_event_that_was_written() -> None:
    assert event_of({"did": "user-add", "user": "anna", "by": "admin"}) == UserAdded(user="anna")


@pytest.mark.parametrize("did", ["user-add", "user-of-a-later-version", ""])
def test_an_entry_that_says_too_little_is_another_change(did: str) -> None:
    """It may have been edited, or written by a later version; the log stays readable."""
    assert event_of({"did": did}) == OtherChange(did=did)
