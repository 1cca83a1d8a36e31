"""Every example of the README runs as it is written, commands in a real terminal."""

import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from licensekit import Access, BundleState, Licensing

README = Path(__file__).parents[1] / "README.md"
ASKED_FOR = ("passphrase", "repeat")


def example(name: str) -> str:
    """Return the code block after the mark `<!-- example: name -->`."""
    text = README.read_text(encoding="utf-8")
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", text, re.DOTALL)
    assert found, name
    return found[1]


def type_in(command: str, folder: Path) -> str:
    """Type a command into a terminal, answer its questions and return what it shows."""
    program, *arguments = shlex.split(command, comments=True)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.environ["LICENSEKIT_HOME"] = str(folder / "licensing")
        os.execv(sys.executable, [sys.executable, "-m", program, *arguments])  # noqa: S606  # ours
    shown = ""
    while piece := _read(terminal):
        shown += piece
        last = shown.rpartition("\n")[2].lower()
        if last.endswith(": ") and any(word in last for word in ASKED_FOR):
            os.write(terminal, b"test passphrase\n")
            shown += "\n"
        elif last.endswith("[y/n]: "):
            os.write(terminal, b"y\n")
            shown += "\n"
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, shown
    return shown


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:  # the other end is gone: the command has ended
        return ""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the first two lines of the first hour, and the customer's, were typed in."""
    folder = tmp_path_factory.mktemp("readme")
    pin = "lkroot1-…"
    for line in (*example("first hour").splitlines()[:2], *example("customer").splitlines()):
        shown = type_in(line.replace("lkroot1-…", pin), folder)
        if found := re.search(r"lkroot1-[a-z2-7]{52}", shown):
            pin = found[0]
    return folder


def test_the_first_hour_ends_with_a_true_answer(played: Path) -> None:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    line = example("first hour").splitlines()[2]
    environment = {**os.environ, "PATH": path}
    ran = subprocess.run(["/bin/sh", "-c", line], cwd=played, env=environment, capture_output=True, check=True)
    assert (ran.stdout, ran.stderr) == (b"True\n", b"")


def test_the_customers_lines_set_an_installation_up(played: Path) -> None:
    assert (played / "licensing" / "licensing.db").is_file()


def test_the_developers_lines_give_what_their_comments_say(played: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_LICENSE_HOME", str(played / "licensing"))
    monkeypatch.setattr(sys, "path", [str(played), *sys.path])
    monkeypatch.delitem(sys.modules, "acme_licensing", raising=False)
    names: dict[str, Any] = {}
    exec(example("developer"), names)  # noqa: S102  # our own README
    with names["licensing"] as licensing:
        assert isinstance(licensing, Licensing)
        assert licensing.allows("server")
        assert licensing.access("reports") is Access.READ
        assert licensing.user("anna").allows("reports")
        assert licensing.user("bob", licenses=["standard"]).allows("server")
        assert licensing.status is BundleState.ACTIVE


def test_the_readme_is_one_page() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 110
