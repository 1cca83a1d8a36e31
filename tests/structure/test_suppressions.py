"""Whatever is excepted from a rule has its reason beside it, or on the line above."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

TOP: Final = Path(__file__).parents[2]
FOLDERS: Final = ("licensekit", "samples", "testkit", "tests")
EXCEPTED: Final = re.compile(r"# *(noqa|type: *ignore|pyright: *ignore|zizmor: *ignore|pragma: *no cover)\b[^#]*")


def without_reason(text: str) -> Iterator[str]:
    """Yield the lines that except something and say nothing of why, nor does a comment above."""
    above = ""
    for line in text.splitlines():
        found = EXCEPTED.search(line)
        if found and not EXCEPTED.sub("", line[found.start() :]).strip("# ") and not above.strip().startswith("#"):
            yield line.strip()
        above = line


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_exception_has_its_reason(folder: str) -> None:
    paths = sorted((TOP / folder).rglob("*.py"))
    assert [(path.name, line) for path in paths for line in without_reason(path.read_text("utf-8"))] == []


def test_each_exception_of_a_workflow_has_its_reason() -> None:
    for path in sorted((TOP / ".github" / "workflows").iterdir()):
        assert list(without_reason(path.read_text("utf-8"))) == [], path


def test_an_exception_without_a_reason_is_found() -> None:
    mark = "# " + "noqa: S101"
    text = f"a  {mark}\nb  {mark}  # why\n# why\nc  {mark}\nd\n"
    assert list(without_reason(text)) == [f"a  {mark}"]


@pytest.mark.process
def test_no_rule_of_security_is_left_out_for_the_package() -> None:
    """Whatever `pyproject.toml` leaves out, and whatever is excepted in a file, is one of these lines."""
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "S", "--ignore-noqa", "licensekit"]
    done = subprocess.run(
        [*command, "--output-format", "concise"], cwd=TOP, capture_output=True, text=True, check=False
    )
    found = re.findall(r"^(\S+?):(\d+):\d+: (S\d+) ", done.stdout, re.MULTILINE)
    assert len(found) > 3
    for name, number, rule in found:
        line = (TOP / name).read_text("utf-8").splitlines()[int(number) - 1]
        assert re.search(rf"noqa: [^#]*{rule}", line), (name, number, rule, line)
