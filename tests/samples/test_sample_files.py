"""The signed sample is what its maker makes, and the commands of `keys/README.md` run as they are written."""

import re
import shlex
import shutil
from base64 import b64decode
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from licensekit import Verifier
from licensekit.dates import DAY_SECONDS
from licensekit.keys.keyfile import open_, peek
from tests import makers
from tests.issuer_command import Desk
from tests.samples.sample_files import ISSUED, KEY, LICENSE, NOW, PACK, PASSPHRASE, TOP, sample_files

README = (TOP / "keys" / "README.md").read_text("utf-8")
MADE = sample_files()


def example(name: str) -> str:
    """Return the code block behind the mark `<!-- example: name -->`."""
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found, name
    return found[1]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the folders that the page names."""
    shutil.copytree(TOP / "keys", tmp_path / "keys")
    shutil.copytree(TOP / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LICENSEKIT_HOME", str(tmp_path / "home"))
    return tmp_path


def test_the_committed_files_are_what_is_made() -> None:
    assert LICENSE.read_text("ascii") == f"{MADE.license}\n"
    assert PACK.read_text("ascii") == MADE.pack


def test_the_key_file_holds_the_test_key_and_says_so() -> None:
    """It is sealed with a salt of its own, so it is opened and not compared."""
    text = KEY.read_text("ascii")
    assert open_(text, PASSPHRASE).reveal_secret() == makers.key("vendor").reveal_secret()
    assert peek(text).label == "TEST KEY vendor"


def test_the_key_file_opens_by_the_text_of_the_format_alone() -> None:
    """`docs/format.md`, "Key files"."""
    body = KEY.read_text("ascii").strip().removeprefix("lkkey1.")
    data = b64decode(body + "=" * (-len(body) % 4))
    scheme, log2_n, salt, length = data[0], data[1], data[2:18], int.from_bytes(data[18:20], "big")
    head = 20 + length + 32
    assert (scheme, data[20 : 20 + length].decode()) == (1, "TEST KEY vendor")
    key = Scrypt(salt=salt, length=32, n=2**log2_n, r=8, p=1).derive(PASSPHRASE)
    secret = ChaCha20Poly1305(key).decrypt(bytes(12), data[head:], b"lkkey1." + data[:head])
    assert secret == sha256(b"licensekit TEST KEY vendor 1").digest()


def test_nothing_else_lies_among_the_keys() -> None:
    assert {path.name for path in KEY.parent.iterdir()} == {"README.md", KEY.name, PACK.name}


def test_the_page_names_the_root_and_the_passphrase() -> None:
    assert set(re.findall(r"lkroot1-\w+", README)) == {MADE.root}
    assert f"`{PASSPHRASE.decode()}`" in README


def test_its_commands_verify_and_activate_the_license(checkout: Path) -> None:
    desk = Desk.begin(checkout)
    verify, activate = (shlex.split(line)[1:] for line in example("verify").splitlines())
    assert "BUNDLE  VERIFIED" in desk.run(*verify).stdout
    desk.run(*activate)
    assert "Nordlys Kraft AS" in desk.run("status").stdout


@pytest.mark.usefixtures("checkout")
def test_its_program_signs_a_license_that_the_pack_believes() -> None:
    names: dict[str, Any] = {}
    exec(example("sign"), names)  # noqa: S102  # our own page
    verified = Verifier(root=MADE.root, pack=MADE.pack).verify(names["text"], now=NOW)
    assert (verified.sequence, dict(verified.users)) == (2, {"sales-pro": 1})


def test_the_license_counts_from_the_day_on_which_it_was_made() -> None:
    """Whoever tries it later finds it in force for years."""
    verifier = Verifier(root=MADE.root, pack=MADE.pack)
    for years in (0, 5, 9):
        now = datetime.fromtimestamp(ISSUED + years * 365 * DAY_SECONDS, NOW.tzinfo)
        assert verifier.verify(MADE.license, now=now).allows("quote")
