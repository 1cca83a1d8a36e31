"""What a vendor and a customer do works where POSIX is missing: tests of it pass with Windows shown to the package.

The real Windows runs the same tests in `.github/workflows/test.yml`.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

TOP: Final = Path(__file__).parents[2]
ACTED: Final = ("-p", "tests.shipping.acted_windows", "-p", "no:cacheprovider", "-q")

pytestmark = [pytest.mark.process, pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run Python so that text in the encoding of the machine is warned of."""
    environment = {**os.environ, "PYTHONWARNDEFAULTENCODING": "1"}
    return subprocess.run(
        [sys.executable, *words], cwd=TOP, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.thorough
def test_the_portable_tests_pass_on_windows_as_it_is_acted() -> None:
    ran = run("-m", "pytest", *ACTED, "-n", "2", f"@{Path(__file__).with_name('portable.txt')}")
    assert ran.returncode == 0, ran.stdout[-10_000:]
    assert " passed" in ran.stdout


@pytest.mark.parametrize(
    "line",
    [
        "import fcntl",
        "from os import fork",
        "import os; os.geteuid()",
        "import time; time.clock_gettime(time.CLOCK_BOOTTIME)",
        "import os; os.open('.', os.O_RDONLY)",
        "import sys; assert sys.platform != 'win32'",
        "open(__file__)",
        "import os; file = open(__file__, encoding='utf-8'); os.rename(__file__, f'{__file__}.moved')",
    ],
)
def test_what_windows_lacks_fails_there(line: str, tmp_path: Path) -> None:
    """Otherwise the test above would see nothing."""
    assert run_line(line, tmp_path).returncode == 1


def test_what_windows_has_works_there(tmp_path: Path) -> None:
    ran = run_line("import os, sys; assert (os.name, sys.platform) == ('nt', 'win32'); os.getpid()", tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")


def run_line(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as a module of the package would."""
    (folder / "line.py").write_text(f"{line}\n", "utf-8")
    program = f"from tests.shipping import acted_windows as w; w.act(); w.run_as_ours({str(folder / 'line.py')!r})"
    return run("-W", "error::EncodingWarning", "-c", program)
