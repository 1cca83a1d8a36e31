"""What a process loads that verifies a file: all that does not serve that costs it nothing."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import start

ENGINES = {"sqlite3", "psycopg", "hashlib"}
TEXTS = {"tomllib", "string", "json", "licensekit.errors.templates", "licensekit.errors.coded"}
TABLES = {"csv", "difflib", "email", "html.parser", "licensekit.text.pasted", "licensekit.text.columns"}
SHOWN = {"licensekit.trust.findings", "licensekit.wire.plain", "click"}
OTHERS = {"importlib.metadata", "secrets", "shutil", "traceback", "licensekit.catalog", "licensekit.database"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("start")
    start.prepare(made)
    return made


def loaded(program: str, folder: Path) -> set[str]:
    """Return the modules that a process has loaded."""
    plain = {name: value for name, value in start.environment(folder).items() if not name.startswith("COVERAGE")}
    command = [sys.executable, "-X", "importtime", "-c", program]
    done = subprocess.run(command, cwd=folder, env=plain, check=True, capture_output=True, text=True)
    return set(re.findall(r"^import time:.*\| +(\S+)$", done.stderr, re.MULTILINE))


@pytest.mark.process
def test_verifying_a_file_loads_no_text_no_table_and_no_engine(folder: Path) -> None:
    found = loaded(start.VERIFY, folder)
    assert "licensekit.trust.verify" in found
    assert not found & (ENGINES | TEXTS | TABLES | SHOWN | OTHERS)
    assert not {name for name in found if name.startswith(("licensekit.entitlements.", "licensekit.cli"))}


@pytest.mark.process
def test_the_command_that_verifies_loads_no_message_no_table_and_no_engine(folder: Path) -> None:
    found = loaded(start.VERIFY_COMMAND, folder)
    assert "licensekit.trust.findings" in found
    assert not found & (ENGINES | TEXTS | TABLES | OTHERS)
    sides = ("licensekit.issuer", "licensekit.installation", "licensekit.state", "licensekit.runtime")
    assert not {name for name in found if name.startswith(sides)}


@pytest.mark.process
def test_the_state_of_an_installation_loads_no_mail_and_no_fetching(folder: Path) -> None:
    found = loaded(start.STATUS_COMMAND, folder)
    assert "licensekit.installation" in found
    assert not found & {"importlib.metadata", "email", "ssl", "http.client", "licensekit.text.pasted", "difflib"}
    assert not {name for name in found if name.startswith("licensekit.issuer")}
