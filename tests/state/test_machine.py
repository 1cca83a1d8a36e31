"""Facts of a machine: what is read, and what never leaves it in the clear."""

from pathlib import Path

import pytest

from licensekit.state.machine import hashed, machine_facts


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The system files of a machine."""
    files = {
        "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
        "sys/class/dmi/id/product_uuid": "4C4C4544-0042-3010-8051-B7C04F4E3233\n",
        "sys/class/net/eth0/address": "52:54:00:12:34:56\n",
        "sys/class/net/eth1/address": "52:54:00:00:00:01\n",
        "sys/class/net/tun0/address": "00:00:00:00:00:01\n",
        "proc/cpuinfo": "processor : 0\nmodel name\t: Example CPU 3000\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for adapter in ("eth0", "eth1"):
        (tmp_path / "sys/class/net" / adapter / "device").mkdir()
    return tmp_path


def test_facts_are_those_of_the_hardware(machine: Path) -> None:
    facts = machine_facts(machine)
    assert facts["machine-id"] == "0123456789abcdef0123456789abcdef"
    assert facts["board"] == "4c4c4544-0042-3010-8051-b7c04f4e3233"
    assert facts["network"] == "52:54:00:00:00:01"
    assert facts["processor"] == "example cpu 3000"


def test_an_adapter_of_a_vpn_changes_nothing(machine: Path) -> None:
    before = machine_facts(machine)
    tunnel = machine / "sys/class/net/aaa0"
    tunnel.mkdir()
    (tunnel / "address").write_text("00:00:00:00:00:00\n")
    assert machine_facts(machine) == before


@pytest.mark.parametrize(
    "text",
    ["", "None", "00000000-0000-0000-0000-000000000000", "FFFFFFFF", "To be filled by O.E.M."],
)
def test_what_says_nothing_is_no_fact(machine: Path, text: str) -> None:
    (machine / "sys/class/dmi/id/product_uuid").write_text(text)
    assert "board" not in machine_facts(machine)


@pytest.mark.process
def test_a_machine_that_tells_nothing_has_hardly_a_fact(tmp_path: Path) -> None:
    assert set(machine_facts(tmp_path)) <= {"host", "processor"}


def test_a_fact_too_large_to_be_one_is_left_out(machine: Path) -> None:
    (machine / "etc/machine-id").write_text("x" * 100_000)
    assert "machine-id" not in machine_facts(machine)


@pytest.mark.process
def test_a_processor_without_a_model_is_none_or_the_platforms(machine: Path) -> None:
    (machine / "proc/cpuinfo").write_text("processor : 0\n")
    assert machine_facts(machine).get("processor") != ""


def test_hashes_are_of_the_secret_the_name_and_the_value() -> None:
    plain = {"host": "crm-01", "board": "crm-01"}
    ours = hashed(plain, b"s" * 32)
    assert ours == hashed(plain, b"s" * 32)
    assert {len(value) for value in ours.values()} == {16}
    assert ours["host"] != ours["board"]
    assert set(ours.values()).isdisjoint(hashed(plain, b"t" * 32).values())


def test_a_damp_fact_is_readable_text(machine: Path) -> None:
    (machine / "etc/machine-id").write_bytes(b"\xff\xfe\x00abc")
    assert machine_facts(machine)["machine-id"].endswith("abc")
