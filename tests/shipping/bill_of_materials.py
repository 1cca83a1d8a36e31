"""What the package loads, as a CycloneDX file: `python -m tests.shipping.bill_of_materials FILE.cdx.json`.

It names each package of `locks/runtime.txt` with the hashes that the lock has: what the package needs, and what its
extras for customers add. The same commit gives the same bytes.
"""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.shipping.build_twice import TOP, git

PROJECT: dict[str, Any] = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]


def write(path: Path) -> None:
    """Write the bill of materials to `path`."""
    tool = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "locks/runtime.txt"]
    options = ["--pyproject", "pyproject.toml", "--mc-type", "library", "--output-reproducible", "--validate"]
    environment = os.environ | {"SOURCE_DATE_EPOCH": git("log", "-1", "--format=%ct", within=TOP).strip()}
    done = subprocess.run([*tool, *options], cwd=TOP, check=True, env=environment, capture_output=True)
    path.write_text(json.dumps(with_needs(json.loads(done.stdout)), indent=2) + "\n", "utf-8")


def with_needs(bill: dict[str, Any]) -> dict[str, Any]:
    """Return a bill that says what the package itself needs, which a lock does not."""
    package = bill["metadata"]["component"]
    package |= {"version": PROJECT["version"], "purl": f"pkg:pypi/{PROJECT['name']}@{PROJECT['version']}"}
    needs = {canonicalize_name(Requirement(one).name) for one in PROJECT["dependencies"]}
    found = [one["bom-ref"] for one in bill["components"] if canonicalize_name(one["name"]) in needs]
    for one in bill["dependencies"]:
        if one["ref"] == package["bom-ref"]:
            one["dependsOn"] = found
    return bill


if __name__ == "__main__":
    write(Path(sys.argv[1]))
