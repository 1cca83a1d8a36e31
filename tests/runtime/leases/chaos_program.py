"""A program of the chaos test: it takes, renews and gives back seats, and writes down what it believes to hold.

Nothing is shared with other programs but numbers without a lock, since any of them may be killed at any moment.
"""

import os
import time
from collections.abc import Callable
from ctypes import c_longlong
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from threading import Thread
from typing import Final, NamedTuple

from licensekit import Licensing
from licensekit.errors import LeaseLost, NoneFree, StateError
from licensekit.installation import Installation, parse_users
from licensekit.runtime.seats import Lease
from tests.homes import PIN
from tests.runtime.leases.chaos_history import GIVEN_BACK, HELD, LOST, REFUSED, SLACK_SECONDS, STOOD_STILL, Line
from tests.runtime.leases.competing_processes import CODE, PACK

IMPORTED: Final = 3000
PAUSE_SECONDS: Final = 0.03


class Task(NamedTuple):
    """What one program does, and where it writes that down."""

    place: str
    holder: str
    wants: int
    """How many seats it holds at most."""
    ttl: int
    log: Path
    ahead: c_longlong
    """How many seconds its wall clock is ahead, at the moment."""
    is_over: c_longlong


def moment() -> float:
    """Return the seconds since the machine was started, by a clock that nobody sets."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def work(task: Task) -> None:
    """Take, renew and give back seats until it is over."""
    random = Random(task.holder)  # noqa: S311  # a choice, no secret
    write = _writer(task.log)
    held: list[Lease] = []
    Thread(target=_tick, args=(write,), daemon=True).start()

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=task.ahead.value)

    with Licensing.open(task.place, root=PIN, pack=PACK, clock=clock, watch=True) as licensing:
        take = partial(licensing.seat, CODE, holder=task.holder, ttl=task.ttl)
        while not task.is_over.value:
            time.sleep(PAUSE_SECONDS)
            held = [lease for lease in held if _is_held(lease, write)]
            choice = random.random()
            try:
                if choice < 0.3 and len(held) < task.wants:
                    held.append(take(wait=random.choice((0, 0, 0.3))).take())
                elif choice < 0.315 and held:
                    _give_back(held.pop(random.randrange(len(held))), write)
                elif choice < 0.33 and held:
                    random.choice(held).renew()
            except (NoneFree, LeaseLost):
                pass
            except StateError as error:
                write(Line(REFUSED, moment(), text=str(error)))
        for lease in held:
            _give_back(lease, write)


def import_users(task: Task) -> None:
    """Import users, again and again, each time with other names; write down how long each import took."""
    write = _writer(task.log)
    round_ = 0
    with Installation.open(task.place, root=PIN, pack=PACK) as installation:
        while not task.is_over.value:
            round_ += 1
            table = "\n".join(["id,name", *(f"user{n},Person {n} {round_}" for n in range(IMPORTED))])
            begin = moment()
            try:
                installation.users.import_rows(parse_users(table))
            except StateError as error:
                write(Line(REFUSED, moment(), text=str(error)))
            else:
                write(Line(HELD, moment(), text=f"{moment() - begin:.2f}"))
            time.sleep(1)


def _writer(log: Path) -> Callable[[Line], None]:
    """Return what appends a line, whole or not at all, to a log that a kill leaves as it is."""
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(line: Line) -> None:
        os.write(handle, line.written().encode())

    return write


def _is_held(lease: Lease, write: Callable[[Line], None]) -> bool:
    begin = moment()
    if (error := lease.error) is None:
        write(Line(HELD, begin, lease.id, lease.row.seat))
        return True
    write(Line(LOST, moment(), lease.id, lease.row.seat, str(error)))
    return False


def _give_back(lease: Lease, write: Callable[[Line], None]) -> None:
    if _is_held(lease, write):
        write(Line(GIVEN_BACK, moment(), lease.id, lease.row.seat))
        lease.release()


def _tick(write: Callable[[Line], None]) -> None:
    """Write down when this program, or the machine, did not run."""
    last = moment()
    while True:
        time.sleep(0.1)
        now = moment()
        if now - last > SLACK_SECONDS:
            write(Line(STOOD_STILL, now, text=f"{now - last}"))
        last = now
