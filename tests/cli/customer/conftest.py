"""A vendor's files on disk, and the customer's commands on an installation of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import homes, today
from tests.cli.invoking import Ran, invoke
from tests.crm import SOLD, crm_catalog

Command = Callable[..., Ran]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a pack and license files; the platform's data folder lies in it as well."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("LICENSEKIT_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    files = {
        "crm.lkp": today.pack(crm_catalog()),
        "one.lic": today.file(today.bundle(**SOLD)),
        "two.lic": today.file(today.bundle(2, users={"sales": 1}, system={}, sites={})),
        "other.lic": today.file(today.bundle(serial="OTHER-1")),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def run(shelf: Path) -> Command:
    """Run a command in one line; `{pin}` is the root pin."""

    def command(line: str, stdin: bytes | None = None) -> Ran:
        return invoke(line.format(pin=homes.PIN).split(), stdin=stdin)

    assert shelf.exists()
    return command


@pytest.fixture
def crm(run: Command) -> Command:
    """The same, on an installation in which `one.lic` was activated."""
    activated = run("activate one.lic --pack crm.lkp --root {pin}")
    assert (activated.code, activated.err) == (0, "")
    return run
