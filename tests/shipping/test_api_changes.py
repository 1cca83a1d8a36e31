"""A change that breaks callers of the public API is found, and no other one."""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

pytestmark = pytest.mark.process  # griffe asks git where a package is from

PAGE: Final = "::: licensekit.issuer.Workspace\n\n::: licensekit.issuer.sign\n"
MODULE: Final = """
class Workspace:
    folder: str
    def issue(self, order: str, *, now: int = 0) -> str: ...
    def _enter(self): ...

def sign(data: bytes) -> bytes: ...

def undocumented(): ...
"""


@pytest.fixture
def changes() -> ModuleType:
    """What compares two versions."""
    pytest.importorskip("griffe", reason="the extra `lint` brings it, and the quick tier needs none of that")
    return import_module("tests.shipping.api_changes")


def version(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write a package with its reference, in which texts and names of files are changed; return its folder."""
    files = {
        "licensekit/__init__.py": "",
        "licensekit/issuer/__init__.py": "from licensekit.issuer.home import Workspace, sign, undocumented\n",
        "licensekit/issuer/home.py": MODULE,
        "docs/reference/api/signing.md": PAGE,
    }
    for name, text in files.items():
        for before, after in changes:
            name, text = name.replace(before, after), text.replace(before, after)  # noqa: PLW2901  # one after another
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("::: licensekit.issuer.sign\n", ""), "licensekit.issuer.sign was removed"),
        (("    def issue(", "    def make("), "`Workspace.issue`: *Public object was removed*"),
        (("    folder: str\n", ""), "`Workspace.folder`: *Public object was removed*"),
        (("now: int = 0", "now: int"), "`Workspace.issue(now)`: *Parameter is now required*"),
        (("order: str, ", ""), "`Workspace.issue(order)`: *Parameter was removed*"),
        (("data: bytes", "data: bytes, key: str"), "`sign(key)`: *Parameter was added as required*"),
    ],
)
def test_a_change_that_breaks_callers_is_named(
    changes: ModuleType, tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    (line,) = changes.breaks(version(tmp_path / "old"), version(tmp_path / "new", change))
    assert said in line


@pytest.mark.parametrize(
    "change",
    [
        ("now: int = 0", "now: int = 0, by: str = ''"),
        ("    def _enter(self): ...\n", ""),
        ("def undocumented(): ...", "def other(): ..."),
        ("def sign(data", "def new(): ...\n\ndef sign(data"),
        ("home", "elsewhere"),
    ],
)
def test_what_no_caller_can_notice_is_not_a_change(
    changes: ModuleType, tmp_path: Path, change: tuple[str, str]
) -> None:
    assert changes.breaks(version(tmp_path / "old"), version(tmp_path / "new", change)) == []


@pytest.mark.parametrize(
    ("version_now", "may"), [("2.1.0", False), ("3.0.0a1", True), ("10.0.0", True), ("1.9.9", False)]
)
def test_a_new_major_version_may_break_callers(changes: ModuleType, version_now: str, *, may: bool) -> None:
    assert changes.is_new_major("v2.0.0", f'[project]\nversion = "{version_now}"\n') is may
