"""Time: the readings of a machine's clocks, and the effective time that follows from them and earlier observations.

The rules C1 to C8 are those of `docs/installation.md`, "Time". Times are seconds since 1970 in UTC, so zones and
daylight saving do not matter. A boot clock runs while the machine sleeps, and nobody can set it ("Boot clocks").
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
BOOTS: Final = 256  # for how many boots the newest observation is kept
_ELAPSED: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
_IDENTITY_BYTES: Final = 16
_UUID_BYTES: Final = 64
_REGISTRY: Final = (
    (r"SOFTWARE\Microsoft\Cryptography", "MachineGuid"),
    (r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters", "BootId"),
)


class Boot(NamedTuple):
    """A reading of a boot clock."""

    identity: bytes  # unique to this boot of this host
    seconds: int  # since the boot, including sleep


_NONE: Final = Boot(b"", 0)  # stands for all hosts without a boot clock


class Reading(NamedTuple):
    """A reading of all clocks at one moment."""

    clock: int
    boot: Boot | None = None
    server: int | None = None  # the clock of the database's server, if there is one


class Observation(NamedTuple):
    """The newest observation in a boot."""

    seconds: int
    clock: int
    elapsed: int
    number: int  # `TimeSeen.elapsed` and `TimeSeen.observations` then


class TimeSeen(NamedTuple):
    """The observations of time by an installation."""

    elapsed: int = 0  # seconds that have verifiably passed since the installation was set up
    hard: int = 0  # the hard floor; 0 if there is none yet
    soft: int = 0  # the soft floor; 0 if there is none yet
    level: int = 0  # the latest time that the clock was never below while `ran` was counted
    ran: int = 0  # seconds of running that have confirmed `level` so far
    observations: int = 0  # the number of observations
    activated: int = 0  # the number of the observation at which a document was last activated
    began: int = 0  # the number of the observation since which `ran` is counted; 0 before the first
    boots: Mapping[bytes, Observation] = {}  # identity of a boot to its newest observation, oldest first

    @property
    def floor(self) -> int:
        """The higher floor; the effective time is never below it."""
        return max(self.hard, self.soft)


BootClock = Callable[[], Boot | None]
Clocks = Callable[[], Reading]


def system_clock() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


def elapsed() -> float:
    """Return seconds of a clock that nobody can set and that runs while the machine sleeps."""
    if sys.platform != "win32" and _ELAPSED is not None:
        return time.clock_gettime(_ELAPSED)
    return time.monotonic()


def elapsed_of(boot: BootClock | None) -> Callable[[], float]:
    """Return a function that measures elapsed seconds: by `boot`, in a simulation, else by `elapsed`."""
    return elapsed if boot is None else lambda: elapsed() if (shown := boot()) is None else shown.seconds


def effective(seen: TimeSeen, reading: Reading) -> int:
    """Return the effective time (C1)."""
    return max(reading.clock, observe(seen, reading).floor)


def observe(seen: TimeSeen, reading: Reading) -> TimeSeen:
    """Add a reading of the clocks to the observations (C2, C4 and C5)."""
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
    """Return the time that a bundle activated `at` proves, less the `elapsed` time then (C3)."""
    return min(issued, at) - elapsed


def judge(seen: TimeSeen, proofs: Iterable[int]) -> TimeSeen:
    """Set the hard floor to the latest time that `proofs` of verified documents show."""
    return seen._replace(hard=seen.elapsed + max(proofs, default=-seen.elapsed))


def accept_clock(seen: TimeSeen, clock: int) -> TimeSeen:
    """Apply an administrator's acceptance of the clock (C6)."""
    return _begin(seen, 0, clock)


def reset_clock(seen: TimeSeen, issued: int, clock: int) -> TimeSeen:
    """Apply the vendor's reset of the clock (C7); the journal bounds the proofs likewise."""
    return _begin(seen._replace(hard=min(seen.hard, issued)), issued, clock)


def _begin(seen: TimeSeen, soft: int, clock: int) -> TimeSeen:
    """Restart counting how long the clock stays at or above what it shows now."""
    return seen._replace(soft=soft, level=clock, ran=0, began=seen.observations)


def is_due(seen: TimeSeen, reading: Reading, pause: int) -> bool:
    """Return whether the newest observation in this boot is at least `pause` seconds old."""
    boot = reading.boot or _NONE
    if (last := seen.boots.get(boot.identity)) is None:
        return True
    moved = boot.seconds - last.seconds if reading.boot else reading.clock - last.clock
    return abs(moved) >= pause


def _with(boots: Mapping[bytes, Observation], reading: Reading, elapsed: int, number: int) -> dict[bytes, Observation]:
    """Return the observations with a new one; the oldest boot is dropped if there are too many."""
    boot, after = reading.boot or _NONE, dict(boots)
    after.pop(boot.identity, None)
    if len(after) >= BOOTS:
        del after[next(iter(after))]
    after[boot.identity] = Observation(boot.seconds, reading.clock, elapsed, number)
    return after


