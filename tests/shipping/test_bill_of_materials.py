"""The bill of materials names what the package loads, each with its hashes, and is the same for the same commit."""

import json
from pathlib import Path

import pytest

from tests.shipping.bill_of_materials import PROJECT, write
from tests.shipping.test_locks import pins

pytestmark = pytest.mark.process


def test_it_names_what_is_locked_with_its_hashes_and_what_the_package_needs(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    bill = json.loads((tmp_path / "one").read_text("utf-8"))
    package = bill["metadata"]["component"]
    assert (bill["bomFormat"], package["name"], package["version"]) == (
        "CycloneDX",
        PROJECT["name"],
        PROJECT["version"],
    )
    named = {one["bom-ref"]: one for one in bill["components"]}
    assert sorted(one["name"] for one in named.values()) == sorted(one.name for one in pins("runtime"))
    assert all(one["externalReferences"][0]["hashes"] for one in named.values())
    [needs] = [one["dependsOn"] for one in bill["dependencies"] if one["ref"] == package["bom-ref"]]
    assert sorted(named[ref]["name"] for ref in needs) == ["click", "cryptography", "msgspec"]
