"""`docs/trust.md` can be played from its first command to its last."""

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import click
import pytest

from licensekit import limits
from licensekit.cli.main import licensekit
from licensekit.keys import keyfile
from tests.docs.tables import text_of
from tests.issuer_command import Desk

TEXT = text_of("trust.md")


def played() -> list[str]:
    """Return the commands of the page that are marked to be played, in their order."""
    blocks = re.findall(r"<!-- play -->\n```sh\n(.*?)```", TEXT, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def options_of(words: list[str]) -> set[str]:
    """Return the option names of the command that these words call."""
    command: click.Command = licensekit
    for word in words:
        if not isinstance(command, click.Group):
            break
        inner = command.get_command(click.Context(command), word)
        assert inner, words
        command = inner
    return {name for parameter in command.params for name in parameter.opts}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An empty folder, and keys that open fast."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)
    return Desk.begin(tmp_path)


def run(desk: Desk, line: str, pin: str) -> str:
    """Run a line of the page as its reader would; give what it prints."""
    program, *words = shlex.split(line.replace("lkroot1-…", pin))
    if program == "mkdir":
        for name in words:
            Path(name).mkdir()
        return ""
    if program == "mv":
        source, target = words
        shutil.move(source, target)
        return ""
    assert program == "licensekit"
    known = options_of(words)
    given = {
        "--passphrase-file": desk.passphrase,
        "--root-passphrase-file": desk.root_passphrase,
    }
    more = [word for option, words in given.items() if option in known for word in words]
    return desk.run(*words, *more).stdout


def test_the_guide_can_be_played(desk: Desk) -> None:
    pins: list[str] = [""]
    shown: dict[str, str] = {}
    for line in played():
        shown[line] = run(desk, line, pins[0])
        pins = [*filter(None, pins), *re.findall(r"lkroot1-[a-z2-7]{52}", shown[line])]
    state: dict[str, Any] = desk.json("keys", "list", "-C", "acme")
    assert {key["name"]: key["state"] for key in state["keys"]} == {
        "signing-1": "retired",
        "trials": "active",
        "signing-2": "revoked",
        "fjord-1": "active",
        "signing-3": "active",
    }
    listed = next(said for line, said in shown.items() if line.startswith("licensekit keys list"))
    assert "trial only, at most 60 days" in listed
    assert pins[0] != pins[-1]
    assert desk.json("pack", "-C", "acme")["root"] == pins[-1]
    verify = ("verify", "fjord.lic", "--pack", "acme/acme.lkp", "--root", pins[0])
    assert "BUNDLE  VERIFIED" in desk.run(*verify).stdout


def test_every_option_that_the_guide_names_exists() -> None:
    options: set[str] = set()

    def collect(command: click.Command) -> None:
        options.update(name for parameter in command.params for name in parameter.opts)
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner
                collect(inner)

    collect(licensekit)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", TEXT)) <= options


def test_every_page_that_it_links_to_is_there() -> None:
    for link in re.findall(r"\]\(([^)#]+)[)#]", TEXT):
        assert (Path(__file__).parents[2] / "docs" / link).is_file(), link
