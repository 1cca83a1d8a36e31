"""A program in a container: a root file system that cannot be written, an account without rights, name and home."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
import yaml

from tests.docs.tables import section

PAGE: Final = Path(__file__).parents[2] / "docs" / "how-to" / "containers.md"
PROGRAM: Final = """
import sys
from acme_licensing import acme

if sys.argv[1:]:
    acme.commands()(sys.argv[1:], prog_name="crm license")
with acme.open() as licensing:
    print(licensing.allows("server"), *(notice.code for notice in licensing.notices))
"""
ACCOUNT: Final = 10001
# The account may read everything, because the interpreter of the tests may lie in the folder of another account.
_CAPABILITIES: Final = "-all,+dac_read_search"
_CONTAINED: Final = (
    "mount -o remount,bind,ro / && mount --bind -o ro {folder} {folder} && cd {folder} &&"
    " exec setpriv --reuid={account} --regid={account} --clear-groups --no-new-privs"
    " --inh-caps={capabilities} --ambient-caps={capabilities} --bounding-set={capabilities} env -i"
)


class Ended(NamedTuple):
    """What a program has left."""

    code: int
    output: str
    errors: str


class Container(NamedTuple):
    """A folder that a program sees as a part of its image."""

    folder: Path

    def run(self, *words: str, **environment: str) -> Ended:
        """Run the program in it."""
        inside = _CONTAINED.format(folder=self.folder, account=ACCOUNT, capabilities=_CAPABILITIES)
        variables = [f"{name}={value}" for name, value in environment.items()]
        command = [*variables, sys.executable, "-B", "crm.py", *words]
        return _ended(["unshare", "--mount", "/bin/sh", "-c", f'{inside} "$@"', "sh", *command])

    def activate(self, home: str) -> None:
        """Activate the license in `home`, while the image is built."""
        variables = {"ACME_LICENSE_HOME": str(self.folder / home)}
        command = [sys.executable, str(self.folder / "crm.py"), "activate", str(self.folder / "acme.lic")]
        assert _ended(command, variables).code == 0


def _ended(command: list[str], environment: Mapping[str, str] | None = None) -> Ended:
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return Ended(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def container(shipped: Path, tmp_path: Path) -> Container:
    """An image with the product, its license and a program."""
    probe = ["unshare", "--mount", "/bin/sh", "-c", "mount -o remount,bind,ro / && setpriv --version"]
    if not sys.platform.startswith("linux") or subprocess.run(probe, check=False, capture_output=True).returncode:
        pytest.skip("only root may take rights away here")
    for name in ("acme_licensing.py", "acme.lic"):
        shutil.copy(shipped / name, tmp_path)
    (tmp_path / "crm.py").write_text(PROGRAM, "utf-8")
    return Container(tmp_path)


@pytest.mark.process
@pytest.mark.parametrize(
    ("environment", "output"),
    [
        ({"ACME_LICENSE_FILE": "acme.lic"}, "True kept-in-memory"),
        ({"ACME_LICENSE_FILE": "acme.lic", "HOME": "/"}, "True kept-in-memory"),
        ({"ACME_LICENSE_FILE": "missing.lic"}, "False license-not-taken not-activated kept-in-memory"),
        ({"ACME_LICENSE_HOME": "active"}, "True read-only"),
        ({"ACME_LICENSE_HOME": "active", "ACME_LICENSE_FILE": "acme.lic"}, "True read-only"),
        ({"ACME_LICENSE_HOME": "empty"}, "False not-activated"),
        ({"ACME_LICENSE_HOME": "empty", "ACME_LICENSE_FILE": "acme.lic"}, "False license-not-taken not-activated"),
        ({"HOME": "/"}, "False not-activated"),
    ],
)
def test_a_program_starts_and_says_what_it_misses(
    container: Container, environment: dict[str, str], output: str
) -> None:
    container.activate("active")
    assert container.run(**environment) == Ended(0, f"{output}\n", "")


@pytest.mark.process
def test_a_program_without_any_place_is_told_to_name_one(container: Container) -> None:
    code, _, errors = container.run()
    assert code == 1
    assert "HomeInvalid: this account has no folder of its own" in errors


@pytest.mark.process
@pytest.mark.parametrize(
    ("home", "reason"), [("active", "it is not writable"), ("empty", "the file system is read-only")]
)
def test_a_change_is_refused_in_a_line_and_leaves_nothing(container: Container, home: str, reason: str) -> None:
    container.activate("active")
    before = sorted(container.folder.rglob("*"))
    code, output, errors = container.run("activate", "acme.lic", ACME_LICENSE_HOME=home)
    if home == "active":  # the license is active there already
        assert code == 0
        code, output, errors = container.run("users", "add", "anna", ACME_LICENSE_HOME=home)
    assert (code, output) == (8, "")
    assert errors.startswith("crm license: ")
    assert reason in errors
    assert errors.count("\n") == 1
    assert sorted(container.folder.rglob("*")) == before


@pytest.mark.process
def test_commands_look_into_a_home_that_cannot_be_written(container: Container) -> None:
    container.activate("active")
    for command in ("status", "doctor", "audit verify", "users list"):
        code, output, errors = container.run(*command.split(), ACME_LICENSE_HOME="active")
        assert (code, bool(output), errors) == (0, True, ""), command


def _yaml(title: str) -> dict[str, Any]:
    _, found, rest = PAGE.read_text("utf-8").partition(f'```yaml title="{title}"\n')
    assert found
    parsed: dict[str, Any] = yaml.safe_load(rest.partition("```")[0])
    return parsed


def test_the_compose_file_of_the_page_is_what_the_tests_play() -> None:
    """A read-only root, no capabilities, and the license where its variable says."""
    compose = _yaml("compose.yaml")
    service = compose["services"]["crm"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert [f"/run/secrets/{name}" for name in service["secrets"]] == [service["environment"]["ACME_LICENSE_FILE"]]
    assert compose["secrets"].keys() == set(service["secrets"])


def test_the_volume_of_the_page_is_mounted_where_the_home_is() -> None:
    compose = _yaml("compose.volume.yaml")
    service = compose["services"]["crm"]
    (volume,) = compose["volumes"]
    assert service["volumes"] == [f"{volume}:{service['environment']['ACME_LICENSE_HOME']}"]


def test_the_dockerfile_of_the_page_runs_its_program_as_the_account_of_the_tests() -> None:
    text = PAGE.read_text("utf-8").partition('```dockerfile title="Dockerfile"\n')[2].partition("```")[0]
    values = dict(line.split(" ", 1) for line in text.splitlines())
    assert list(values) == ["FROM", "RUN", "WORKDIR", "COPY", "USER", "CMD"]
    assert values["USER"] == f"{ACCOUNT}:{ACCOUNT}"
    assert values["CMD"] == '["python", "crm.py"]'
    assert values["COPY"].split()[:-1] == ["acme_licensing.py", "crm.py"]


def test_the_page_has_a_row_for_each_place_that_is_tried() -> None:
    """The table of read-only roots has the notices that the programs above print."""
    text = section(PAGE.read_text("utf-8"), "Can the home be read-only?")
    for code in ("read-only", "not-activated", "license-not-taken", "home-invalid"):
        assert f"`{code}`" in text
