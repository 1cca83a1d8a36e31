"""With `--json` every failure is one object on standard output, with the same line and code."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import click
import pytest
from click.testing import CliRunner

from licensekit import errors
from licensekit.cli import customer_commands
from licensekit.cli.groups import DEFECT, TRACEBACK, report_defect
from licensekit.cli.main import licensekit
from licensekit.cli.output import emit_json, stream_json
from tests.cli.command_tree import Node, every_command
from tests.cli.invoking import Ran, invoke
from tests.faults import Broken, Odd

KEYS = ["code", "message", "data", "hint", "where"]
COMMANDS = [node for node in every_command() if node.words[0] == "licensekit"]


class Sold(errors.LicenseError):
    """An error with typed data."""

    code = "sold-out"
    template = "{total} of {license} are in use"
    hint_template = "release one"
    license: str
    total: int
    key: bytes = b""


def failure(ran: Ran) -> dict[str, Any]:
    """Return the one error on standard output."""
    printed = json.loads(ran.out)
    assert list(printed) == ["error"]
    assert list(printed["error"]) == KEYS
    error: dict[str, Any] = printed["error"]
    return error


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Runs `licensekit fail --json`, which does what it is given."""

    def run_fail(action: Callable[[], None], *words: str) -> Ran:
        option = click.Option(["--json"], is_flag=True, expose_value=False)
        command = click.Command("fail", callback=action, params=[option])
        monkeypatch.setitem(licensekit.commands, "fail", command)
        return invoke(["fail", *(words or ("--json",))])

    return run_fail


