"""Time: what the clocks of a machine show, and a pure function of that and of what an installation has seen.

The rules C1 to C8 are those of `docs/installation.md`, "Time". Times are seconds since 1970 in UTC, so zones and
daylight saving change nothing here. A boot clock runs while the machine sleeps, and nobody sets it ("Boot clocks").
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

from licensekit.database import Connection
from licensekit.dates import DAY_SECONDS, seconds_of

CONFIRM_SECONDS: Final = DAY_SECONDS
STEP_SECONDS: Final = 6 * 3600
BOOTS: Final = 256  # of how many boots the newest observation is kept
_ELAPSED: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
_IDENTITY_BYTES: Final = 16
_UUID_BYTES: Final = 64
_REGISTRY: Final = (
    (r"SOFTWARE\Microsoft\Cryptography", "MachineGuid"),
    (r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters", "BootId"),
)


class Boot(NamedTuple):
    """What a boot clock shows."""

    identity: bytes  # of this boot of this host; no other boot of any host has it
    seconds: int  # for how long the host has been running, those seconds included that it slept


_NONE: Final = Boot(b"", 0)  # under which hosts without a boot clock are recorded


class Reading(NamedTuple):
    """What the clocks show at one moment."""

    clock: int
    boot: Boot | None = None
    server: int | None = None  # what the clock of the database's server shows, where there is one


class Observation(NamedTuple):
    """The newest observation within a boot."""

    seconds: int
    clock: int
    elapsed: int
    number: int  # `TimeSeen.elapsed` and `TimeSeen.observations` then


class TimeSeen(NamedTuple):
    """What an installation remembers of time."""

    elapsed: int = 0  # the seconds that have verifiably passed since the installation was set up
    hard: int = 0
    soft: int = 0  # the floors; 0 where there is none yet
    level: int = 0  # the latest time below which the clock never was, while `ran` was counted
    ran: int = 0  # the seconds of running that have confirmed `level` so far
    observations: int = 0  # how many there were
    activated: int = 0  # the number of the one with which a document was activated last
    began: int = 0  # the number of the one since which `ran` is counted; 0 before the first
    boots: Mapping[bytes, Observation] = {}  # identity of a boot to its newest observation, the oldest first

    @property
    def floor(self) -> int:
        """The higher floor: no effective time is before it."""
        return max(self.hard, self.soft)


BootClock = Callable[[], Boot | None]
Clocks = Callable[[], Reading]  # what reads the clocks of a machine


def system_clock() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


def elapsed() -> float:
    """Return seconds by a clock that nobody sets, and that runs while the machine sleeps."""
    if sys.platform != "win32" and _ELAPSED is not None:
        return time.clock_gettime(_ELAPSED)
    return time.monotonic()


def elapsed_of(boot: BootClock | None) -> Callable[[], float]:
    """Return what measures time that passes: a boot clock that is given, in a simulation, else `elapsed`."""
    return elapsed if boot is None else lambda: elapsed() if (shown := boot()) is None else shown.seconds


def effective(seen: TimeSeen, reading: Reading) -> int:
    """Return the time that counts (C1)."""
    return max(reading.clock, observe(seen, reading).floor)


def observe(seen: TimeSeen, reading: Reading) -> TimeSeen:
    """Return what is remembered once the clocks were read (C2, C4 and C5)."""
    passed, running = _passed(seen, reading)
    elapsed, number = seen.elapsed + passed, seen.observations + 1
    clock = reading.clock if reading.server is None else min(reading.clock, reading.server)
    level = min(seen.level + running, clock) if seen.began else clock
    confirmed = seen._replace(
        elapsed=elapsed,
        hard=seen.hard and seen.hard + passed,
        soft=seen.soft and seen.soft + running * (reading.boot is not None),
        level=level,
        ran=seen.ran + running,
        observations=number,
        began=seen.began or number,
        boots=_with(seen.boots, reading, elapsed, number),
    )
    return confirmed if confirmed.ran < CONFIRM_SECONDS else _begin(confirmed, max(confirmed.soft, level), clock)


def prove(issued: int, at: int, elapsed: int) -> int:
    """Return what a bundle proves of time that is activated `at`: its time less `elapsed` (C3)."""
    return min(issued, at) - elapsed


def judge(seen: TimeSeen, proofs: Iterable[int]) -> TimeSeen:
    """Return what was seen, with the hard floor of what documents prove that still verify."""
    return seen._replace(hard=seen.elapsed + max(proofs, default=-seen.elapsed))


def accept_clock(seen: TimeSeen, clock: int) -> TimeSeen:
    """Return what is remembered once an administrator has accepted the clock (C6)."""
    return _begin(seen, 0, clock)


def reset_clock(seen: TimeSeen, issued: int, clock: int) -> TimeSeen:
    """Return what is remembered after the vendor's reset (C7); proofs are bounded likewise."""
    return _begin(seen._replace(hard=min(seen.hard, issued)), issued, clock)


