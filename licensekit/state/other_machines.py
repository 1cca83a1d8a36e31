"""Facts of machines that run Windows or macOS, from the system itself: no other program is run."""

import ctypes
from importlib import import_module
from typing import Any, Final
from uuid import UUID

_LOCAL_MACHINE: Final = 0x80000002
_READ_64_BIT: Final = 0x20119
"""KEY_READ and KEY_WOW64_64KEY: a 32-bit program sees the same registry as others."""
_RAW_SMBIOS: Final = 0x52534D42
"""`RSMB`, the provider of GetSystemFirmwareTable."""
_HEADER, _UUID_AT, _UUID_END = 4, 8, 24
"""Where the parts of the system structure begin (DMTF DSP0134, section 7.2)."""
_SYSTEM: Final = 1
"""The type of that structure."""


def facts_of(system: str) -> dict[str, str]:
    """Return the facts of this machine by name, "" for what `win32` or `darwin` does not say."""
    return _of_windows() if system == "win32" else _of_mac()


def smbios_uuid(table: bytes) -> str:
    """Return the system's UUID from the structures of SMBIOS, or "" if it is not in them."""
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
    processor = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
    return {
        "machine-id": _registry(r"SOFTWARE\Microsoft\Cryptography", "MachineGuid"),
        "board": smbios_uuid(_firmware()[8:]),  # behind a header of its own
        "processor": _registry(processor, "ProcessorNameString"),
    }


def _registry(key: str, name: str) -> str:
    winreg: Any = import_module("winreg")  # which no other system has
    try:
        with winreg.OpenKey(_LOCAL_MACHINE, key, 0, _READ_64_BIT) as opened:
            return str(winreg.QueryValueEx(opened, name)[0])
    except OSError:  # it is not there, or not for this account
        return ""


def _firmware() -> bytes:
    windows: Any = ctypes
    read = windows.windll.kernel32.GetSystemFirmwareTable
    size = read(_RAW_SMBIOS, 0, None, 0)
    buffer = ctypes.create_string_buffer(size)
    written = read(_RAW_SMBIOS, 0, buffer, size)
    return buffer.raw[: min(size, written)]


def _of_mac() -> dict[str, str]:
    """Return the platform UUID; see gethostuuid(2). It is waited for up to 5 seconds."""
    uuid, wait = ctypes.create_string_buffer(16), (ctypes.c_long * 2)(5, 0)
    is_known = ctypes.CDLL(None).gethostuuid(uuid, wait) == 0
    return {"board": str(UUID(bytes=uuid.raw)) if is_known else ""}
