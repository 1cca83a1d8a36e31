"""Output that cannot be written has a code and an exit status of its own; what cannot be encoded is escaped."""

import errno
import io
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final
from unittest.mock import Mock

import click
import pytest

from licensekit.cli import customer_commands, inputs, streams
from licensekit.cli.groups import exit_code
from licensekit.cli.main import licensekit
from licensekit.errors import FileUnusable, OutputFailed
from tests import homes
from tests.cli.broken_streams import FULL, GONE, invoke
from tests.cli.command_tree import Node, every_command
from tests.cli.every_use import make_use, make_world, used, view
from tests.cli.invoking import Ran
from tests.disk_faults import worlds

NODES: Final = [node for node in every_command() if node.words[0] == "licensekit"]
UNWRITTEN: Final = "licensekit: standard output: it cannot be written (No space left on device)"
READERS: Final = {"status", "users list", "users add", "pack"}
"""Commands that are also tried with a reader who goes away, beside all that show something before they change it."""
NOTHING: Final = "nothing was changed"
ESCAPED: Final = re.compile(r"\\u[0-9a-f]{4}|\\U[0-9a-f]{8}|\\x[0-9a-f]{2}")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world that all commands begin with."""
    return make_world(tmp_path_factory.mktemp("world") / "base")


@pytest.mark.attack("unwritable-output")
@pytest.mark.attack("unencodable-output")
@pytest.mark.parametrize("name", list(used()))
def test_no_command_ends_in_a_traceback_whatever_its_streams_are(name: str, world: Path, tmp_path: Path) -> None:
    """It does all or nothing, says which, and what it says in ASCII is what it says in UTF-8, escaped."""
    use = make_use(name, world, tmp_path)
    before = view(use.template)
    good, after = use.run(tmp_path / "run", invoke)
    assert good.code == 0, good.err

    def run(**how: Any) -> tuple[Ran, worlds.View]:
        """Run it in a new copy, unless it changes nothing."""
        if before != after:
            return use.run(tmp_path / "run", partial(invoke, **how))
        return use.run_in(tmp_path / "run", partial(invoke, **how)), after

    if not good.out.isascii():
        shown, left = run(encoding="ascii")
        assert (shown.code, left) == (0, after)
        assert ESCAPED.search(shown.out)
    if good.out:
        full, left = run(out=FULL)
        assert_told(full)
        done = before if NOTHING in full.err else after
        assert left == done
        if NOTHING in full.err or name in READERS:
            gone, left = run(out=GONE)
            assert (gone.code, left) == (streams.LOST if NOTHING in full.err else streams.GONE, done)
            assert ("cannot be written" in gone.err) is (NOTHING in full.err)
    if good.err and before != after:
        silent, left = run(err=FULL)
        assert (silent.code, silent.out, left) == (streams.LOST, good.out, after)


def assert_told(ran: Ran) -> None:
    """Check that the last line of standard error says that standard output is lost, and that the exit code does."""
    assert ran.code == streams.LOST
    assert ran.err.splitlines()[-1].startswith(UNWRITTEN)
    assert "Traceback" not in ran.err


@pytest.mark.attack("unwritable-output")
@pytest.mark.parametrize("node", NODES, ids=str)
def test_every_help_can_be_lost_or_escaped(node: Node) -> None:
    words = [*node.words[1:], "--help"]
    assert_told(invoke(words, out=FULL))
    shown, escaped = invoke(words), invoke(words, encoding="ascii")
    assert (shown.code, escaped.code) == (0, 0)
    assert ESCAPED.sub("", escaped.out) == re.sub(r"[^\x00-\x7f]", "", shown.out)


FAILING: Final = ["status", "--home", "nowhere"]


@pytest.mark.attack("unwritable-output")
def test_an_error_whose_object_is_lost_has_the_exit_status_of_lost_output() -> None:
    ran = invoke([*FAILING, "--json"], out=FULL)
    assert ran.code == streams.LOST
    first, last = ran.err.splitlines()
    assert "no installation" in first
    assert last.startswith(UNWRITTEN)
    ran = invoke(["status", "--no-such", "--json"], out=FULL)
    assert (ran.code, len(ran.err.splitlines())) == (streams.LOST, 2)


@pytest.mark.attack("unwritable-output")
def test_an_error_that_nobody_sees_keeps_its_exit_status() -> None:
    assert invoke(FAILING, err=FULL).code == 6
    assert invoke(["status", "--no-such"], err=FULL).code == 2
    assert invoke([], err=GONE).code == 2


@pytest.mark.attack("unwritable-output")
def test_lost_output_has_a_code_and_is_not_an_answer() -> None:
    error = OutputFailed(reason="done", detail="x", where="standard output")
    assert error.code == "output-failed"
    assert exit_code(error) == streams.LOST
    assert exit_code(error.replace(reason="gone")) == streams.GONE
    assert 1 not in {streams.LOST, streams.GONE}


def test_a_defect_is_reported_although_its_object_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    option = click.Option(["--json"], is_flag=True, expose_value=False)
    monkeypatch.setitem(licensekit.commands, "fail", click.Command("fail", callback=fail, params=[option]))
    ran = invoke(["fail", "--json"], out=FULL)
    assert ran.code == 70
    assert "ZeroDivisionError" in ran.err


@pytest.mark.parametrize("words", [["inspect", "-"], ["restore", "-"], ["issue", "-", "--format", "toml"]])
def test_a_standard_input_that_is_closed_is_an_error_of_ours(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: Path
) -> None:
    monkeypatch.chdir(worlds.copy_world(world, tmp_path / "run"))
    ran = invoke([*words, *(["-C", "acme"] if words[0] == "issue" else [])], stdin=None)
    assert (ran.code, ran.out) == (8, "")
    assert "standard input: it cannot be used (it is closed)" in ran.err


@pytest.mark.attack("full-disk")
def test_a_license_for_whose_file_there_is_no_room_is_in_the_ledger_and_it_says_so(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Mock(side_effect=FileUnusable(reason="disk-full", where="second.lic"))
    with worlds.still(worlds.copy_world(world, tmp_path / "run")):
        monkeypatch.setattr(inputs, "write_atomically", full)
        ran = invoke(["issue", "second.toml", "-C", "acme", "-o", "second.lic", "--passphrase-file", "secret/signing"])
        assert (ran.code, ran.out) == (streams.LOST, "")
        assert "second.lic: it cannot be written (the disk is full)" in ran.err
        assert "`licensekit ledger file` writes an issued license again" in ran.err
        monkeypatch.undo()
        assert invoke(["ledger", "file", "A-2", "-C", "acme", "-o", "second.lic"]).code == 0
        assert Path("second.lic").exists()


@pytest.fixture
def mounted(tmp_path: Path) -> click.Group:
    """The commands as an application mounts them."""
    return customer_commands(root=homes.PIN, pack=homes.pack(), home=str(tmp_path / "home"))


class _Fails(io.RawIOBase):
    """A file that cannot be written."""

    def __init__(self, number: int) -> None:
        self.number = number

    def writable(self) -> bool:
        return True

    def write(self, _: object) -> int:
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.attack("unwritable-output")
@pytest.mark.parametrize(("number", "code"), [(errno.EIO, streams.LOST), (errno.EPIPE, streams.GONE)])
def test_an_applications_commands_tell_it_as_well(mounted: click.Group, number: int, code: int) -> None:
    out = io.TextIOWrapper(io.BufferedWriter(_Fails(number)))
    with redirect_stdout(out):
        assert mounted.main(["status", "--help"], standalone_mode=False) == code
        assert sys.stdout is out
    out.flush()


@pytest.mark.process
@pytest.mark.skipif(os.name != "posix", reason="a pipe of Windows always blocks")
def test_a_pipe_that_does_not_block_is_waited_for() -> None:
    read, write = os.pipe()
    os.set_blocking(write, False)
    with suppress(BlockingIOError):
        while os.write(write, bytes(65536)):
            pass
    code = f"import os\nwhile os.read({read}, 65536): pass"
    with subprocess.Popen([sys.executable, "-c", code], pass_fds=[read]) as reader:
        os.close(read)
        with os.fdopen(write, "w") as stream, redirect_stdout(stream), streams.watched():
            sys.stdout.write("x" * 200_000)
            sys.stdout.flush()
    assert reader.returncode == 0


SHELL: Final[dict[str, tuple[int, str]]] = {
    "status --prometheus > /dev/full": (74, "No space left on device"),
    "status >&-": (74, "Bad file descriptor"),
    "status --json >&- 2>&-": (74, ""),
    "inspect - <&-": (8, "standard input"),
    "status 2>/dev/full": (0, ""),
    "--help >&- <&- 2>/dev/full": (74, ""),
}
"""What is typed into a shell: how it ends, and what is said on standard error."""


@pytest.fixture(scope="module")
def shell(world: Path) -> dict[str, str]:
    """The environment of a shell."""
    return {**os.environ, "LICENSEKIT_HOME": str(world / "home")}


@pytest.mark.process
@pytest.mark.attack("unwritable-output")
@pytest.mark.skipif(os.name != "posix", reason="closed descriptors and /dev/full are POSIX's")
@pytest.mark.parametrize("line", SHELL)
def test_a_shell_sees_how_it_ended(line: str, shell: dict[str, str], world: Path) -> None:
    command = f"{sys.executable} -m licensekit {line}"
    ran = subprocess.run(
        ["/bin/bash", "-c", command], cwd=world, env=shell, capture_output=True, text=True, check=False
    )
    code, said = SHELL[line]
    assert (ran.returncode, len(ran.stderr.splitlines())) == (code, 1 if said else 0), ran.stderr
    assert said in ran.stderr


@pytest.mark.process
@pytest.mark.attack("unwritable-output")
@pytest.mark.skipif(os.name != "posix", reason="a shell of POSIX")
def test_a_reader_that_goes_away_ends_it_quietly(shell: dict[str, str]) -> None:
    line = f"{sys.executable} -m licensekit --help | true; echo ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["/bin/bash", "-c", line], env=shell, capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("141\n", "")


@pytest.mark.process
@pytest.mark.attack("unencodable-output")
@pytest.mark.parametrize("how", [{"PYTHONIOENCODING": "cp1252"}, {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_json_goes_out_whole_in_any_locale(how: dict[str, str], shell: dict[str, str]) -> None:
    environment = {**shell, "LC_ALL": "C", "PYTHONUTF8": "0", **how}
    command = [sys.executable, "-m", "licensekit", "users", "list", "--json"]
    ran = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert json.loads(ran.stdout.decode("ascii"))["users"][0]["name"] == "Zażółć日本😀"
