"""Waiting for what threads and other processes bring about."""

import time
from collections.abc import Callable


def eventually(happens: Callable[[], object], seconds: float = 60) -> bool:
    """Return whether something happens within some seconds."""
    end = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
