"""Programs of this version and of the next one share an installation while its schema changes below them."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.runtime.leases import competing_processes

pytestmark = pytest.mark.process
ROOT: Final = Path(__file__).parents[2]
STEPS: Final = {
    "2-phones.sql": """-- oldest reader 1, writer 1, database 2

ALTER TABLE users ADD COLUMN phone {text};
ALTER TABLE leases ADD COLUMN room {text};
ALTER TABLE journal ADD COLUMN origin {integer};
CREATE TABLE phones (id {text} PRIMARY KEY, number {text} NOT NULL) {strict};
""",
    "3-old-phones.sql": """-- oldest reader 2, writer 2, database 2

DROP TABLE phones;
""",
}
"""The migrations of a version to come: one expands the schema, and one contracts it."""


@pytest.fixture(params=["folder", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place of each kind, with enough seats for everybody."""
    found = str(request.getfixturevalue("postgres_location") if request.param == "server" else tmp_path / "home")
    competing_processes.prepare(found, 60)
    return found


@pytest.fixture
def versions(tmp_path: Path) -> tuple[Path, Path]:
    """The folders of this version of the package, and of one to come."""
    later = tmp_path / "later"
    shutil.copytree(ROOT / "licensekit", later / "licensekit", ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in STEPS.items():
        (later / "licensekit" / "state" / "migrations" / name).write_text(text, "utf-8")
    return ROOT, later


class Member:
    """A running program of some version."""

    def __init__(self, version: Path, place: str) -> None:
        self.process = _start(version, "tests.runtime.fleet_member", place)
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline().strip()

    def stop(self) -> dict[str, Any]:
        """End it, and return how it went."""
        text, _ = self.process.communicate(timeout=60)
        found: dict[str, Any] = json.loads(text)
        return found


@pytest.fixture
def start() -> Iterator[Callable[[Path, str], Member]]:
    """Start a program; whatever still runs at the end is killed."""
    started: list[Member] = []

    def start(version: Path, place: str) -> Member:
        started.append(Member(version, place))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()


def _start(version: Path, module: str, *arguments: str) -> "subprocess.Popen[str]":
    # The folder of a module comes before PYTHONPATH: the version is taken from there, and the tests from here.
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=version,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def upgrade(version: Path, place: str) -> dict[str, Any]:
    """Upgrade with a version's own command."""
    text, _ = _start(version, "licensekit", "upgrade", "--home", place, "--json").communicate(timeout=120)
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_fleet_is_upgraded_without_a_stop(
    place: str, versions: tuple[Path, Path], start: Callable[[Path, str], Member]
) -> None:
    this, later = versions
    older = [start(this, place) for _ in range(3)]
    assert [one.said for one in older] == ["1"] * 3
    time.sleep(1)
    expanded = upgrade(later, place)
    assert (expanded["steps"], expanded["waiting"]) == (["2-phones"], ["3-old-phones"])
    newer = [start(later, place) for _ in range(2)]
    older.append(start(this, place))
    assert [one.said for one in (*newer, older[-1])] == ["3", "3", "1"]
    time.sleep(3)
    waits = upgrade(later, place)
    assert (waits["steps"], waits["schema"]) == ([], 2)
    assert waits["programs"]
    told = [one.stop() for one in older]
    if "://" not in place:  # of a file it is known only that somebody has it open
        told += [one.stop() for one in newer]
    contracted = upgrade(later, place)
    assert (contracted["steps"], contracted["reader"]) == (["3-old-phones"], 2)
    if "://" in place:
        time.sleep(2)
        told += [one.stop() for one in newer]
    assert [one["failed"] for one in told] == [{}] * 6
    assert min(one["asked"] for one in told) > 10
    late = start(this, place)
    assert "a newer program has upgraded it to schema 3, which programs of schema 1 cannot read" in late.said
    assert "update this program" in late.said
