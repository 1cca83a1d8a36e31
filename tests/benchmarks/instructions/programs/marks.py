"""The part of a program that is counted: between two marks.

A mark is a call of `getpriority`, which nothing else makes, and which callgrind knows by its name in the C library:
before each one it writes down what it has counted, and begins at zero.
"""

import gc
import os
from collections.abc import Callable
from typing import Final

Loop = Callable[[int], object]
"""Makes as many calls as it is told."""

MARK: Final = "getpriority"
WARM: Final = 2
"""Calls before the first mark: what is loaded or kept on first use is not counted."""


def between_marks(loop: Loop, calls: int, *, warm: int = WARM) -> None:
    """Make `calls` calls between two marks, after `warm` others.

    Without the garbage collector: when it runs depends on what was allocated long before, and one run of it costs as
    much as many calls.
    """
    loop(warm)
    gc.collect()
    gc.disable()
    _mark()
    loop(calls)
    _mark()
    gc.enable()


def _mark() -> None:
    os.getpriority(os.PRIO_PROCESS, 0)