def _begin(seen: TimeSeen, soft: int, clock: int) -> TimeSeen:
    """Begin to count again for how long the clock was never below what it shows now."""
    return seen._replace(soft=soft, level=clock, ran=0, began=seen.observations)


def is_due(seen: TimeSeen, reading: Reading, pause: int) -> bool:
    """Return whether the newest observation in this boot is `pause` seconds old."""
    boot = reading.boot or _NONE
    if (last := seen.boots.get(boot.identity)) is None:
        return True
    moved = boot.seconds - last.seconds if reading.boot else reading.clock - last.clock
    return abs(moved) >= pause


def _with(boots: Mapping[bytes, Observation], reading: Reading, elapsed: int, number: int) -> dict[bytes, Observation]:
    """Return the newest observations with one more; those of the oldest boots are forgotten."""
    boot, after = reading.boot or _NONE, dict(boots)
    after.pop(boot.identity, None)
    if len(after) >= BOOTS:
        del after[next(iter(after))]
    after[boot.identity] = Observation(boot.seconds, reading.clock, elapsed, number)
    return after


def _passed(seen: TimeSeen, reading: Reading) -> tuple[int, int]:
    """Return what has passed since the newest observation of any host, and for how long it ran."""
    boot = reading.boot or _NONE
    if (last := seen.boots.get(boot.identity)) is None:
        return 0, 0
    if reading.boot is None:
        return 0, max(0, min(reading.clock - last.clock, STEP_SECONDS))
    passed = max(0, last.elapsed + boot.seconds - last.seconds - seen.elapsed)
    # Of time that began before an activation, or before `level`, it is unknown how much came after.
    passed *= last.number >= seen.activated
    return passed, passed * (last.number >= seen.began)


def read_time(data: bytes, observed: bytes, otherwise: TimeSeen) -> TimeSeen:
    """Return what was seen of time: `data` if `observed` is its digest, or else `otherwise`."""
    if not is_observed(data, observed):
        return otherwise
    kept, boots = json.loads(data)
    known = {bytes.fromhex(boot): Observation(*one) for boot, *one in boots}
    return TimeSeen(*kept)._replace(boots=known)


def is_observed(data: bytes, observed: bytes) -> bool:
    """Return whether `observed`, which was signed, is the digest of `data`."""
    return sha256(data).digest() == observed


def keep_time(connection: Connection, seen: TimeSeen) -> bytes:
    """Keep what was seen of time, and return the digest of it, which is to be signed."""
    *kept, boots = seen
    data = json.dumps([kept, [[boot.hex(), *one] for boot, one in boots.items()]]).encode()
    connection.run("UPDATE installation SET observations = ?", data)
    return sha256(data).digest()


def clocks_of(clock: Callable[[], datetime], boot: BootClock | None = None) -> Clocks:
    """Return what reads a clock and a boot clock together: by default this machine's, or with a `clock` given, none."""
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
