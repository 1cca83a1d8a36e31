"""Passphrases typed on a terminal: each key has its own."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.process, pytest.mark.skipif(os.name != "posix", reason="terminals of this kind are POSIX's")]


def typed(folder: Path, words: list[str], answers: list[str]) -> tuple[int, str]:
    """Run the command on a terminal and type each answer when it is asked for."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "licensekit", *words],
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    os.close(theirs)
    said, left, seen = "", list(answers), 0
    while True:
        try:
            piece = os.read(ours, 4096).decode(errors="replace")
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        said += piece
        if left and said[seen:].rstrip(" ").endswith(":"):
            seen = len(said)
            time.sleep(0.05)
            os.write(ours, f"{left.pop(0)}\n".encode())
    os.close(ours)
    return process.wait(), said


def test_every_root_key_gets_a_passphrase_of_its_own(tmp_path: Path) -> None:
    answers = ["TEST S", "TEST S", "TEST 1", "TEST 1", "TEST 2", "TEST 2"]
    words = ["init", "acme", "--root-keys", "2", "--threshold", "2"]
    code, said = typed(tmp_path, words, answers)
    assert code == 0, said
    assert "Passphrase for root key 2 of 2" in said
    assert "TEST" not in said
    code, said = typed(tmp_path, ["keys", "new", "-C", "acme"], ["TEST N", "TEST N", "TEST 1", "TEST 2"])
    assert code == 0, said
    assert "trust document 2 is signed and in the pack" in said


def test_a_prompt_names_what_it_asks_for_and_of_which_key(tmp_path: Path) -> None:
    """A new passphrase is asked for twice, once the present one has opened the key."""
    assert typed(tmp_path, ["init", "acme"], ["TEST S", "TEST S", "TEST R", "TEST R"])[0] == 0
    words = ["keys", "passphrase", "root", "-C", "acme"]
    code, said = typed(tmp_path, words, ["TEST R", "TEST N", "TEST N"])
    assert code == 0, said
    path = Path("acme", "root", "root.key")
    assert said.count(f"Present passphrase of {path}") == said.count(f"New passphrase of {path}") == 1
    code, said = typed(tmp_path, words, ["TEST R"])
    assert code == 7, said
    assert "New passphrase" not in said
    assert typed(tmp_path, ["keys", "new", "-C", "acme"], ["TEST 2", "TEST 2", "TEST N"])[0] == 0
