"""What a workspace holds is its owner's alone, whatever the umask, and git leaves secrets out."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from licensekit.issuer import Workspace
from tests.issuer_command import Desk

GIT = which("git")
HANDED_OUT = {".lkp", ".pub", ".lic"}
"""Endings of what a vendor gives to others: as readable as the umask says."""


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """A umask, for one test."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def assert_private(folder: Path) -> None:
    """Walk through a workspace: nobody but its owner reads or changes what is not handed out."""
    for path in (folder, *folder.rglob("*")):
        wanted = 0o700 if path.is_dir() else 0o600
        if path.suffix not in HANDED_OUT:
            assert (str(path), oct(path.stat().st_mode & 0o777)) == (str(path), oct(wanted))


@pytest.mark.attack("secret-readable-by-others")
@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_every_file_of_a_workspace_is_private_under_any_umask(place: Desk, umask: int) -> None:
    desk, words = place, ("-C", "acme")
    desk.run("init", "acme", *desk.both_passphrases)
    assert_private(Path("acme"))
    desk.run("issue", "acme/orders/example.toml", *words, "-o", "acme/one.lic", *desk.passphrase)
    desk.run("keys", "rotate", *words, *desk.both_passphrases)
    desk.run("keys", "rotate-root", *words, *desk.root_passphrase)
    desk.run("keys", "passphrase", "signing-2", *words, *desk.passphrase, "--new-passphrase-file", desk.passphrase[1])
    desk.run("ledger", "backup", "acme/backup.db", *words)
    desk.run("ledger", "export", "-o", "acme/ledger.jsonl", *words)
    pin_of_root = desk.json("pack", *words)["root"]
    desk.run("init", "acme/fjord", "--partner-of", "acme/acme.lkp", "--root", pin_of_root, *desk.passphrase)
    desk.run("init", "acme/served", "--catalog", "acme/catalog.toml", *desk.both_passphrases)
    with Workspace.open(Path("acme")) as workspace, workspace.read(0):
        assert Path("acme/ledger.db-wal").exists()
        assert_private(Path("acme"))
    assert Path("acme/acme.lkp").stat().st_mode & 0o777 == 0o644 & ~umask
    Path("acme/ledger.db").unlink()
    desk.run("ledger", "restore", "acme/backup.db", *words)
    workspace.layout.record_url("postgresql://server/ledger")
    assert_private(Path("acme"))


@pytest.mark.attack("secret-readable-by-others")
@pytest.mark.process
@pytest.mark.skipif(GIT is None, reason="git is not installed")
@pytest.mark.parametrize("present", [None, "# ours\n*.tmp\n*.lic\n", "*.tmp"])
def test_git_takes_what_belongs_into_it_and_no_secret(place: Desk, present: str | None) -> None:
    desk = place
    if present is not None:
        Path("acme").mkdir()
        Path("acme/.gitignore").write_text(present)
    desk.run("init", "acme", *desk.both_passphrases)
    desk.run("issue", "acme/orders/example.toml", "-C", "acme", "-o", "acme/one.lic", *desk.passphrase)
    desk.run("ledger", "backup", "acme/backup.db", "-C", "acme")
    Path("acme/stick").mkdir()
    Path("acme/root/root.key").rename("acme/stick/root.key")
    pin = desk.json("pack", "-C", "acme")["root"]
    desk.run("init", "acme/fjord", "--partner-of", "acme/acme.lkp", "--root", pin, *desk.passphrase)
    for name in ("old.tmp", "ledger.db.moved"):
        Path("acme", name).touch()
    said = [
        subprocess.run([str(GIT), *words], cwd="acme", check=True, capture_output=True, text=True).stdout
        for words in (["init", "-q"], ["add", "--all"], ["ls-files"])
    ]
    listed = said[-1].split()
    own = [".gitignore", "acme.lkp", "catalog.toml", "orders/example.toml"]
    partners = [f"fjord/{name}" for name in (*own, "fjord.pub")]
    assert sorted(listed) == sorted([*own, *partners, *(["old.tmp"] if present is None else [])])
    text = Path("acme/.gitignore").read_text()
    assert text.startswith(present or "# Keys")
    assert text.count("*.lic\n") == 1
