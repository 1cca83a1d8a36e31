"""The comparison as a whole: which contenders there are here, and what was measured of them."""

import os
import platform
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.peers import node
from tests.benchmarks.peers.cases import CASES, Case
from tests.benchmarks.peers.figures import Comparison, Row
from tests.benchmarks.peers.rounds import Contender, beyond, cold_costs, peak_of, warm_costs

TOP: Final = Path(__file__).parents[3]
STATUS: Final = 'with open("/proc/self/status") as status: print(status.read())\n' if sys.platform == "linux" else ""
COLD: Final = """\
from {module} import {verifier}
with open("public", "rb") as public, open("license", "rb") as text: {verifier}(public.read())(text.read())
"""


def version_of(case: Case) -> str | None:
    """Return the version that is installed of what a case measures, or None."""
    try:
        return version(case.package)
    except PackageNotFoundError:
        return None


def written(case: Case, folder: Path) -> bytes:
    """Write keys and a license into a folder, and return the license."""
    folder.mkdir()
    material = case.make()
    text = case.issuer(material.secret)()
    for name, content in (("secret", material.secret), ("public", material.public), ("license", text)):
        (folder / name).write_bytes(content)
    return text


def contender(case: Case, folder: Path, environment: dict[str, str]) -> Contender:
    """Return how a case whose files are in `folder` is run."""
    verifier: Any = case.verifier
    program = COLD.format(module=verifier.__module__, verifier=verifier.__name__) + STATUS
    warm = [sys.executable, "-m", "tests.benchmarks.peers.worker", case.name, str(folder)]
    return Contender(case.name, case.floor, warm, [sys.executable, "-c", program], folder, environment)


def compare(rounds: int, cases: dict[str, Case] = CASES, *, with_node: bool = True) -> Comparison:
    """Measure every case whose package is installed, and both readers in Node if it is there."""
    versions = {name: version_of(case) for name, case in cases.items()}
    skipped = [f"{name}: not installed" for name, found in versions.items() if found is None]
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        python = _python_rows({name: found for name, found in versions.items() if found}, cases, rounds, top)
        of_node, why = node.rows(top / "node", rounds) if with_node else ([], [])
    return Comparison(_machine(), rounds, python, of_node, skipped + why)


def _python_rows(versions: dict[str, str], cases: dict[str, Case], rounds: int, top: Path) -> list[Row]:
    compiled = {"PYTHONPATH": str(TOP), "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(top / "compiled")}
    environment = {**os.environ, **compiled}
    folders = {name: top / str(number) for number, name in enumerate(versions)}
    texts = {name: written(cases[name], folders[name]) for name in versions}
    contenders = [contender(cases[name], folders[name], environment) for name in versions]
    issue, verify = (warm_costs(contenders, what, rounds=rounds) for what in ("issue", "verify"))
    cold, peaks = cold_costs(contenders, rounds=(rounds + 1) // 2)
    bare = peak_of([sys.executable, "-c", STATUS], top, environment)
    rows: list[Row] = []
    for name, found in versions.items():
        case, text = cases[name], texts[name]
        costs = (issue[name], verify[name], cold[name])
        rows.append(
            Row(name, found, case.scheme, case.floor, len(text), case.size(text), *costs, beyond(peaks[name], bare))
        )
    return rows


def _machine() -> str:
    cores = os.cpu_count() or 1
    return f"{platform.system()} on {platform.machine()}, {cores} cores, Python {platform.python_version()}"
