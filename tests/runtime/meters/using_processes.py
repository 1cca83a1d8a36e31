"""Processes that use units until there are none, and write down each one."""

import os
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Final

from licensekit import Licensing
from licensekit.installation import Installation
from tests import today
from tests.homes import PIN
from tests.runtime.meters.conftest import CATALOG

PACK: Final = today.pack(CATALOG)
PROCESSES: Final = get_context("spawn")


def prepare(place: str, units: int) -> None:
    """Set up an installation that has this many units a term, by the clock of this machine."""
    with Installation.open(place, root=PIN, pack=PACK) as installation:
        installation.activate(today.file(today.bundle(1, system={"term": units}, sites={}, users={})))


def application(place: str) -> Licensing:
    """Open the installation as an application does."""
    return Licensing.open(place, root=PIN, pack=PACK)


def use_all(place: str, log: Path) -> None:
    """Use units one by one until none is left, with a byte in `log` for each."""
    with application(place) as licensing, log.open("ab", buffering=0) as lines:
        meter = licensing.meter("term")
        while meter.try_use():
            lines.write(b".")


def use_some(place: str) -> None:
    """Use 77 units, and end without closing anything."""
    meter = application(place).meter("term")
    for _ in range(77):
        meter.use()


def use_in_child(licensing: Licensing, n: int, pipe: Pipe) -> None:
    """Use `n` units in a forked child, and say how many it finds left before."""
    meter = licensing.meter("term")
    pipe.send(meter.remaining)
    for _ in range(n):
        meter.use()
    licensing.close()


def use_and_fork(place: str) -> None:
    """Use 300 units, and 7 in a forked child; both end as programs do, the child first."""
    meter = application(place).meter("term")
    for _ in range(300):
        meter.use()
    child = os.fork()
    for _ in range(0 if child else 7):
        meter.use()
    if child:
        os.waitpid(child, 0)