def raising(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def test_an_error_prints_code_message_data_hint_and_place(run: Callable[..., Ran]) -> None:
    ran = run(raising(Sold(license="seat", total=2, key=b"\x01\xff", where="a.lic")))
    assert failure(ran) == {
        "code": "sold-out",
        "message": "2 of seat are in use",
        "data": {"license": "seat", "total": 2, "key": "01ff"},
        "hint": "release one",
        "where": "a.lic",
    }
    assert (ran.code, ran.err) == (1, "licensekit: a.lic: 2 of seat are in use; release one\n")


def test_what_an_error_has_not_is_null(run: Callable[..., Ran]) -> None:
    error = failure(run(raising(Broken())))
    assert (error["hint"], error["where"]) == (None, None)


def test_without_json_nothing_is_on_standard_output(run: Callable[..., Ran]) -> None:
    for words in (["--"], ["--", "--json"]):
        assert run(raising(Broken()), *words).out == ""


def test_every_fault_of_a_file_is_in_its_data(run: Callable[..., Ran]) -> None:
    faults = (Odd(said="there is no license `x`", where="users.x"), Odd(said="has no company"))
    ran = run(raising(errors.OrderInvalid(faults=faults, where="o.toml")))
    listed = failure(ran)["data"]["faults"]
    assert [list(fault) for fault in listed] == [KEYS] * len(faults)
    assert [(fault["code"], fault["where"]) for fault in listed] == [("test-odd", "users.x"), ("test-odd", None)]
    assert ran.err.count("\n") == len(faults)


def test_every_reason_of_a_refusal_is_in_its_data(run: Callable[..., Ran]) -> None:
    one: dict[str, Any] = {"serial": "1010000014", "part": "base", "use": "trial", "sequence": 1}
    more = errors.BundleRefused(reason="older", **one, highest=2)
    ran = run(raising(errors.BundleRefused(reason="other-serial", **one, present="1010000022").replace(more=(more,))))
    error = failure(ran)
    assert (ran.code, error["code"]) == (6, "bundle-refused")
    [reason] = error["data"]["more"]
    assert (reason["data"]["reason"], reason["hint"]) == ("older", more.hint)


@pytest.mark.attack("hostile-text-on-a-screen")
def test_nothing_in_an_object_moves_the_cursor(run: Callable[..., Ran]) -> None:
    said = "\x9b2J\u202egnp.exe\nsecond"
    ran = run(raising(Broken(said=said)))
    assert all(line.isprintable() for line in ran.out.splitlines())
    assert failure(ran)["message"] == said


def test_a_list_that_cannot_be_read_to_its_end_stays_one_object(run: Callable[..., Ran]) -> None:
    def users() -> Iterator[dict[str, str]]:
        yield {"id": "anna"}
        raise Broken(said="the database is away")

    ran = run(lambda: stream_json("users", users()))
    printed = json.loads(ran.out)
    assert printed["users"] == [{"id": "anna"}]
    assert printed["error"]["message"] == "the database is away"
    assert ran.err == "licensekit: the database is away\n"


def test_a_failure_after_the_facts_prints_no_second_object(run: Callable[..., Ran]) -> None:
    def fail() -> None:
        emit_json({"file": "a.lic"})
        raise Broken

    ran = run(fail)
    assert json.loads(ran.out) == {"file": "a.lic"}
    assert (ran.code, ran.err) == (1, "licensekit: it went wrong\n")


@pytest.mark.parametrize("node", COMMANDS, ids=str)
def test_every_command_tells_a_script_what_it_does_not_understand(node: Node) -> None:
    ran = invoke([*node.words[1:], "--no-such-option", "--json"])
    error = failure(ran)
    assert (ran.code, error["code"]) == (2, "usage")
    assert "--no-such-option" in error["message"]
    assert error["hint"] == f"see `{node} --help`"
    assert ran.err.startswith(f"licensekit: {error['message']}")
    assert ran.err.endswith(f" {error['hint']}\n")
    assert ran.err.count("\n") == 1


def test_a_command_that_is_not_there_is_a_usage_error() -> None:
    assert failure(invoke(["--json", "inspekt"]))["code"] == "usage"
    assert failure(invoke(["inspekt", "--json"]))["code"] == "usage"


def test_a_usage_error_is_one_line() -> None:
    ran = invoke(["inspect", "a\nb", "--now", "\x1b[2J\n"])
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert ran.err.removesuffix("\n").isprintable()


def test_an_applications_commands_print_the_same_object() -> None:
    acme = click.Group("acme", commands={"license": customer_commands()})
    runner = CliRunner()
    ran = runner.invoke(acme, ["license", "status", "--home", "nowhere", "--json"])
    error = json.loads(ran.stdout)["error"]
    assert list(error) == KEYS
    assert ran.stderr.startswith("acme: ")
    assert (error["code"], ran.exit_code) == ("not-activated", 6)
    refused = runner.invoke(acme, ["license", "status", "--nothing", "--json"])
    assert json.loads(refused.stdout)["error"]["code"] == "usage"


@pytest.mark.parametrize("error", [click.Abort(), KeyboardInterrupt()])
def test_an_interruption_is_a_line(run: Callable[..., Ran], error: BaseException) -> None:
    ran = run(raising(error))
    assert (ran.code, ran.out, ran.err.strip()) == (130, "", "licensekit: interrupted")


def test_a_defect_is_a_line_and_its_traceback_is_for_who_asks(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TRACEBACK, "")
    ran = run(raising(ZeroDivisionError("division\nby zero")))
    error = failure(ran)
    assert (ran.code, error["code"]) == (70, "defect")
    assert ran.err.startswith("licensekit: unexpected ZeroDivisionError: division\\nby zero; ")
    assert ran.err.count("\n") == 1
    monkeypatch.setenv(TRACEBACK, "1")
    assert "Traceback" in run(raising(ZeroDivisionError())).err


@pytest.mark.parametrize("words", [[], ["status"], ["--", "--json"]])
def test_a_defect_is_one_line_where_nobody_asked_for_json(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert report_defect(RuntimeError("the wheel is square"), words) == DEFECT
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "RuntimeError: the wheel is square" in err
