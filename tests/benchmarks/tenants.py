"""What a process pays that has 100 installations open: its threads, and the share of a processor while nobody asks.

The floor is the same process with two threads that sleep as long as ours do. What opening and asking cost is in
`tests.benchmarks.growth.tenants`.

Run: python -m tests.benchmarks.tenants [tenants, 100 by default]
"""

import sys
import tempfile
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path
from shutil import copytree
from typing import Final

from licensekit import Licensing
from licensekit.installation import Installation
from licensekit.runtime.watcher import LOOK_SECONDS, TICK_SECONDS
from tests import homes, today

PACK: Final = today.pack()
TENANTS: Final = 100
SECONDS: Final = 10
THREADS: Final = 2
SHARE: Final = 0.03


def idle_share() -> float:
    """Measure the share of a processor that this process uses while its main thread sleeps."""
    begin, end = time.process_time(), time.monotonic() + SECONDS
    while (left := end - time.monotonic()) > 0:
        time.sleep(left)
    return (time.process_time() - begin) / SECONDS


def bare_share() -> float:
    """Measure the same of two threads that do nothing but wait."""
    stop = threading.Event()

    def wait(pause: float) -> None:
        while not stop.wait(pause):
            pass

    for pause in (TICK_SECONDS, LOOK_SECONDS):
        threading.Thread(target=wait, args=(pause,)).start()
    try:
        return idle_share()
    finally:
        stop.set()


def main() -> None:
    """Open the installations, ask each one question, and measure."""
    tenants = int(sys.argv[1]) if len(sys.argv) > 1 else TENANTS
    floor = bare_share()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        first = Path(folder, "0")
        with Installation.open(first, root=homes.PIN, pack=PACK) as installation:
            installation.activate(today.file(today.bundle()))
        before, opened = threading.active_count(), list[Licensing]()
        for number in range(tenants):
            home = Path(folder, str(number))
            if number:
                copytree(first, home)
            licensing = Licensing.open(home, root=homes.PIN, pack=PACK)
            opened.append(stack.enter_context(closing(licensing)))
        asleep = threading.active_count() - before
        if not all(licensing.allows("server") for licensing in opened):
            raise SystemExit("a tenant is not licensed")
        time.sleep(1)
        threads, share = threading.active_count() - before, idle_share()
    print(f"{tenants} tenants: {asleep} threads before a question, {threads} after (to reach: {THREADS} at most)")
    print(f"idle: {share:.2%} of a processor, floor {floor:.2%} (to reach: {SHARE:.0%} at most)")


if __name__ == "__main__":
    main()
