"""What every command has in common: exit codes, errors in one line, inputs, outputs."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from licensekit import errors
from licensekit.cli import inputs, output
from licensekit.cli.groups import Lazy, LicenseGroup, error_lines, exit_code
from licensekit.cli.main import COMMANDS, licensekit
from licensekit.errors import LicenseError
from tests.cli.command_tree import Node, every_command
from tests.cli.invoking import invoke
from tests.errors.coded_classes import ERRORS
from tests.faults import Broken, Odd


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.code)
def test_every_error_has_an_exit_code_of_the_table(kind: type[LicenseError]) -> None:
    table = Path(__file__).parents[2] / "docs" / "commands.md"
    documented = {
        int(line.split("|")[1])
        for line in table.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and line.split("|")[1].strip().isdigit()
    }
    assert exit_code(kind.__new__(kind)) in documented - {0}


def test_an_error_says_what_where_and_what_to_do_in_one_line() -> None:
    error = errors.KeyRevoked(key_id=b"\x01", name="sales", where="a.lic")
    assert error_lines(error) == ["a.lic: key `sales` (01) was revoked; ask the issuer for a newly signed file"]


def test_every_fault_of_a_file_has_its_line() -> None:
    faults = (Odd(said="there is no license `x`", where="users.x"), Odd(said="has no company"))
    error = errors.OrderInvalid(faults=faults, where="o.toml")
    assert error_lines(error) == ["o.toml: users.x: there is no license `x`", "o.toml: has no company"]


@pytest.mark.attack("hostile-text-on-a-screen")
def test_what_a_hostile_file_says_cannot_move_the_cursor() -> None:
    error = Broken(said="company \x1b[2J\u202egnp.exe\nsecond line")
    assert error_lines(error) == ["company \\x1b[2J\\u202egnp.exe\\nsecond line"]


def test_help_lists_every_command_under_who_uses_it() -> None:
    ran = invoke(["--help"])
    assert ran.code == 0
    for name, entry in COMMANDS.items():
        assert entry.section in ran.out
        assert f"\n  {name} " in ran.out


@pytest.mark.parametrize("node", list(every_command()), ids=str)
def test_every_help_fits_80_columns(node: Node) -> None:
    context = click.Context(node.command, info_name=str(node), terminal_width=80)
    assert [line for line in node.command.get_help(context).splitlines() if len(line) > 80] == []


def test_without_a_command_the_help_is_shown() -> None:
    ran = invoke([])
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Usage: licensekit ")


def test_version_is_the_distributions() -> None:
    assert invoke(["--version"]).out.startswith("licensekit 0.")


def test_a_mistake_in_the_command_is_one_line_with_the_way_to_help() -> None:
    ran = invoke(["inspekt"])
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "licensekit: No such command 'inspekt'; see `licensekit --help`\n"


def failing(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


TAKEN = "licensekit: x: a file of this name already exists; choose another name, or move the file away first\n"


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (errors.PlaceTaken(reason="file", where="x"), 8, TAKEN),
        (click.Abort(), 130, "licensekit: interrupted\n"),
        (KeyboardInterrupt(), 130, "licensekit: interrupted\n"),
        (click.UsageError("That is not it."), 2, "That is not it; see `licensekit fail --help`\n"),
        (click.FileError("x", "gone"), 1, "Error: Could not open file 'x': gone\n"),
    ],
)
def test_however_a_command_ends_there_is_a_code_and_a_line(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    monkeypatch.setitem(licensekit.commands, "fail", click.Command("fail", callback=failing(error)))
    ran = invoke(["fail"])
    assert ran.code == code
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_lazy_entry_that_is_not_a_command_is_a_mistake_of_ours() -> None:
    group = LicenseGroup("g", lazy={"COUNT": Lazy("S", "licensekit.limits")})
    with pytest.raises(TypeError, match="is not a command"):
        group.get_command(click.Context(group), "COUNT")


def test_an_application_adds_commands_of_its_own() -> None:
    group = LicenseGroup("g", lazy={"inspect": COMMANDS["inspect"]})
    group.add_command(click.Command("mine", help="Do mine."))
    text = group.get_help(click.Context(group))
    assert "Commands:\n  mine  Do mine." in text
    assert "inspect" in text


@pytest.mark.parametrize("text", ["2027", "2027-13-01", "2027-01-01T00:00:00", "0001-01-01", "x"])
def test_now_is_a_date_or_a_time_with_its_zone(text: str) -> None:
    ran = invoke(["inspect", "-", "--now", text], stdin=b"")
    assert ran.code == 2
    assert f"'--now': {text!r} is not a date" in ran.err
    assert "or a time like 2027-01-01T00:00:00Z" in ran.err


NOTHING = inputs.SecretSource("passphrase")


@pytest.mark.parametrize(
    ("content", "passphrase"), [(b"secret\n", b"secret"), (b"secret\r\nmore", b"secret"), (b" a b ", b" a b ")]
)
def test_a_passphrase_is_the_first_line_of_its_file(tmp_path: Path, content: bytes, passphrase: bytes) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(content)
    assert inputs.read_secret(inputs.SecretSource("passphrase", (str(path),)), "?") == passphrase
    read, write = os.pipe()
    os.write(write, content)
    os.close(write)
    assert inputs.read_secret(inputs.SecretSource("passphrase", (), (read,)), "?") == passphrase
    os.close(read)


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"\nsecret", errors.PassphraseMissing), (b"", errors.PassphraseMissing), (b"x" * 1025, errors.TooLarge)],
)
def test_an_invalid_passphrase_is_refused(tmp_path: Path, content: bytes, error: type[LicenseError]) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(content)
    with pytest.raises(error):
        inputs.read_secret(inputs.SecretSource("passphrase", (str(path),)), "?")
    read, write = os.pipe()
    os.write(write, content)
    os.close(write)
    with pytest.raises(error):
        inputs.read_secret(inputs.SecretSource("passphrase", (), (read,)), "?")
    os.close(read)


def test_without_a_terminal_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", open(os.devnull, encoding="utf-8"))  # noqa: PTH123, SIM115  # closed with the process
    with pytest.raises(errors.PassphraseMissing, match="--passphrase-file"):
        inputs.read_secret(NOTHING, "Passphrase")
    sys.stdin.close()


def test_a_passphrase_comes_from_one_place() -> None:
    with pytest.raises(click.UsageError, match="exclude each other"):
        inputs.read_secret(inputs.SecretSource("passphrase", ("x",), (3,)), "?")


def test_a_descriptor_that_is_not_open_is_an_error() -> None:
    with pytest.raises(errors.FileUnusable, match="descriptor 999"):
        inputs.read_secret(inputs.SecretSource("passphrase", (), (999,)), "?")


@pytest.mark.attack("oversize-file")
def test_standard_input_has_a_limit() -> None:
    ran = invoke(["inspect", "-"], stdin=b"x" * (4 * 1024 * 1024 + 1))
    assert ran.code == 3
    assert "more than 4194304 bytes" in ran.err


def test_a_dash_writes_to_standard_output(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    inputs.write_output("-", b"\x00\xff")
    assert capfdbinary.readouterr().out == b"\x00\xff"
    inputs.write_output(str(tmp_path / "out"), b"data")
    assert (tmp_path / "out").read_bytes() == b"data"


@pytest.mark.attack("hostile-text-on-a-screen")
def test_numbers_are_aligned_and_hostile_text_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(["name", ">count"], [("a\x1bb", 5), ("long name", None)])
    assert capsys.readouterr().out == "name       count\na\\x1bb         5\nlong name\n"
    output.facts(("one", 1), ("two", None))
    assert capsys.readouterr().out == "one  1\n"


def test_remarks_and_warnings_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    output.remark("by the way")
    output.warn("look out")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "by the way\nlook out\n")
