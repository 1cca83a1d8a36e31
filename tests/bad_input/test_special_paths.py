"""A path that a program passes is refused immediately if it is not a plain file, as commands refuse it."""

import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

import licensekit
from licensekit import Licensing, installation, issuer, limits
from licensekit.errors import LicenseError
from licensekit.installation import Installation, diagnose, move, restore, upgrade
from licensekit.issuer import Workspace, diagnose_ledger, find_key_file, move_ledger, restore_ledger, upgrade_ledger
from licensekit.keys import keyfile
from tests import homes, makers, workspaces
from tests.confined import Say, confined

pytestmark = [pytest.mark.process, pytest.mark.attack("special-file")]

Call = Callable[[Path], object]
HOME: Final = Path("home")
FOLDER: Final = Path("work")
SERVER: Final = "postgresql://nobody@localhost:1/none"


def _opened(use: Callable[[Installation, Path], object]) -> Call:
    def call(path: Path) -> object:
        with homes.Home(str(HOME)).open() as opened:
            return use(opened, path)

    return call


def _in_workspace(use: Callable[[Workspace, Path], object]) -> Call:
    def call(path: Path) -> object:
        with Workspace.open(FOLDER) as workspace:
            return use(workspace, path)

    return call


CALLS: Final[Mapping[str, Call]] = {
    "Installation.back_up path": _opened(lambda opened, path: opened.back_up(path)),
    "Installation.open home": lambda path: Installation.open(path, root=homes.PIN, pack=homes.pack()).activate("x"),
    "Licensing.open home": lambda path: Licensing.open(path, root=homes.PIN, pack=homes.pack(), watch=False),
    "Workspace.create folder": workspaces.make,
    "Workspace.open folder": Workspace.open,
    "Workspace.publish folder": _in_workspace(lambda one, path: list(one.publish(path, now=workspaces.NOW))),
    "diagnose home": diagnose,
    "diagnose_ledger folder": lambda path: diagnose_ledger(path, now=workspaces.NOW),
    "find_key_file folder": lambda path: find_key_file(path, "signing-1"),
    "move source": lambda path: move(path, "elsewhere"),
    "move target": lambda path: move(HOME, path),
    "move_ledger folder": lambda path: move_ledger(path, SERVER),
    "require_replaceable path": lambda path: issuer.require_replaceable(path, makers.bundle()),
    "restore source": lambda path: restore(path, HOME),
    "restore home": lambda path: restore(Path("backup"), path),
    "restore_ledger source": lambda path: restore_ledger(path, FOLDER),
    "restore_ledger folder": lambda path: restore_ledger(Path("backup"), path),
    "root_key_files paths": lambda path: issuer.root_key_files(FOLDER, [path]),
    "upgrade home": upgrade,
    "upgrade_ledger folder": upgrade_ledger,
}
ELSEWHERE: Final[Mapping[str, str]] = {
    "Installation.propose_update ca": "an address is asked for first; it is read as every file is",
    "Workspace.create_partner folder": "as `create`",
    "Workspace.exists folder": "asks whether there is something, and opens nothing",
    "Workspace.issue_bulk into": "its folder is made and tried by `issue`, which `tests/cli` asks",
    "locate location": "returns a path, and opens nothing",
    "root_key_files folder": "as `find_key_file`",
}
"""What is not tried here, and why."""


def with_paths() -> Iterator[str]:
    """Yield every parameter of a public function or method that takes a path."""
    for module in (licensekit, issuer, installation):
        for name in module.__all__:
            found: Any = getattr(module, name)
            members = inspect.getmembers(found) if inspect.isclass(found) else [("", found)]
            for member, one in members:
                if callable(one) and not member.startswith("_") and not inspect.isclass(one):
                    hints: Mapping[str, object] = getattr(one, "__annotations__", {})
                    for parameter, hint in hints.items():
                        if parameter != "return" and "Path" in str(hint):
                            yield f"{'.'.join(filter(None, (name, member)))} {parameter}"


def test_every_public_function_that_takes_a_path_is_tried() -> None:
    assert set(with_paths()) == {*CALLS, *ELSEWHERE}


@pytest.mark.parametrize("name", CALLS)
def test_what_is_not_a_plain_file_is_an_immediate_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)
    os.mkfifo("pipe")
    Path("circle").symlink_to("circle")
    Path("backup").write_bytes(b"SQLite format 3\0")
    homes.Home(str(HOME)).set_up()
    workspaces.make(FOLDER).close()

    def run(say: Say) -> None:
        for path in (tmp_path / "pipe", tmp_path / "circle", Path("/dev/zero"), Path("/dev/full")):
            say(str(path))
            with pytest.raises(LicenseError):
                CALLS[name](path)

    confined(run)