def _passed(seen: TimeSeen, reading: Reading) -> tuple[int, int]:
    """Return the seconds since the newest observation of any host, and how many of them count as running."""
    boot = reading.boot or _NONE
    if (last := seen.boots.get(boot.identity)) is None:
        return 0, 0
    if reading.boot is None:
        return 0, max(0, min(reading.clock - last.clock, STEP_SECONDS))
    passed = max(0, last.elapsed + boot.seconds - last.seconds - seen.elapsed)
    # If the interval began before the last activation, or before `level`, it is unknown how much of it came after.
    passed *= last.number >= seen.activated
    return passed, passed * (last.number >= seen.began)


def read_time(data: bytes, observed: bytes, otherwise: TimeSeen) -> TimeSeen:
    """Decode stored observations; return `otherwise` if `observed` is not their digest."""
    if not is_observed(data, observed):
        return otherwise
    kept, boots = json.loads(data)
    known = {bytes.fromhex(boot): Observation(*one) for boot, *one in boots}
    return TimeSeen(*kept)._replace(boots=known)


def is_observed(data: bytes, observed: bytes) -> bool:
    """Return whether the signed `observed` is the digest of `data`."""
    return sha256(data).digest() == observed


def keep_time(connection: Connection, seen: TimeSeen) -> bytes:
    """Store the observations and return their digest, which must be signed."""
    *kept, boots = seen
    data = json.dumps([kept, [[boot.hex(), *one] for boot, one in boots.items()]]).encode()
    connection.run("UPDATE installation SET observations = ?", data)
    return sha256(data).digest()


def clocks_of(clock: Callable[[], datetime], boot: BootClock | None = None) -> Clocks:
    """Return a function that reads `clock` and `boot`; only with the system clock, `boot` defaults to the machine's."""
    read = boot or (boot_clock if clock is system_clock else lambda: None)
    return lambda: Reading(seconds_of(clock()), read())


def boot_clock() -> Boot | None:
    """Read the boot clock of this machine; return None if it has none."""
    source = SOURCES.get(sys.platform)
    # If a file, function or registry key is missing, the system has no boot clock.
    with suppress(OSError, AttributeError, ImportError):
        return None if source is None else source()
    return None


def linux(root: Path = Path("/")) -> Boot:
    """Read `CLOCK_BOOTTIME`; `root` contains the system files."""
    return _boot(_linux_identity(root, os.getpid()), _count("CLOCK_BOOTTIME"))


@lru_cache(maxsize=1)
def _linux_identity(root: Path, _process: int) -> bytes:
    """Return the identity of this boot, which is cached because it cannot change while a process runs."""
    identity = (root / "proc/sys/kernel/random/boot_id").read_bytes()
    with suppress(OSError):  # a kernel without time namespaces
        identity += (root / "proc/self/timens_offsets").read_bytes()
    return identity


def macos(load: Callable[[str], Any] = import_module) -> Boot:
    """Read the clock of `mach_continuous_time`."""
    ctypes = load("ctypes")
    uuid, size = ctypes.create_string_buffer(_UUID_BYTES), ctypes.c_size_t(_UUID_BYTES)
    failed = ctypes.CDLL(None).sysctlbyname(b"kern.bootsessionuuid", uuid, ctypes.byref(size), None, ctypes.c_size_t(0))
    if failed:
        raise OSError("sysctlbyname")
    return _boot(uuid.value, _count("CLOCK_MONOTONIC_RAW"))


def windows(load: Callable[[str], Any] = import_module) -> Boot:
    """Read the clock of `GetTickCount64`."""
    ctypes, registry = load("ctypes"), load("winreg")
    parts: list[str] = []
    for path, name in _REGISTRY:
        with registry.OpenKey(registry.HKEY_LOCAL_MACHINE, path) as key:
            parts.append(str(registry.QueryValueEx(key, name)[0]))
    ticks = ctypes.windll.kernel32.GetTickCount64
    ticks.restype = ctypes.c_uint64
    return _boot(" ".join(parts).encode(), ticks() / 1000)


SOURCES: Final[Mapping[str, Callable[[], Boot]]] = {"linux": linux, "darwin": macos, "win32": windows}
"""Platform, as in `sys.platform`, to its boot clock."""


def _count(clock: str) -> float:
    read: Callable[[int], float] = getattr(time, "clock_gettime")  # noqa: B009  # Windows has none
    return read(getattr(time, clock))


def _boot(identity: bytes, seconds: float) -> Boot:
    return Boot(sha256(identity).digest()[:_IDENTITY_BYTES], int(seconds))
