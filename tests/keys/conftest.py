"""A PKCS#11 token of SoftHSM2, fresh for every test that asks for one."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from typing import NamedTuple
from urllib.parse import quote

import pkcs11
import pytest

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


class Hsm(NamedTuple):
    """SoftHSM2 with one token, labeled `acme`."""

    module: str
    pin: str
    add_token: Callable[[str], None]

    def uri(self, path: str) -> str:
        """Return the URI of what `path` names in this module."""
        return f"pkcs11:{path}?module-path={quote(self.module)}"

    def ask_pin(self) -> str:
        """Return the PIN, as one who is asked."""
        return self.pin


@pytest.fixture
def hsm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hsm]:
    """A SoftHSM2 whose tokens live in a folder of the test's own."""
    module = next(filter(os.path.exists, MODULES), None)
    tool = which("softhsm2-util")
    if module is None or tool is None:
        pytest.skip("SoftHSM2 is not installed (Debian: apt-get install softhsm2)")
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    settings = tmp_path / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))

    def add_token(label: str) -> None:
        command = [tool, "--init-token", "--free", "--label", label]
        pins = ["--pin", "test pin 1234", "--so-pin", "test pin 5678"]
        subprocess.run([*command, *pins], check=True, capture_output=True)

    add_token("acme")
    yield Hsm(module, "test pin 1234", add_token)
    # The module reads its settings when it is initialized, and forgets logins when it is not.
    library = pkcs11.lib(module)
    library.finalize()
