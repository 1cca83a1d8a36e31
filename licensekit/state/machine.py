"""Facts of the machine, and their keyed hashes (`docs/installation.md`, "Machine facts").

A fact that cannot be read is left out: there is no fact "unknown" that two machines would share.
"""

import hmac
import platform
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from licensekit.errors import FileUnusable, TooLarge
from licensekit.files import read_bytes

_FACT_BYTES: Final = 64 * 1024
_HASH_BYTES: Final = 16
_FILES: Final = {
    "machine-id": ("etc/machine-id", "var/lib/dbus/machine-id"),
    "board": ("sys/class/dmi/id/product_uuid", "sys/class/dmi/id/board_serial"),
    "disk": ("sys/class/block/sda/device/wwid", "sys/class/block/nvme0n1/wwid"),
}
# Values that makers of hardware and images leave in place of one: all zeros, all f, "None", "To be
# filled by O.E.M.".
_NO_VALUE: Final = re.compile(r"[0\W]*|[fF\W]*|none|unknown|uninitialized|default string|to be .*")


def machine_facts(root: Path = Path("/")) -> dict[str, str]:
    """Return the facts of this machine by name; `root` is where its system files are."""
    found = {
        **{name: _first_line(root, paths) for name, paths in _FILES.items()},
        "network": _network(root),
        "processor": _processor(root),
        "host": platform.node() or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def hashed(facts: Mapping[str, str], secret: bytes) -> dict[str, bytes]:
    """Return fact name to 16 bytes of HMAC-SHA256 under the installation's secret."""
    return {
        name: hmac.digest(secret, f"{name}\0{value}".encode(), "sha256")[:_HASH_BYTES]
        for name, value in facts.items()
    }


def _first_line(root: Path, paths: Iterable[str]) -> str | None:
    return next((value for path in paths if (value := _read(root / path))), None)


def _read(path: Path) -> str | None:
    """Return the one line of a small system file, if it says something."""
    try:
        data = read_bytes(path, limit=_FACT_BYTES, what="a system file")
    except (FileUnusable, TooLarge):
        return None
    value = data.decode("utf-8", "replace").strip().lower()
    return None if _NO_VALUE.fullmatch(value) else value


def _network(root: Path) -> str | None:
    """Return the lowest hardware address of the real adapters: those of VPNs come and go."""
    adapters = sorted((root / "sys/class/net").glob("*/device"))
    addresses = [_read(adapter.parent / "address") for adapter in adapters]
    return min((address for address in addresses if address), default=None)


def _processor(root: Path) -> str | None:
    for line in (_read(root / "proc/cpuinfo") or "").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or None
