"""Runs something in a process of its own, with little memory and time; for what a stranger's bytes may cost."""

import gc
import os
import resource
import signal
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

MEMORY: Final = 500_000_000  # bytes
SECONDS: Final = 60
WAITING_SECONDS: Final = 300
"""For one that waits for something: where others are on the machine as well, all takes its time."""
Say = Callable[[str], None]


def confined(run: Callable[[Say], None]) -> str:
    """Run it in a forked process, and return what it said; fail with the end of that if it fails or is killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        os._exit(_tried(run, writer))
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        said = stream.read().decode()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"ended with {status}: {said[-3000:]}"
    return said


def _tried(run: Callable[[Say], None], writer: int) -> int:
    def say(text: str) -> None:
        os.write(writer, f"{text}\n".encode(errors="backslashreplace"))

    gc.freeze()  # what tests hold is nothing to be looked through again and again
    try:
        _confine()
        run(say)
    except BaseException:  # noqa: BLE001  # whatever it is, the parent says it
        say(traceback.format_exc())
        return 1
    return 0


def _confine() -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    spent = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    bounds = {
        resource.RLIMIT_AS: used + MEMORY,
        resource.RLIMIT_CPU: spent + SECONDS,
        resource.RLIMIT_FSIZE: MEMORY,
        resource.RLIMIT_CORE: 0,
    }
    for limit, most in bounds.items():
        resource.setrlimit(limit, (most, most))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(WAITING_SECONDS)
