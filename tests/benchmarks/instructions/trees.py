"""The two trees that are measured: the one that is worked on, and the one that it came from."""

import shutil
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

TOP: Final = Path(__file__).parents[3]
NEEDED: Final = ("licensekit", "keys", "samples/superoffice")
"""What the programs use of a tree."""


class Tree(NamedTuple):
    """A copy of a tree, and what is made for its programs; all paths of two trees are of the same length."""

    folder: Path
    compiled: Path
    prepared: Path


class Base(NamedTuple):
    """What a change is compared with."""

    commit: str
    why: str  # which one it is


class NothingToCompare(Exception):
    """There is no commit to compare with: why."""


def base_of(revision: str, repository: Path = TOP) -> Base:
    """Return where the tree that is worked on has left `revision`.

    If that is the commit that is checked out, and nothing has been changed since, its first parent is returned;
    likewise if there is no such revision here. Raises `NothingToCompare`.
    """
    head = _ask("rev-parse", "HEAD", within=repository)
    if head is None:
        raise NothingToCompare("this is not a clone")
    base = _ask("merge-base", "HEAD", revision, within=repository)
    if base is not None and (base != head or _is_changed(repository)):
        return Base(base, f"where the branch has left {revision}")
    parent = _ask("rev-parse", "--verify", "HEAD^", within=repository)
    if parent is None:
        raise NothingToCompare(f"this clone has no commit before {head[:8]}")
    why = f"{revision} is not in this clone" if base is None else f"{revision} is what is checked out"
    return Base(parent, f"the first parent: {why}")


def working_tree(within: Path) -> Tree:
    """Copy the tree that is worked on, as it is."""
    tree = _tree(within, "new")
    for name in NEEDED:
        shutil.copytree(TOP / name, tree.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tree


def tree_of(commit: str, within: Path) -> Tree:
    """Write what `commit` had of what is needed."""
    tree = _tree(within, "old")
    archive = within / "old.tar"
    had = (_ask("ls-tree", "--name-only", commit, "--", *NEEDED, within=TOP) or "").splitlines()
    subprocess.run([*_GIT, "archive", f"--output={archive}", commit, "--", *had], cwd=TOP, check=True)
    shutil.unpack_archive(archive, tree.folder, filter="data")
    return tree


def _tree(within: Path, name: str) -> Tree:
    tree = Tree(*(within / name / part for part in ("tree", "compiled", "prepared")))
    tree.folder.mkdir(parents=True)
    return tree


def _is_changed(repository: Path) -> bool:
    return _ask("diff", "--quiet", "HEAD", "--", "licensekit", within=repository) is None


def _ask(*question: str, within: Path) -> str | None:
    """Return what git says, or None if it fails."""
    done = subprocess.run([*_GIT, *question], cwd=within, capture_output=True, text=True, check=False)
    return None if done.returncode else done.stdout.strip()


# In a container, a checkout belongs to another account; git would not look at it.
_GIT: Final = ("git", "-c", "safe.directory=*")
