"""Each boot clock names its boot and counts its seconds; a clock that cannot be read proves nothing."""

import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from licensekit.dates import seconds_of
from licensekit.state import time as module
from licensekit.state.time import Boot, boot_clock, clocks_of, linux, macos, system_clock, windows
from tests.homes import Clock

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the others are acted out here")


def system_files(root: Path, boot_id: str, offsets: str | None = None) -> Path:
    """Write the files of a running Linux."""
    random = root / "proc/sys/kernel/random"
    random.mkdir(parents=True)
    (random / "boot_id").write_text(boot_id)
    if offsets is not None:
        (root / "proc/self").mkdir()
        (root / "proc/self/timens_offsets").write_text(offsets)
    return root


def test_this_machine_has_one_boot_and_counts_on() -> None:
    first, later = boot_clock(), boot_clock()
    assert first is not None
    assert later is not None
    assert first.identity == later.identity
    assert first.seconds <= later.seconds <= time.clock_gettime(time.CLOCK_BOOTTIME)


def test_boots_and_time_namespaces_have_identities_of_their_own(tmp_path: Path) -> None:
    places = {"a": ("x", None), "b": ("y", None), "c": ("x", "boottime 0 0"), "d": ("x", "boottime 9 0")}
    roots = [system_files(tmp_path / name, *files) for name, files in places.items()]
    assert len({linux(root).identity for root in roots}) == len(places)
    assert linux(roots[0]).identity == linux(roots[0]).identity


def test_what_cannot_be_read_is_not_a_boot_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SOURCES", {"linux": lambda: linux(tmp_path)})
    assert boot_clock() is None
    monkeypatch.setattr(module, "SOURCES", {})
    assert boot_clock() is None


def fake_ctypes(**functions: Any) -> SimpleNamespace:
    """Return a `ctypes` with the functions of another system."""
    library = SimpleNamespace(**functions)

    def given(value: Any) -> Any:
        return value

    def buffer(_: int) -> SimpleNamespace:
        return SimpleNamespace(value=b"")

    def loaded(_: None) -> SimpleNamespace:
        return library

    return SimpleNamespace(
        create_string_buffer=buffer,
        c_size_t=int,
        c_uint64=int,
        byref=given,
        CDLL=loaded,
        windll=SimpleNamespace(kernel32=library),
    )


@pytest.mark.parametrize("failed", [0, -1])
def test_macos_counts_by_its_continuous_time_within_a_boot_session(failed: int) -> None:
    def sysctlbyname(name: bytes, value: SimpleNamespace, *_: object) -> int:
        assert name == b"kern.bootsessionuuid"
        value.value = b"A1"
        return failed

    def load(_: str) -> SimpleNamespace:
        return fake_ctypes(sysctlbyname=sysctlbyname)

    if failed:
        with pytest.raises(OSError, match=r"^sysctlbyname$"):
            macos(load)
        return
    boot = macos(load)
    assert boot.identity == macos(load).identity
    assert boot.seconds <= time.clock_gettime(time.CLOCK_MONOTONIC_RAW)


class Registry:
    """A registry of Windows, with the values of two keys."""

    HKEY_LOCAL_MACHINE = "machine"

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values

    def OpenKey(self, _: str, path: str) -> AbstractContextManager[str]:  # noqa: N802  # its name
        """Open a key."""
        return nullcontext(path)

    def QueryValueEx(self, _: str, name: str) -> tuple[object, int]:  # noqa: N802  # its name
        """Return a value and its type."""
        return self.values[name], 1


def test_windows_counts_ticks_within_the_numbered_boot_of_a_machine() -> None:
    def boot(**values: object) -> Boot:
        modules = {
            "winreg": Registry({"MachineGuid": "G", "BootId": 7, **values}),
            "ctypes": fake_ctypes(GetTickCount64=Ticks()),
        }
        return windows(modules.__getitem__)

    assert boot().seconds == 1_234_567_890
    assert len({boot(**values).identity for values in ({}, {"BootId": 8}, {"MachineGuid": "H"})}) == 3


class Ticks:
    """The function of the kernel, which returns 32 bits unless more are asked for."""

    restype: object = None

    def __call__(self) -> int:
        """Return milliseconds."""
        ticks = 1_234_567_890_123
        return ticks if self.restype is int else ticks % 2**32


def test_a_clock_of_another_machine_has_no_boot_clock_unless_it_is_given() -> None:
    reading = clocks_of(system_clock)()
    assert reading.boot is not None
    assert abs(reading.clock - seconds_of(system_clock())) <= 1
    assert clocks_of(Clock())().boot is None
    given = Boot(b"given", 5)
    assert clocks_of(Clock(), lambda: given)().boot == given
