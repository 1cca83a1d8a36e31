"""The running total of what was fuzzed, in `total.toml`: a table for each target."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

FILE: Final = Path(__file__).with_name("total.toml")
_HEAD: Final = """\
# What was fuzzed so far; `python -m tests.fuzz --record` adds to it.
#
# inputs: how many were tried. exceptions: how many findings were among them, slow ones as well; each was mended.
# since: how many inputs were tried after the last one. slowest: the seconds of the processor that one input took.
"""


class Total(NamedTuple):
    """What was found with one target."""

    inputs: int = 0
    exceptions: int = 0
    since: int = 0
    slowest: float = 0.0

    def plus(self, inputs: int, findings: int, slowest: float) -> "Total":
        """Add a run and its number of different findings; if there were any, its inputs do not count as after them."""
        since = 0 if findings else self.since + inputs
        return Total(self.inputs + inputs, self.exceptions + findings, since, max(self.slowest, slowest))


def read(path: Path = FILE) -> dict[str, Total]:
    """Return the total of each target."""
    import tomllib  # noqa: PLC0415  # it is to be instrumented, and so is loaded by `worker.load`

    tables = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    return {name: Total(**one) for name, one in tables.items()}


def write(totals: Mapping[str, Total], names: Iterable[str], path: Path = FILE) -> None:
    """Write the total of each of the targets, in this order."""
    tables = (f"\n[{name}]\n{_lines(totals.get(name, Total()))}" for name in names)
    path.write_text(_HEAD + "".join(tables), "utf-8")


def _lines(total: Total) -> str:
    return "".join(f"{key} = {round(value, 3)}\n" for key, value in total._asdict().items())
