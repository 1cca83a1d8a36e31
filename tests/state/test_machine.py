"""Facts of a machine: what is read, what stays as it is, and what never leaves it in the clear."""

import ctypes
import errno
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensekit.errors import FileUnusable
from licensekit.state import machine
from licensekit.state.machine import PLACEHOLDERS, hashed, is_placeholder, machine_facts, smbios_uuid
from tests.docs.tables import DOCS
from tests.state import machines
from tests.state.machines import NETWORK, PCI, build


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a neutral name for this machine, so that no test depends on where it runs."""
    monkeypatch.setattr(platform, "node", lambda: "localhost.localdomain")


def facts(root: Path, **given: str | None) -> dict[str, str]:
    return machine_facts(root, given, system="linux")


@pytest.fixture
def laptop(tmp_path: Path) -> Path:
    """The system files of a laptop."""
    return build(tmp_path, machines.LAPTOP, machines.LAPTOP_LINKS)


LAPTOP_FACTS = {
    "machine-id": "0123456789abcdef0123456789abcdef",
    "board": "4c4c4544-0042-3010-8051-b7c04f4e3233",
    "disk": "eui.0025385a01234567",
    "network": "9c:fc:e8:00:00:02",
    "processor": "example cpu 3000 @ 2.30ghz",
}


def test_facts_are_those_of_the_hardware(laptop: Path) -> None:
    assert facts(laptop) == LAPTOP_FACTS


def test_a_dock_changes_nothing(laptop: Path) -> None:
    build(laptop, machines.DOCK, machines.DOCK_LINKS)
    assert facts(laptop) == LAPTOP_FACTS


def test_an_adapter_of_a_vpn_changes_nothing(laptop: Path) -> None:
    build(laptop, {f"{NETWORK}/tun0/address": "00:00:00:00:00:01\n"})
    assert facts(laptop) == LAPTOP_FACTS


@pytest.mark.parametrize("address", ["3a:11:22:33:44:55", "00:11:22:33:44:55"])
def test_wi_fi_under_another_address_is_known_by_its_own(laptop: Path, address: str) -> None:
    folder = laptop / f"{PCI}/0000:00:14.3/net/wlp0s20f3"
    (folder / "address").write_text(address)
    (folder / "addr_assign_type").write_text("3")
    assert facts(laptop) == LAPTOP_FACTS


@pytest.mark.parametrize(
    ("name", "address", "assigned", "counts"),
    [
        ("eth0", "a4:bb:6d:00:00:01", "0", True),
        ("eth0", "52:54:00:12:34:56", "0", True),  # of a hypervisor
        ("eth0", "a4:bb:6d:00:00:01", "1", False),  # by chance
        ("eth0", "a4:bb:6d:00:00:01", "3", False),  # set by somebody
        ("eth0", "a4:bb:6d:00:00:01", "", True),  # an old kernel
        ("eth0", "3a:bb:6d:00:00:01", "", False),
        ("enx0050b6aabbcc", "00:50:b6:aa:bb:cc", "0", False),
    ],
)
def test_only_an_address_that_stays_is_a_fact(
    tmp_path: Path, name: str, address: str, assigned: str, *, counts: bool
) -> None:
    place = f"{NETWORK}/{name}"
    files = {f"{place}/address": address, f"{place}/device/vendor": "0x8086"}
    build(tmp_path, {**files, **({f"{place}/addr_assign_type": assigned} if assigned else {})})
    assert facts(tmp_path).get("network") == (address if counts else None)


def test_an_address_of_a_maker_goes_before_a_lower_one_of_a_hypervisor(tmp_path: Path) -> None:
    for name, address in (("a", "02:00:00:00:00:01"), ("b", "a4:bb:6d:00:00:01")):
        place = f"{NETWORK}/{name}"
        build(tmp_path, {f"{place}/address": address, f"{place}/device/x": ""})
        build(tmp_path, {f"{place}/addr_assign_type": "0"})
    assert facts(tmp_path)["network"] == "a4:bb:6d:00:00:01"


@pytest.mark.parametrize("count", [1, 48, 256])
def test_more_cores_are_the_same_processor(tmp_path: Path, count: int) -> None:
    build(tmp_path, {"proc/cpuinfo": machines.cores(count)})
    assert facts(tmp_path) == {"processor": "example cpu 9000"}


def test_a_machine_in_a_cloud_has_facts(tmp_path: Path) -> None:
    found = facts(build(tmp_path, machines.CLOUD))
    assert found["board"] == "ec2e1916-9099-7caf-fd21-012345abcdef"
    assert (found["network"], found["processor"]) == ("0a:58:a9:fe:ac:01", "0xd0c")
    assert found["disk"].startswith("nvme.1d0f")


def test_a_container_has_hardly_a_fact(tmp_path: Path) -> None:
    assert facts(build(tmp_path, machines.CONTAINER)) == {"processor": "example cpu 3000"}


@pytest.mark.attack("placeholder-as-a-fact")
def test_placeholders_are_not_facts(tmp_path: Path) -> None:
    assert facts(build(tmp_path, machines.PLACEHOLDERS)) == {"machine-id": "5f0d00000000000000000000000000aa"}


def test_a_placeholder_gives_way_to_what_is_known(laptop: Path) -> None:
    (laptop / "sys/class/dmi/id/product_uuid").write_text("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF")
    assert facts(laptop)["board"] == "/8q0nn33/cncmk0012a00b1/"


@pytest.mark.attack("placeholder-as-a-fact")
@pytest.mark.parametrize(
    "value", ["", " ", "0", "00:00:00:00:00:00", "FFFFFFFF", "........", "xxxxxx", *sorted(PLACEHOLDERS)]
)
def test_a_value_that_many_share_is_a_placeholder(value: str) -> None:
    assert is_placeholder(value)
    assert is_placeholder(f" {value.upper()}. ")
    assert is_placeholder(value.lower().replace(" ", "_"))


@given(st.uuids(version=4))
def test_what_was_drawn_for_one_machine_is_not_a_placeholder(drawn: UUID) -> None:
    assert not is_placeholder(str(drawn))


def test_the_document_lists_every_placeholder() -> None:
    text = (DOCS / "installation.md").read_text("utf-8")
    listed = text.partition("### Placeholders")[2].partition("\n## ")[0]
    assert set(" ".join(listed.split()).split("`")[1::2]) == PLACEHOLDERS


@pytest.mark.parametrize(
    ("name", "fact"), [("CRM-01", "crm-01"), ("crm-01.example.com", "crm-01"), ("localhost", None)]
)
def test_the_host_is_its_first_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, fact: str | None
) -> None:
    monkeypatch.setattr(platform, "node", lambda: name)
    assert facts(tmp_path).get("host") == fact


def test_what_a_program_knows_takes_the_place_of_what_is_read(laptop: Path) -> None:
    found = facts(laptop, board=None, instance="i-0abc", disk="")
    assert found == {
        **{name: LAPTOP_FACTS[name] for name in ("machine-id", "network", "processor")},
        "instance": "i-0abc",
    }


def test_a_fact_that_is_not_a_text_is_readable(tmp_path: Path) -> None:
    build(tmp_path, {"etc/machine-id": ""})
    (tmp_path / "etc/machine-id").write_bytes(b"\xff\xfe\x00abc\x00")
    assert facts(tmp_path)["machine-id"].endswith("abc")


def refusing(number: int, real: Callable[..., Any], inside: Path) -> Callable[..., Any]:
    """Return what `real` does, where every file inside a folder raises this error."""

    def act(path: Any, *arguments: Any, **named: Any) -> Any:
        if str(path).startswith(str(inside)):
            raise OSError(number, os.strerror(number), str(path))
        return real(path, *arguments, **named)

    return act


@pytest.mark.parametrize("call", ["open", "listdir"])
@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.EIO])
def test_a_machine_at_its_limits_is_not_another_machine(
    laptop: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    monkeypatch.setattr(os, call, refusing(number, getattr(os, call), laptop))
    with pytest.raises(FileUnusable) as caught:
        facts(laptop)
    assert caught.value.reason in {"too-many-files", "disk-error"}


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.ENOENT, errno.EINVAL])
def test_what_is_not_for_this_account_is_left_out(laptop: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(os, "open", refusing(number, os.open, laptop / "sys"))
    assert set(facts(laptop)) == {"machine-id", "processor"}


@pytest.mark.attack("facts-of-a-machine-in-the-clear")
def test_hashes_are_of_the_secret_the_name_and_the_value() -> None:
    plain = {"host": "crm-01", "board": "crm-01"}
    ours = hashed(plain, b"s" * 32)
    assert ours == hashed(plain, b"s" * 32)
    assert {len(value) for value in ours.values()} == {16}
    assert ours["host"] != ours["board"]
    assert set(ours.values()).isdisjoint(hashed(plain, b"t" * 32).values())


SYSTEM_UUID = UUID("4c4c4544-0042-3010-8051-b7c04f4e3233")
BIOS = b"\x00\x18\x00\x00" + bytes(20) + b"Vendor\x00Version\x00\x00"
SYSTEM = b"\x01\x1b\x01\x00" + bytes(4) + SYSTEM_UUID.bytes_le + bytes(3) + b"\x00\x00"


@pytest.mark.parametrize(
    ("table", "found"),
    [
        (BIOS + SYSTEM, str(SYSTEM_UUID)),
        (SYSTEM, str(SYSTEM_UUID)),
        (BIOS, ""),
        (b"", ""),
        (BIOS + SYSTEM[:20], ""),
        (b"\x01\x08\x01\x00" + bytes(4) + b"\x00\x00" + BIOS, ""),  # before version 2.1
        (b"\x02\x00\x01\x00" + bytes(40), ""),  # a length that leads nowhere
    ],
)
def test_the_uuid_of_the_system_is_read_from_smbios(table: bytes, found: str) -> None:
    assert smbios_uuid(table) == found


@given(st.binary(max_size=200))
def test_no_bytes_of_smbios_raise(table: bytes) -> None:
    smbios_uuid(table)


class Registry:
    """`winreg`, with one value and one key that is not for this account."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    @classmethod
    def OpenKey(cls, _: int, key: str, __: int, ___: int) -> "Registry":  # noqa: N802  # as it is called
        """Open a key."""
        if "Cryptography" not in key:
            raise PermissionError(errno.EACCES, "denied")
        return cls(key)

    @staticmethod
    def QueryValueEx(key: "Registry", name: str) -> tuple[str, int]:  # noqa: N802  # as it is called
        """Return a value and its type."""
        return f"{name} of {key.key[:8]}", 1


def test_windows_has_facts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    raw = bytes(8) + BIOS + SYSTEM

    def firmware(_: int, __: int, buffer: Any, size: int) -> int:
        if buffer is not None:
            buffer.raw = raw[:size]
        return len(raw)

    kernel = SimpleNamespace(GetSystemFirmwareTable=firmware)
    monkeypatch.setitem(sys.modules, "winreg", Registry)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    assert machine_facts(tmp_path, system="win32") == {
        "machine-id": "machineguid of software",
        "board": str(SYSTEM_UUID),
    }


@pytest.mark.parametrize("result", [0, -1])
def test_macos_has_facts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, result: int) -> None:
    def gethostuuid(buffer: Any, _: Any) -> int:
        buffer.raw = SYSTEM_UUID.bytes
        return result

    def library(_: None) -> SimpleNamespace:
        return SimpleNamespace(gethostuuid=gethostuuid)

    monkeypatch.setattr(ctypes, "CDLL", library)
    found = {"board": str(SYSTEM_UUID)}
    assert machine_facts(tmp_path, system="darwin") == ({} if result else found)


def test_this_machine_has_facts() -> None:
    assert all(machine.machine_facts().values())
