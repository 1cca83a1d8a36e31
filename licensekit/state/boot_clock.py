"""The boot clock of this machine: which boot it is, and for how long it has been running.

Each runs while the machine sleeps, and nobody sets it (`docs/installation.md`, "Boot clocks"). What cannot be read is
absent: then there is no boot clock.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from licensekit.dates import seconds_of
from licensekit.state.time import Boot, BootClock, Clocks, Reading, system_clock

_IDENTITY_BYTES: Final = 16
_UUID_BYTES: Final = 64
_REGISTRY: Final = (
    (r"SOFTWARE\Microsoft\Cryptography", "MachineGuid"),
    (r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters", "BootId"),
)


def clocks_of(clock: Callable[[], datetime], boot: BootClock | None = None) -> Clocks:
    """Return what reads a clock and a boot clock together.

    By default the boot clock is the one of this machine, or where `clock` is not, none.
    """
    read = boot or (boot_clock if clock is system_clock else lambda: None)
    return lambda: Reading(seconds_of(clock()), read())


def boot_clock() -> Boot | None:
    """Return what the boot clock of this machine shows; None where there is none."""
    source = SOURCES.get(sys.platform)
    # A system without one of its files, functions or keys has no boot clock.
    with suppress(OSError, AttributeError, ImportError):
        return None if source is None else source()
    return None


def linux(root: Path = Path("/")) -> Boot:
    """Return what `CLOCK_BOOTTIME` shows; `root` is where the system files are."""
    return _boot(_linux_identity(root, os.getpid()), _count("CLOCK_BOOTTIME"))


@lru_cache(maxsize=1)
def _linux_identity(root: Path, _process: int) -> bytes:
    """Return what names this boot, which stays the same while a process runs."""
    identity = (root / "proc/sys/kernel/random/boot_id").read_bytes()
    with suppress(OSError):  # a kernel without time namespaces
        identity += (root / "proc/self/timens_offsets").read_bytes()
    return identity


def macos(load: Callable[[str], Any] = import_module) -> Boot:
    """Return what `mach_continuous_time` shows."""
    ctypes = load("ctypes")
    uuid, size = ctypes.create_string_buffer(_UUID_BYTES), ctypes.c_size_t(_UUID_BYTES)
    failed = ctypes.CDLL(None).sysctlbyname(b"kern.bootsessionuuid", uuid, ctypes.byref(size), None, ctypes.c_size_t(0))
    if failed:
        raise OSError("sysctlbyname")
    return _boot(uuid.value, _count("CLOCK_MONOTONIC_RAW"))


def windows(load: Callable[[str], Any] = import_module) -> Boot:
    """Return what `GetTickCount64` shows."""
    ctypes, registry = load("ctypes"), load("winreg")
    parts: list[str] = []
    for path, name in _REGISTRY:
        with registry.OpenKey(registry.HKEY_LOCAL_MACHINE, path) as key:
            parts.append(str(registry.QueryValueEx(key, name)[0]))
    ticks = ctypes.windll.kernel32.GetTickCount64
    ticks.restype = ctypes.c_uint64
    return _boot(" ".join(parts).encode(), ticks() / 1000)


SOURCES: Final[Mapping[str, Callable[[], Boot]]] = {"linux": linux, "darwin": macos, "win32": windows}
"""Platform, as `sys.platform` names it, to its boot clock."""


def _count(clock: str) -> float:
    read: Callable[[int], float] = getattr(time, "clock_gettime")  # noqa: B009  # Windows has none
    return read(getattr(time, clock))


def _boot(identity: bytes, seconds: float) -> Boot:
    return Boot(sha256(identity).digest()[:_IDENTITY_BYTES], int(seconds))
