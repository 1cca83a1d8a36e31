"""`docs/how-to/testing.md`: its first example is short, and fails for a route that forgets to ask."""

import re
import shlex
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

from licensekit.testing import Sold
from tests.docs.examples import DOCS, Play, blocks
from tests.docs.tables import section, tables, text_of

LINES, COLUMNS = 12, 100
ROUTE, INSTALL, RUN = list(blocks(DOCS / "how-to" / "testing.md"))[:3]


def test_the_first_example_is_short() -> None:
    lines = "".join(block.code for block in (ROUTE, INSTALL, RUN)).splitlines()
    assert len(lines) <= LINES
    assert all(line.strip() and len(line) <= COLUMNS and ";" not in line for line in lines)


def test_all_that_it_installs_are_ours_or_tested_with() -> None:
    ours = " ".join(requires("licensekit-files") or ())
    for package in shlex.split(INSTALL.code)[2:]:
        assert package == "licensekit-files" or package in ours


@pytest.mark.process
def test_the_first_example_fails_for_a_route_that_forgets_to_ask(tmp_path: Path) -> None:
    with Play(tmp_path, "vendor") as playing:
        playing.run(ROUTE._replace(code=ROUTE.code.replace('licensing.allows("server")', "True")))
        failed = subprocess.run(
            [sys.executable, "-m", "pytest"], cwd=playing.folder, capture_output=True, text=True, check=False
        )
    assert failed.returncode == 1
    assert "assert 200 == 402" in failed.stdout


def test_its_table_has_every_argument() -> None:
    rows = tables(section(text_of("how-to/testing.md"), "What is sold?"))[0]
    named = {word for row in rows for word in re.findall(r"`(.*?)`", row[0])}
    assert named == {*Sold.__annotations__, "assigned", "clock"}
