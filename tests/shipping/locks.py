"""The locked environments of `locks/`, renewed with uv: `python -m tests.shipping.locks [--upgrade]`.

Without `--upgrade`, versions stay and only what `pyproject.toml` newly asks for is added. A lock fits every system and
Python that is supported, names no index, and has the hash of each file, so that pip takes nothing else.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

TOP: Final = Path(__file__).parents[2]
FOLDER: Final = TOP / "locks"

EXTRAS: Final = {
    "development": ("lint", "release", "test-all"),
    "benchmarks": ("benchmarks", "build"),
    "docs": ("build", "docs"),
    "release": ("release",),
    "runtime": ("console", "django", "fastapi", "openfeature", "openssh", "pkcs11", "postgres", "prometheus", "qr"),
    "test": ("build", "test"),
}
"""What each lock has beside what the package itself needs."""

FIXED: Final = (
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
)


def command(name: str, *options: str) -> list[str]:
    """Return the command that writes the lock `name`."""
    extras = [word for extra in EXTRAS[name] for word in ("--extra", extra)]
    ours = ["--custom-compile-command", "python -m tests.shipping.locks", "--output-file", f"locks/{name}.txt"]
    return ["uv", "pip", "compile", *FIXED, *ours, *extras, *options, "pyproject.toml"]


def main() -> None:
    """Renew every lock: the first with what it asks for, the others with the same versions."""
    options, first = sys.argv[1:], next(iter(EXTRAS))
    for name in EXTRAS:
        same = () if name == first else ("--constraint", f"locks/{first}.txt")
        subprocess.run(command(name, *same, *options), cwd=TOP, check=True)


if __name__ == "__main__":
    main()
