"""What the package loads, as a CycloneDX file: `python -m tests.shipping.bill_of_materials FILE.cdx.json`.

It names each package of `locks/runtime.txt` with the hashes that the lock has: what the package needs, and what its
extras for customers add. The same commit gives the same bytes.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.shipping.build_twice import TOP, git


def write(path: Path) -> None:
    """Write the bill of materials to `path`."""
    tool = [sys.executable, "-m", "cyclonedx_py", "requirements", "locks/runtime.txt", "--pyproject", "pyproject.toml"]
    options = ["--mc-type", "library", "--output-reproducible", "--validate", "--output-file", str(path.resolve())]
    environment = os.environ | {"SOURCE_DATE_EPOCH": git("log", "-1", "--format=%ct", within=TOP).strip()}
    subprocess.run([*tool, *options], cwd=TOP, check=True, env=environment)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
