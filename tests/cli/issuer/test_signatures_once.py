"""A command verifies each signature of the workspace once, however often it reads the ledger."""

from collections import Counter

import pytest

from licensekit.keys.verifying import VerifyingKey
from tests.issuer_command import Desk
from tests.workspaces import SERIAL

Verified = Counter[tuple[bytes, bytes]]
ISSUE = ("issue", "acme/orders/example.toml")
RENEW = ("renew", SERIAL, "--days", "30", "--yes")


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> Verified:
    """Key and message of each verification, counted."""
    counted: Verified = Counter()
    verify = VerifyingKey.verify

    def counting(self: VerifyingKey, message: bytes, signature: bytes) -> None:
        counted[self.public, message] += 1
        verify(self, message, signature)

    monkeypatch.setattr(VerifyingKey, "verify", counting)
    return counted


@pytest.mark.parametrize("words", [ISSUE, RENEW], ids=lambda words: words[0])
def test_a_command_verifies_no_signature_twice(
    desk: Desk, verified: Verified, words: tuple[str, ...]
) -> None:
    if words is not ISSUE:
        desk.run(*ISSUE, "-C", "acme", *desk.passphrase)
    verified.clear()
    desk.run(*words, "-C", "acme", *desk.passphrase)
    assert verified
    assert {pair: count for pair, count in verified.items() if count > 1} == {}


def test_what_was_signed_since_is_verified_as_well(desk: Desk, verified: Verified) -> None:
    desk.run("keys", "new", "second", "-C", "acme", *desk.both_passphrases)
    desk.run("keys", "rotate", "signing-1", "-C", "acme", *desk.both_passphrases)
    verified.clear()
    desk.run(*ISSUE, "-C", "acme", *desk.passphrase)
    assert set(verified.values()) == {1}
