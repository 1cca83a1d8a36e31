"""Facts of the machine, and their keyed hashes (`docs/installation.md`, "Machine facts").

A fact comes from built-in hardware, not from settings, so it survives plugging in, docking, resizing and renaming. An
unknown fact is left out; a value such as "unknown" would be shared by many machines. If the machine is at its limits
(open files, a disk that refuses to read), an error is raised, because it has not become another machine. No other
program is run.
"""

import hmac
import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from licensekit.errors import FileUnusable
from licensekit.files import read_start, unusable

_PUNCTUATION: Final = re.compile(r"[\W_]+")
PLACEHOLDERS: Final = frozenset(Path(__file__).with_name("placeholders.txt").read_text("utf-8").splitlines())
"""Values that makers of hardware and images leave in place of an identity.

Many machines share each of them, so they are not facts (`docs/installation.md`, "Placeholders"). The comparison ignores
case, spaces and punctuation.
"""
Facts = Mapping[str, str | None]  # facts that a program supplies itself: name to value; None removes a fact
NO_FACTS: Final[Facts] = {}
_HASH_BYTES: Final = 16
_FACT_BYTES: Final = 64 * 1024  # how much of a file is read: with many cores, the first describes all
_PASSING: Final = frozenset({"too-many-files", "disk-error"})
"""Reasons of read errors that may be over in a moment."""
_FILES: Final = {
    "machine-id": ("etc/machine-id", "var/lib/dbus/machine-id"),
    "board": ("sys/class/dmi/id/product_uuid", "sys/class/dmi/id/board_serial", "proc/device-tree/serial-number"),
}
_DISK: Final = ("wwid", "device/wwid")
_ADDRESSES: Final = ("phy80211/macaddress", "bonding_slave/perm_hwaddr")
"""Files with the permanent address of an adapter that uses another one: Wi-Fi, and in a bond."""
_USB: Final = re.compile(r"/usb\d")
_USB_NAMES: Final = ("enx", "wlx", "wwx")
"""Prefixes by which systemd names adapters without a fixed place in the machine."""
_MODELS: Final = ("model name", "cpu part")
_LOCAL_MACHINE: Final = 0x80000002
_READ_64_BIT: Final = 0x20119  # KEY_READ and KEY_WOW64_64KEY: a 32-bit program must see the same registry
_RAW_SMBIOS: Final = 0x52534D42  # `RSMB`, the provider of GetSystemFirmwareTable
_HEADER, _UUID_AT, _UUID_END = 4, 8, 24  # offsets in the system structure (DMTF DSP0134, section 7.2)
_SYSTEM: Final = 1  # the type of that structure


def _folded(value: str) -> str:
    return _PUNCTUATION.sub("", value).casefold()


_FOLDED: Final = frozenset(map(_folded, PLACEHOLDERS))


def machine_facts(root: Path = Path("/"), given: Facts = NO_FACTS, *, system: str = sys.platform) -> dict[str, str]:
    """Return the facts of this machine by name; `given` ones win. Raise `FileUnusable` if it is at its limits."""
    found = {**_read_facts(root, system), "host": platform.node().partition(".")[0]}
    known = {name: " ".join(value.lower().split()) for name, value in found.items()}
    own = {name: value for name, value in known.items() if not is_placeholder(value)}
    return {name: value for name, value in {**own, **given}.items() if value}


def hashed(facts: Mapping[str, str], secret: bytes) -> dict[str, bytes]:
    """Return fact name to the first 16 bytes of its HMAC-SHA256 under the installation's secret."""
    macs = {name: hmac.digest(secret, f"{name}\0{value}".encode(), "sha256") for name, value in facts.items()}
    return {name: mac[:_HASH_BYTES] for name, mac in macs.items()}


def _read_facts(root: Path, system: str) -> dict[str, str]:
    if of_system := {"win32": _of_windows, "darwin": _of_mac}.get(system):
        return of_system()
    return {
        **{name: _first(root, paths) for name, paths in _FILES.items()},
        "disk": _lowest(_first(disk, _DISK) for disk in _built_in(root / "sys/class/block")),
        "network": _network(root),
        "processor": _processor(root),
    }


def _built_in(folder: Path) -> list[Path]:
    """Return the devices of a class that are neither virtual nor plugged in."""
    try:
        devices = sorted(folder.iterdir())
    except OSError as error:
        _require_left_out(unusable(folder, "a system folder", error))
        return []
    return [one for one in devices if os.path.lexists(one / "device") and not _is_plugged_in(one)]


