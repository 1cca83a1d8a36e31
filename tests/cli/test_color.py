"""Color: on a terminal only, unless the environment or the command says otherwise."""

import pytest

from licensekit.cli.groups import color_wanted
from tests import makers
from tests.cli.invoking import invoke

PACK = makers.file_of(makers.first_root()).encode()


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, None),
        ({"TERM": "xterm"}, None),
        ({"NO_COLOR": ""}, None),
        ({"NO_COLOR": "0"}, False),
        ({"TERM": "dumb"}, False),
        ({"CLICOLOR": "0"}, False),
        ({"CLICOLOR_FORCE": "1"}, True),
        ({"FORCE_COLOR": "3", "TERM": "dumb"}, True),
        ({"CLICOLOR_FORCE": "0"}, None),
        ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, False),
    ],
)
def test_the_environment_says_whether_there_is_color(environment: dict[str, str], wanted: object) -> None:
    assert color_wanted(environment) is wanted


@pytest.mark.parametrize(
    ("force", "option", "colored"),
    [(False, [], False), (True, [], True), (True, ["--no-color"], False), (False, ["--color"], True)],
)
def test_the_option_wins_over_the_environment(
    monkeypatch: pytest.MonkeyPatch, option: list[str], *, force: bool, colored: bool
) -> None:
    if force:
        monkeypatch.setenv("CLICOLOR_FORCE", "1")
    ran = invoke([*option, "inspect", "-"], stdin=PACK)
    assert ("\x1b[" in ran.out) is colored


def test_color_changes_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = invoke(["--no-color", "inspect", "-"], stdin=PACK).out
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    colored = invoke(["inspect", "-"], stdin=PACK).out
    for sequence in ("\x1b[31m", "\x1b[1m", "\x1b[0m"):
        colored = colored.replace(sequence, "")
    assert colored == plain
