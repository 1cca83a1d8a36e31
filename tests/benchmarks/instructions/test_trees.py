"""Which commit a change is compared with."""

import subprocess
from pathlib import Path
from shutil import which

import pytest

from tests.benchmarks.instructions.trees import NothingToCompare, base_of

pytestmark = [pytest.mark.process, pytest.mark.skipif(which("git") is None, reason="needs git")]


class Repository:
    """A repository whose commits have names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str) -> str:
        """Return what git says, as somebody."""
        who = ("-c", "user.name=anna", "-c", "user.email=anna@example.com", "-c", "commit.gpgsign=false")
        command = ["git", *who, *words]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, text: str) -> str:
        """Commit a file of the package with this text, and return the commit."""
        self.write(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", text)
        return self.git("rev-parse", "HEAD")

    def write(self, text: str) -> None:
        """Change the package without a commit."""
        file = self.folder / "licensekit" / "package.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository without commits."""
    return Repository(tmp_path)


def test_a_branch_is_compared_with_where_it_has_left(repository: Repository) -> None:
    left = repository.commit("one")
    repository.git("checkout", "--quiet", "-b", "change")
    repository.commit("changed")
    repository.commit("changed again")
    repository.git("checkout", "--quiet", "main")
    repository.commit("two")
    repository.git("checkout", "--quiet", "change")
    assert base_of("main", repository.folder).commit == left


def test_a_commit_that_is_the_revision_itself_is_compared_with_its_first_parent(repository: Repository) -> None:
    before = repository.commit("one")
    repository.commit("two")
    base = base_of("main", repository.folder)
    assert base == (before, "the first parent: main is what is checked out")


def test_a_merge_is_compared_with_what_it_was_merged_into(repository: Repository) -> None:
    repository.commit("one")
    repository.git("checkout", "--quiet", "-b", "change")
    repository.commit("changed")
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "--message", "merged", "change")
    assert base_of("main", repository.folder).commit == repository.git("rev-parse", "main^1")


def test_changes_that_are_not_committed_are_compared_with_the_commit(repository: Repository) -> None:
    repository.commit("one")
    head = repository.commit("two")
    repository.write("three")
    assert base_of("main", repository.folder).commit == head


def test_a_revision_that_is_not_here_leaves_the_first_parent(repository: Repository) -> None:
    before = repository.commit("one")
    repository.commit("two")
    base = base_of("origin/main", repository.folder)
    assert base == (before, "the first parent: origin/main is not in this clone")


def test_one_commit_alone_is_compared_with_nothing(repository: Repository) -> None:
    commit = repository.commit("one")
    with pytest.raises(NothingToCompare, match=f"this clone has no commit before {commit[:8]}"):
        base_of("main", repository.folder)


def test_a_shallow_clone_is_compared_with_nothing(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    repository.commit("one")
    commit = repository.commit("two")
    shallow = tmp_path_factory.mktemp("shallow")
    repository.git("clone", "--quiet", "--depth=1", repository.folder.as_uri(), str(shallow))
    with pytest.raises(NothingToCompare, match=f"this clone has no commit before {commit[:8]}"):
        base_of("origin/main", shallow)


def test_a_folder_that_is_not_a_clone_is_compared_with_nothing(tmp_path: Path) -> None:
    with pytest.raises(NothingToCompare, match="not a clone"):
        base_of("main", tmp_path)
