"""Wheel and source archive, built twice and kept if the bytes are the same: `python -m tests.shipping.build_twice OUT`.

The second time is in another folder, under another umask, of files with another time, and without the source archive
between. `--of FOLDER` builds the project in a folder of the checkout. Files are taken as they are, as far as git knows
them, and the time that is written into archives is the newest commit's.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

TOP: Final = Path(__file__).parents[2]


class Place(NamedTuple):
    """Where, how and when a build happens."""

    folder: str
    umask: int
    time: int  # when every file says it was changed, in seconds since 1970
    kinds: tuple[str, ...]


PLACES: Final = (
    Place("one", 0o022, 1_000_000_000, ()),  # the wheel is built from the source archive
    Place("another/and deeper", 0o077, 1_700_000_000, ("--sdist", "--wheel")),
)


def git(*arguments: str, within: Path) -> str:
    """Return what git says."""
    # In a container, a checkout belongs to another account; git would not look at it.
    command = ["git", "-c", f"safe.directory={TOP}", *arguments]
    return subprocess.run(command, cwd=within, check=True, capture_output=True, text=True).stdout


def tracked(project: Path) -> list[str]:
    """Return the files of a project that git knows, by their paths."""
    return [one for one in git("ls-files", "-z", within=project).split("\0") if one and (project / one).is_file()]


def copy(project: Path, to: Path, place: Place) -> None:
    """Copy what git knows, as a checkout at another time under another umask would have it."""
    for name in tracked(project):
        target = to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project / name, target)
        runs = (project / name).stat().st_mode & 0o100
        target.chmod((0o777 if runs else 0o666) & ~place.umask)
        os.utime(target, (place.time, place.time))


def build(project: Path, within: Path, place: Place, epoch: str) -> Path:
    """Return the folder with what was built at `place`."""
    copied, made = within / place.folder / "checkout", within / place.folder / "built"
    copy(project, copied, place)
    command = [sys.executable, "-m", "build", "--quiet", "--no-isolation", "--outdir", str(made), *place.kinds]
    environment = os.environ | {"SOURCE_DATE_EPOCH": epoch}
    subprocess.run([*command, str(copied)], check=True, env=environment, umask=place.umask, stdout=subprocess.DEVNULL)
    return made


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a folder by its name."""
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in sorted(folder.iterdir())}


def same(first: Path, second: Path) -> dict[str, str]:
    """Return the hashes of what is in both folders; end the program if anything differs."""
    one, other = hashes(first), hashes(second)
    if one != other:
        sys.exit(f"the same source was built to different bytes: {one} and {other}")
    return one


def main() -> None:
    """Build twice, compare, keep, and print the hashes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--of", type=Path, default=TOP)
    given = parser.parse_args()
    epoch = git("log", "-1", "--format=%ct", within=TOP).strip()
    with tempfile.TemporaryDirectory() as work:
        first, second = (build(given.of.resolve(), Path(work), place, epoch) for place in PLACES)
        found = same(first, second)
        shutil.copytree(first, given.out, dirs_exist_ok=True)
    for name, value in found.items():
        print(f"{value}  {name}")


if __name__ == "__main__":
    main()
