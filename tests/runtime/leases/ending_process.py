"""A program that takes a seat, says so, and ends in the way that it is asked for.

Run: python -m tests.runtime.leases.ending_process PLACE WAY
"""

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from licensekit import Lease, Licensing, Seat
from tests.homes import PIN
from tests.runtime.leases.competing_processes import CODE, PACK

TTL: Final = 600


def seat(licensing: Licensing, holder: str = "program", wait: float = 0) -> Seat:
    """Return a seat that stays taken for as long as no test lasts."""
    return licensing.seat(CODE, holder=holder, ttl=TTL, wait=wait)


def end(_: Licensing) -> None:
    """End as the last line was run."""


def leave(_: Licensing) -> None:
    """Leave with an exit code."""
    sys.exit(3)


def fail(_: Licensing) -> None:
    """End with an error that nobody handles."""
    raise ZeroDivisionError


def stop_on_sigterm(_: Licensing) -> None:
    """Wait to be terminated, with the lines of `docs/how-to/concurrent-seats.md`."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    ready()
    time.sleep(60)


def stop_tasks_on_sigterm(licensing: Licensing) -> None:
    """Wait in a task for that."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))

    async def main() -> None:
        async with seat(licensing, "task"):
            ready()
            await asyncio.sleep(60)

    asyncio.run(main())


def ignore_sigterm(_: Licensing) -> None:
    """Wait to be terminated, unprepared."""
    ready()
    time.sleep(60)


def leave_threads(licensing: Licensing) -> None:
    """End while threads hold seats: one that ends with the program, one for which it waits, and two that wait."""

    def hold(seconds: float) -> None:
        with seat(licensing, f"thread for {seconds}"):
            held.release()
            time.sleep(seconds)

    held = threading.Semaphore(0)
    threading.Thread(target=hold, args=(60,), daemon=True).start()
    threading.Thread(target=hold, args=(0.2,)).start()
    ThreadPoolExecutor(1).submit(hold, 0.2)
    for _ in range(3):
        held.acquire()


def close_first(licensing: Licensing) -> None:
    """End with nothing open, while a lease is still referred to."""
    licensing.close()


def fork(licensing: Licensing) -> None:
    """Fork a child that ends as this does, and leaves the parent's seat alone."""
    child = os.fork()
    if child:
        assert os.waitpid(child, 0)[1] == 0
        assert licensing.count(CODE).in_use == 1
        HELD[0].renew()
    else:
        HELD.append(seat(licensing, "child").take())


def start_children(licensing: Licensing) -> None:
    """Start children in each way; one that is forked has none of the seats here, nor ends with its own."""
    for way in ("fork", "spawn", "forkserver"):
        multiprocessing.set_start_method(way, force=True)
        child = multiprocessing.Process(target=_in_child, args=(sys.argv[1], way))
        child.start()
        child.join()
        assert child.exitcode == 0, way
        assert licensing.count(CODE).in_use == 1, way
    HELD[0].renew()


def _in_child(place: str, way: str) -> None:
    licensing = OPEN[0] if way == "fork" else Licensing.open(place, root=PIN, pack=PACK)
    HELD.append(seat(licensing, way).take())
    assert licensing.count(CODE).in_use == 2
    OPEN.append(licensing)


def be_killed(_: Licensing) -> None:
    """End without a chance to release anything."""
    os.kill(os.getpid(), signal.SIGKILL)


def ready() -> None:
    """Report that everything was taken."""
    print("ready", flush=True)


WAYS: Final[dict[str, Callable[[Licensing], None]]] = {
    way.__name__: way
    for way in (
        end, leave, fail, stop_on_sigterm, stop_tasks_on_sigterm, ignore_sigterm, leave_threads, close_first, fork,
        start_children, be_killed,
    )
}  # fmt: skip
OPEN: Final[list[Licensing]] = []
HELD: Final[list[Lease]] = []


if __name__ == "__main__":
    OPEN.append(Licensing.open(sys.argv[1], root=PIN, pack=PACK))
    HELD.append(seat(OPEN[0]).take())
    WAYS[sys.argv[2]](OPEN[0])