def _is_plugged_in(device: Path) -> bool:
    """Return whether a device is attached by USB or a removable slot, such as a dock's."""
    place = Path(os.path.realpath(device / "device"))
    if device.name.startswith(_USB_NAMES) or _USB.search(str(place)):
        return True
    marks = (_read(folder / "removable") for folder in (device, place, *place.parents))
    return any(mark in {"1", "removable"} for mark in marks)


def _network(root: Path) -> str:
    """Return the lowest address of the adapters; addresses assigned by their makers come first."""
    addresses = [_own_address(adapter) for adapter in _built_in(root / "sys/class/net")]
    return _lowest(one for one in addresses if not _is_local(one)) or _lowest(addresses)


def _own_address(adapter: Path) -> str:
    """Return the permanent address of an adapter; "" if its address was set or is random."""
    address = _first(adapter, _ADDRESSES)
    if address:
        return address
    address, assigned = _read(adapter / "address"), _read(adapter / "addr_assign_type")
    # Kernels before 2.6.36 do not tell how an address was assigned.
    is_own = assigned == "0" if assigned else not _is_local(address)
    return address if is_own else ""


def _is_local(address: str) -> bool:
    """Return whether an address is locally administered (IEEE 802, the second bit)."""
    return address[1:2] in set("2367abef")


def is_placeholder(value: str) -> bool:
    """Return whether a value is empty, a single repeated character, or known to be shared."""
    folded = _folded(value)
    return len(set(folded)) <= 1 or folded in _FOLDED


def _lowest(values: Iterable[str]) -> str:
    return min((value for value in values if not is_placeholder(value)), default="")


def _processor(root: Path) -> str:
    lines = [line.partition(":") for line in _read(root / "proc/cpuinfo").splitlines()]
    found = {name.strip(): value for name, _, value in reversed(lines)}
    return next((found[name] for name in _MODELS if name in found), "")


def _first(folder: Path, names: Iterable[str]) -> str:
    return next((value for value in (_read(folder / name) for name in names) if not is_placeholder(value)), "")


def _read(path: Path) -> str:
    try:
        data = read_start(path, limit=_FACT_BYTES, what="a system file")
    except FileUnusable as error:
        _require_left_out(error)
        return ""
    return data.decode("utf-8", "replace").strip("\0 \t\r\n").lower()


def _require_left_out(error: FileUnusable) -> None:
    """Raise an error that may be over in a moment; any other just means that the fact is left out."""
    if error.reason in _PASSING:
        raise error


def smbios_uuid(table: bytes) -> str:
    """Return the system's UUID from the structures of SMBIOS, or "" if there is none."""
    from uuid import UUID  # noqa: PLC0415  # only Windows and macOS need it

    at = 0
    while at + _HEADER <= len(table):
        kind, length = table[at], table[at + 1]
        if kind == _SYSTEM and _UUID_END <= length <= len(table) - at:
            return str(UUID(bytes_le=table[at + _UUID_AT : at + _UUID_END]))
        end = table.find(b"\0\0", at + length)
        if length < _HEADER or end < 0:
            break
        at = end + 2
    return ""


def _of_windows() -> dict[str, str]:
    return {
        "machine-id": _registry(r"SOFTWARE\Microsoft\Cryptography", "MachineGuid"),
        "board": smbios_uuid(_firmware()[8:]),  # without the header of the table
        "processor": _registry(r"HARDWARE\DESCRIPTION\System\CentralProcessor\0", "ProcessorNameString"),
    }


def _registry(key: str, name: str) -> str:
    winreg: Any = import_module("winreg")  # exists only on Windows
    try:
        with winreg.OpenKey(_LOCAL_MACHINE, key, 0, _READ_64_BIT) as opened:
            return str(winreg.QueryValueEx(opened, name)[0])
    except OSError:  # it does not exist, or this account may not read it
        return ""


def _firmware() -> bytes:
    ctypes: Any = import_module("ctypes")  # only Windows and macOS need it
    read = ctypes.windll.kernel32.GetSystemFirmwareTable
    size = read(_RAW_SMBIOS, 0, None, 0)
    buffer = ctypes.create_string_buffer(size)
    written = read(_RAW_SMBIOS, 0, buffer, size)
    return bytes(buffer.raw[: min(size, written)])


def _of_mac() -> dict[str, str]:
    """Return the platform UUID, after up to 5 seconds; see gethostuuid(2)."""
    from uuid import UUID  # noqa: PLC0415  # likewise

    ctypes: Any = import_module("ctypes")
    uuid, wait = ctypes.create_string_buffer(16), (ctypes.c_long * 2)(5, 0)
    is_known = ctypes.CDLL(None).gethostuuid(uuid, wait) == 0
    return {"board": str(UUID(bytes=uuid.raw)) if is_known else ""}
