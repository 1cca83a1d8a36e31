"""What callers of the last release can no longer do with the public API: `python -m tests.shipping.api_changes`.

The public API is what `docs/reference/api` documents. A release is a tag `v…`. The exit code is 1 if a name is gone, or
if a function, or a method of a class, takes fewer calls than in the release, unless this is a new major version.
"""

import re
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Final

import griffe

from tests.shipping.build_twice import TOP, git

PACKAGE: Final = "licensekit"
PAGES: Final = "docs/reference/api"


def last_release() -> str | None:
    """Return the tag of the newest release from which this commit comes; None if there is none."""
    tags = git("tag", "--list", "v*", "--merged", "HEAD", "--sort=-creatordate", within=TOP)
    return next(iter(tags.splitlines()), None)


def extract(tag: str, to: Path) -> Path:
    """Write the package and its reference, as they were at `tag`, into the folder `to`; return it."""
    archive = to / "archive.tar"
    git("archive", f"--output={archive}", tag, "--", PACKAGE, PAGES, within=TOP)
    with tarfile.open(archive) as opened:
        opened.extractall(to, filter="data")
    return to


def public_api(folder: Path) -> griffe.Module:
    """Return the documented names of the package in `folder`, each with what it stands for.

    Nothing of the package is run.
    """
    package = griffe.load(
        PACKAGE, search_paths=[folder], try_relative_path=False, allow_inspection=False, resolve_aliases=True
    )
    api = griffe.Module(PACKAGE)
    for page in sorted((folder / PAGES).glob("*.md")):
        for name in re.findall(rf"^::: {PACKAGE}\.([\w.]+)$", page.read_text("utf-8"), re.MULTILINE):
            found = package[name]
            api.members[name] = found.final_target if isinstance(found, griffe.Alias) else found
    return api


def breaks(old: Path, new: Path) -> list[str]:
    """Return a line for each way in which the package in `new` breaks callers of the one in `old`."""
    before, after = public_api(old), public_api(new)
    gone = [name for name in before.members if name not in after.members]
    for name in gone:
        del before.members[name]
    lines = [f"{PACKAGE}.{name} was removed" for name in gone]
    for change in griffe.find_breaking_changes(before, after):
        explained = change.explain(griffe.ExplanationStyle.MARKDOWN).removeprefix("- ")
        lines.append(f"{change.obj.module.path}: {explained}")
    return lines


def is_new_major(tag: str, project: str) -> bool:
    """Return whether the version in the text of `pyproject.toml` has a higher first number than that of `tag`."""
    version: str = tomllib.loads(project)["project"]["version"]
    return int(version.partition(".")[0]) > int(tag.removeprefix("v").partition(".")[0])


def main() -> int:
    """Print what is broken since the last release; return the exit code."""
    tag = last_release()
    if tag is None:
        print("No release is tagged yet, so there is nothing to compare the public API with.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = breaks(extract(tag, Path(folder)), TOP)
    print(*found, f"Changes that break callers since {tag}: {len(found)}.", sep="\n")
    return 1 if found and not is_new_major(tag, (TOP / "pyproject.toml").read_text("utf-8")) else 0


if __name__ == "__main__":
    sys.exit(main())
