"""A command verifies each signature once, however often it reads the ledger or what it was given.

That covers the documents in force, what the command signs itself, and files from outside. Two commands are not here:
`keys rotate-root`, as the keys of the root before are verified by themselves before a new root is decoded, and `keys
sign-trust`, which verifies the file that travels before anything of it is shown.
"""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from licensekit.keys.verifying import VerifyingKey
from tests.issuer_command import Desk
from tests.workspaces import SERIAL

Verified = Counter[tuple[bytes, bytes]]
IN = ("-C", "acme")
HOME = ("--home", "home")
OUT = ("-o", "out")
PARTNER = ("--issuer", "partner", "--name", "partner")
ORDER = "acme/orders/example.toml"
OTHER = "1010000022"


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


def another(number: str) -> str:
    """Write the order once more, under another number, and return its path."""
    path = Path(ORDER).with_name(f"{number}.toml")
    lines = Path(ORDER).read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("order =")]
    path.write_text("\n".join([f'order = "{number}"', *kept]), "utf-8")
    return str(path)


def issued(desk: Desk) -> None:
    """Issue a license, and one that is taken back, so that there is a list."""
    for order in (another("first"), another("second")):
        desk.run("issue", order, *IN, *desk.passphrase)
    desk.run("revoke", "serial", "--yes", OTHER, *IN, *desk.passphrase)


def suspended(desk: Desk) -> None:
    """Suspend the license."""
    issued(desk)
    desk.run("suspend", "bundle", "--yes", f"{SERIAL}-base-1", *IN, *desk.passphrase)


def believed(desk: Desk) -> tuple[str, ...]:
    """Return the options that say whom an installation believes the first time."""
    return "--pack", "acme/acme.lkp", "--root", desk.json("pack", *IN)["root"]


def asked(desk: Desk) -> None:
    """Let an installation make a request."""
    issued(desk)
    desk.run("request", *HOME, *believed(desk), "-o", "a.lkr")


def activated(desk: Desk) -> None:
    """Let an installation activate its license, and state what is in use."""
    asked(desk)
    desk.run("answer", "a.lkr", "--order", ORDER, *IN, "-o", "a.lic", *desk.passphrase)
    desk.run("activate", "a.lic", *HOME, *believed(desk))
    desk.run("statement", "-o", "s.lkr", *HOME)
    desk.run("request", "-o", "again.lkr", *HOME)


def returned(desk: Desk) -> None:
    """Let an installation give its license back."""
    activated(desk)
    desk.run("return", "--yes", "-o", "r.lkr", *HOME)


def rewritten(desk: Desk) -> None:
    """Change the catalog."""
    issued(desk)
    catalog = Path("acme/catalog.toml")
    text = catalog.read_text("utf-8")
    assert '"Server"' in text
    catalog.write_text(text.replace('"Server"', '"The server"'), "utf-8")


def two_keys(desk: Desk) -> None:
    """Admit a second key, and export the key of a partner."""
    issued(desk)
    desk.run("keys", "new", "second", "--from", "2020-01-01", *IN, *desk.both_passphrases)
    desk.run("init", "other", *desk.both_passphrases)
    desk.run("keys", "export", "signing-1", "-C", "other", "-o", "partner.pub")


def changed_elsewhere(desk: Desk) -> None:
    """Admit a key in a copy of the workspace, which has a newer pack then."""
    issued(desk)
    shutil.copytree("acme", "copy")
    desk.run("keys", "new", "second", "-C", "copy", *desk.both_passphrases)


Prepare = Callable[[Desk], None] | None
SIGN, ROOT = "passphrase", "root_passphrase"
CASES: dict[str, tuple[Prepare, tuple[str, ...], tuple[str, ...]]] = {
    "issue, first": (None, ("issue", ORDER), (SIGN,)),
    "issue": (issued, ("issue", ORDER), (SIGN,)),
    "renew": (issued, ("renew", SERIAL, "--days", "30", "--yes"), (SIGN,)),
    "amend": (issued, ("amend", SERIAL, "--set", "users.standard=50", "--yes"), (SIGN,)),
    "reissue": (two_keys, ("reissue", "--signed-by", "signing-1", "--key", "second", *OUT), (SIGN,)),
    "answer": (asked, ("answer", "a.lkr", "--order", ORDER), (SIGN,)),
    "answer, reset": (activated, ("answer", "again.lkr", "--reset", "clock"), (SIGN,)),
    "accept, returned": (returned, ("accept", "r.lkr"), (SIGN,)),
    "accept, stated": (activated, ("accept", "s.lkr"), (SIGN,)),
    "suspend bundle": (issued, ("suspend", "bundle", "--yes", f"{SERIAL}-base-1"), (SIGN,)),
    "suspend serial": (issued, ("suspend", "serial", "--yes", SERIAL), (SIGN,)),
    "void bundle": (issued, ("void", "bundle", "--yes", f"{SERIAL}-base-1"), (SIGN,)),
    "void serial": (issued, ("void", "serial", "--yes", SERIAL), (SIGN,)),
    "reinstate bundle": (suspended, ("reinstate", "bundle", "--yes", f"{SERIAL}-base-1"), (SIGN,)),
    "reinstate serial": (issued, ("reinstate", "serial", "--yes", OTHER), (SIGN,)),
    "revoke bundle": (issued, ("revoke", "bundle", "--yes", f"{SERIAL}-base-1"), (SIGN,)),
    "revoke serial": (issued, ("revoke", "serial", "--yes", SERIAL), (SIGN,)),
    "revoke key": (two_keys, ("revoke", "key", "signing-1", "--yes"), (SIGN, ROOT)),
    "pack": (rewritten, ("pack", "--fresh-days", "30"), (SIGN,)),
    "pack, taken": (changed_elsewhere, ("pack", "copy/acme.lkp"), (SIGN,)),
    "keys new": (issued, ("keys", "new"), (SIGN, ROOT)),
    "keys rotate": (two_keys, ("keys", "rotate", "second"), (SIGN, ROOT)),
    "keys admit": (two_keys, ("keys", "admit", "partner.pub", *PARTNER), (ROOT,)),
    "keys retire": (two_keys, ("keys", "retire", "second"), (ROOT,)),
}
"""What comes before, the command, and the keys that it opens."""


@pytest.mark.parametrize("name", CASES)
def test_a_command_verifies_no_signature_twice(desk: Desk, verified: Verified, name: str) -> None:
    prepare, words, keys = CASES[name]
    if prepare is not None:
        prepare(desk)
    verified.clear()
    desk.run(*words, *IN, *(option for key in keys for option in getattr(desk, key)))
    assert verified
    assert {pair: count for pair, count in verified.items() if count > 1} == {}


def test_what_was_signed_since_is_verified_as_well(desk: Desk, verified: Verified) -> None:
    desk.run("keys", "new", "second", *IN, *desk.both_passphrases)
    desk.run("keys", "rotate", "signing-1", *IN, *desk.both_passphrases)
    verified.clear()
    desk.run("issue", ORDER, *IN, *desk.passphrase)
    assert set(verified.values()) == {1}
