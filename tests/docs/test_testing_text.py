"""`docs/how-to/testing.md`: its first example is short, is typed in as it stands, and its other programs run."""

import os
import re
import shlex
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest

from licensekit import Licensing
from licensekit.product import Product
from licensekit.testing import Sold, TestLicensing, licenses
from licensekit.wire.documents import Kind
from tests import homes, makers
from tests.docs.tables import code_blocks, section, tables, text_of
from tests.test_readme import type_in

TEXT = text_of("how-to/testing.md")
LINES, COLUMNS = 12, 100
CATALOG = makers.catalog(licenses={"server": makers.license_entry(Kind.SYSTEM), "standard": makers.license_entry()})


def example(name: str) -> str:
    """Return the block after the mark `<!-- example: name -->`."""
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", TEXT, re.DOTALL)
    assert found, name
    return found[1]


EXAMPLES = [example(name) for name in ("set up", "route", "run")]


def test_the_first_example_is_short() -> None:
    lines = "".join(EXAMPLES).splitlines()
    assert len(lines) <= LINES
    assert all(line.strip() and len(line) <= COLUMNS and ";" not in line for line in lines)


@pytest.mark.process
def test_the_first_example_passes_when_it_is_typed_in(tmp_path: Path) -> None:
    """And it fails for a route that forgets to ask."""
    install, init = example("set up").splitlines()
    ours = " ".join(requires("licensekit-files") or ())
    for package in shlex.split(install)[2:]:
        assert package == "licensekit-files" or package in ours
    type_in(init, tmp_path)
    module = tmp_path / "test_reports.py"
    module.write_text(example("route"))
    assert run_pytest(tmp_path).returncode == 0
    module.write_text(example("route").replace('licensing.allows("server")', "True"))
    failed = run_pytest(tmp_path)
    assert failed.returncode == 1
    assert "assert 200 == 402" in failed.stdout


def run_pytest(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *example("run").split()]
    home = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder / "data")}
    return subprocess.run(command, cwd=folder, env=home, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("program", [one for one in code_blocks(TEXT) if one not in EXAMPLES])
def test_its_other_programs_run(program: str) -> None:
    acme: Product[Licensing] = Product(makers.PRODUCT, root=homes.PIN, pack=homes.pack(CATALOG))
    names: dict[str, Any] = {"acme": acme, "date": date, "datetime": datetime, "timedelta": timedelta, "UTC": UTC}
    with ExitStack() as stack:

        def opened(product: Product[Any] | None = None, **given: Any) -> TestLicensing:
            return stack.enter_context(product.testing(**given) if product else licenses(**given))

        names["licensing"] = opened(acme, users={"standard": 5}, system=["server"])
        exec(program, names)  # noqa: S102  # our own text
        for test in [one for name, one in names.items() if name.startswith("test_")]:
            test(opened)


def test_its_table_has_every_argument() -> None:
    named = [word for row in tables(section(TEXT, "What is sold"))[0] for word in re.findall(r"`(.*?)`", row[0])]
    assert set(named) == {*Sold.__annotations__, "assigned", "clock"}
