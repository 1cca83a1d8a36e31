"""What tests, builds and releases are made with is locked: each file by its hash, and nothing from elsewhere."""

import json
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.shipping.locks import EXTRAS, FOLDER, TOP

PROJECT: Final[dict[str, Any]] = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
OURS: Final = canonicalize_name(PROJECT["name"])
RUN_BY_MACHINES: Final = sorted([TOP / ".ci" / "run", *(TOP / ".github" / "workflows").glob("*.yml")])

OF_NPM: Final = (*FOLDER.glob("*/package-lock.json"), TOP / "samples/readers/typescript/package-lock.json")

NOT_LOCKED: Final = ('"$work"/dist/*.whl', '"$work"/kit/*.whl')
"""What `.ci/run` installs as a user does: our own wheels."""

SYSTEMS: Final = (
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
)
PYTHONS: Final = [found[1] for one in PROJECT["classifiers"] if (found := re.fullmatch(r".* :: (3\.\d+)", one))]
MACHINES: Final = [
    {**system, "python_version": python, "python_full_version": f"{python}.0"}
    for system in SYSTEMS
    for python in PYTHONS
]


def entries(name: str) -> list[str]:
    """Return the entries of a lock, each on one line."""
    text = (FOLDER / f"{name}.txt").read_text("utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins(name: str) -> list[Requirement]:
    """Return what a lock pins."""
    return [Requirement(line.partition("--hash")[0].strip()) for line in entries(name)]


def asked(extra: str) -> Iterator[Requirement]:
    """Yield what an extra asks for, with what other extras of ours do that it names."""
    for one in map(Requirement, PROJECT["optional-dependencies"][extra]):
        if canonicalize_name(one.name) == OURS:
            yield from chain.from_iterable(map(asked, one.extras))
        else:
            yield one


def applies(one: Requirement, machine: dict[str, str]) -> bool:
    return one.marker is None or one.marker.evaluate(machine)


@pytest.mark.attack("replaced-dependency")
@pytest.mark.parametrize("name", EXTRAS)
def test_each_entry_is_a_version_with_hashes(name: str) -> None:
    """Nothing else is installed, whichever index a machine asks, and no index is named."""
    for line in entries(name):
        assert re.fullmatch(r"[\w.-]+==[\w.]+( ; [^;]+?)? +(--hash=sha256:[0-9a-f]{64} *)+", line), line


@pytest.mark.parametrize("name", EXTRAS)
def test_whatever_the_project_asks_for_is_locked_on_each_system(name: str) -> None:
    locked = pins(name)
    for need in [*map(Requirement, PROJECT["dependencies"]), *chain.from_iterable(map(asked, EXTRAS[name]))]:
        for machine in (one for one in MACHINES if applies(need, one)):
            same = [one for one in locked if canonicalize_name(one.name) == canonicalize_name(need.name)]
            [fits] = [one for one in same if applies(one, machine)]
            [version] = [one.version for one in fits.specifier]
            assert need.specifier.contains(version, prereleases=True), (need, machine)


def test_locks_have_the_same_versions() -> None:
    of_first = {(one.name, str(one.marker)): one for one in pins(next(iter(EXTRAS)))}
    for name in EXTRAS:
        for one in pins(name):
            assert str(one.specifier) == str(of_first.get((one.name, str(one.marker)), one).specifier), (name, one)


def test_every_lock_is_one_that_can_be_renewed() -> None:
    assert sorted(one.name for one in FOLDER.glob("*.txt")) == sorted(f"{name}.txt" for name in EXTRAS)


@pytest.mark.attack("replaced-dependency")
@pytest.mark.parametrize("path", OF_NPM, ids=lambda path: path.parent.name)
def test_each_package_of_npm_has_its_hash(path: Path) -> None:
    """And no host: the registry that a machine uses has to give what has this hash."""
    packages = json.loads(path.read_text("utf-8"))["packages"]
    for name, package in packages.items():
        assert not name or re.match(r"sha512-[\w+/]{86}==$", package["integrity"]), name
        assert "resolved" not in package, name


@pytest.mark.attack("replaced-dependency")
@pytest.mark.parametrize("path", RUN_BY_MACHINES, ids=lambda path: path.name)
def test_machines_install_from_locks_alone(path: Path) -> None:
    lines = re.findall(r"^.*\bpip\"? install .*$", path.read_text("utf-8"), re.MULTILINE)
    for line in lines:
        ours = "--no-deps --no-build-isolation" in line
        locked = re.search(r"--require-hashes --requirement locks/(\w+)\.txt$", line)
        assert ours or (locked and locked[1] in EXTRAS) or line.endswith(NOT_LOCKED), line
    for line in re.findall(r"^.*\bnpm install .*$", path.read_text("utf-8"), re.MULTILINE):
        assert line.endswith('"$work"/licensekit-reader-*.tgz'), line


def test_each_lock_is_audited() -> None:
    text = (TOP / ".github" / "workflows" / "audit.yml").read_text("utf-8")
    assert sorted(re.findall(r"pip-audit .* --requirement locks/(\w+)\.txt$", text, re.MULTILINE)) == sorted(EXTRAS)
