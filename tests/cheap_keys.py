"""Keys that open fast, for the sake of the suite's time."""

import pytest

from licensekit import limits
from licensekit.keys import keyfile


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seal key files at the lowest cost that is read."""
    monkeypatch.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)
