"""A program that PyInstaller has frozen opens its product and runs its commands, with nothing to configure."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

pytestmark = [pytest.mark.process, pytest.mark.thorough]

PROGRAM: Final = """
import sys
from acme_licensing import acme

if sys.argv[1:2] == ["license"]:
    acme.commands()(sys.argv[2:], prog_name="crm license")
with acme.open() as licensing:
    print(licensing.allows("server"))
"""


@pytest.fixture(scope="module", params=["--onedir", "--onefile"])
def frozen(request: pytest.FixtureRequest, shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that was frozen in each way."""
    folder = tmp_path_factory.mktemp("frozen")
    Path(folder, "crm.py").write_text(PROGRAM, "utf-8")
    places = [f"--{name}path={folder / name}" for name in ("dist", "work", "spec")]
    options = [request.param, "--log-level=ERROR", f"--paths={shipped}", *places]
    subprocess.run([sys.executable, "-m", "PyInstaller", *options, folder / "crm.py"], cwd=folder, check=True)
    made = folder / "dist" / "crm"
    return made / "crm" if made.is_dir() else made


def shown(program: Path, *words: str, **environment: str) -> str:
    """Run a frozen program with nothing around it, and return what it prints."""
    system = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    ran = subprocess.run(
        [program, *words],
        env={**system, **environment},
        cwd=program.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


def test_a_frozen_program_takes_a_license_file(frozen: Path, shipped: Path) -> None:
    assert shown(frozen, ACME_LICENSE_FILE=str(shipped / "acme.lic")) == "True\n"


def test_a_frozen_program_has_the_customers_commands(frozen: Path, shipped: Path, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    shown(frozen, "license", "activate", str(shipped / "acme.lic"), ACME_LICENSE_HOME=home)
    shown(frozen, "license", "users", "add", "anna", ACME_LICENSE_HOME=home)
    assert "Example Company" in shown(frozen, "license", "status", ACME_LICENSE_HOME=home)
    assert "licensekit 0" in shown(frozen, "license", "doctor", ACME_LICENSE_HOME=home)
    assert shown(frozen, ACME_LICENSE_HOME=home) == "True\n"


def test_a_frozen_program_has_nothing_of_the_issuer(frozen: Path) -> None:
    viewer = shutil.which("pyi-archive_viewer")
    assert viewer is not None
    listed = subprocess.run(
        [viewer, "--list", "--recursive", frozen], capture_output=True, text=True, check=True
    ).stdout
    assert "licensekit.runtime.licensing" in listed
    assert "licensekit.issuer" not in listed
