"""Whatever a disk refuses, and whenever the power goes, a command has done all of it or nothing, and runs again.

Each command is struck at one call of each place in the code that no command before has been struck at. With
LICENSEKIT_TEST_FAULTS=all in the environment, each is struck at every call, which takes hours.
"""

import os
from pathlib import Path
from typing import Final

import click
import pytest

from tests.cli.command_tree import every_command
from tests.disk_faults import power, trials, worlds

LEFT_OUT: Final = {
    "ledger move": "it moves to or from a server: tests/cli/issuer/test_ledger_on_a_server.py",
    "update": "it activates what it has fetched, as `activate` does",
}
"""Commands that are not struck, and why."""
EVERY_CALL: Final = os.environ.get("LICENSEKIT_TEST_FAULTS") == "all"
STRUCK: Final[set[str]] = set()
"""The places in the code at which a command was struck."""
STATES: Final = 6  # how many of the states of each loss are looked at, unless all are
IN_THE_DARK: Final = (
    "init", "issue", "issue many", "pack", "publish", "keys new", "keys passphrase", "ledger restore", "activate first",
    "users import", "restore", "move",
)  # fmt: skip
"""Commands during which the power goes: one of each way to write; all are, where each call is struck."""


def test_every_command_is_struck_or_left_out_for_a_reason() -> None:
    commands = {
        node.path
        for node in every_command()
        if node.words[0] == "licensekit" and not isinstance(node.command, click.Group)
    }
    struck = {" ".join(name.split()[: len(path.split())]) for name in worlds.COMMANDS for path in commands}
    assert commands - struck == LEFT_OUT.keys()
    assert {
        name for name in worlds.COMMANDS if not any(f"{name} ".startswith(f"{path} ") for path in commands)
    } == set()


@pytest.mark.thorough
@pytest.mark.attack("failing-disk")
@pytest.mark.parametrize("name", worlds.COMMANDS)
def test_a_disk_that_fails_leaves_all_of_a_change_or_nothing(world_folder: Path, name: str) -> None:
    case = trials.make_case(name, world_folder / "base", world_folder)
    wrong = [
        f"{trouble}: {call.kind} {call.path}: {what}"
        for trouble, call, outcome in trials.sweep(case, None if EVERY_CALL else STRUCK)
        for what in outcome.wrong
    ]
    assert wrong == []


@pytest.mark.thorough
@pytest.mark.attack("power-cut")
@pytest.mark.parametrize("name", worlds.COMMANDS if EVERY_CALL else IN_THE_DARK)
def test_when_the_power_goes_all_of_a_change_is_there_or_nothing(world_folder: Path, name: str) -> None:
    case = trials.make_case(name, world_folder / "base", world_folder)
    wrong = [
        f"{crash.loss} before {crash.call}: {what}"
        for crash in power.some(power.crashes(case), None if EVERY_CALL else STATES)
        for what in power.judge(case, crash)
        if not (trials.TAKEN in what and ".key:" in what)  # a key that nobody admitted is moved away by a person
    ]
    assert wrong == []


@pytest.mark.attack("failing-disk")
@pytest.mark.parametrize("name", ["users add", "customers set"])
@pytest.mark.parametrize("trouble", ["full", "error", "read-only"])
def test_a_change_that_cannot_be_written_is_refused_with_its_place(world_folder: Path, name: str, trouble: str) -> None:
    case = trials.make_case(name, world_folder / "base", world_folder)
    chosen = trials.TROUBLES[trouble]
    first = next(number for number in trials.points(case, chosen) if case.calls[number].path.endswith("-wal"))
    outcome = trials.strike(case, chosen, first)
    assert outcome.wrong == ()
    assert [error.code for error in outcome.errors] == ["database-unavailable"]
