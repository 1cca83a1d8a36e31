"""`docs/how-to/keys.md` can be played from its first command to its last."""

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from licensekit import limits
from licensekit.cli.main import licensekit
from licensekit.keys import keyfile
from licensekit.trust.sign import sign
from licensekit.wire import armor
from licensekit.wire.documents import Bundle, decode
from licensekit.wire.frame import read
from tests import makers
from tests.docs.tables import text_of
from tests.issuer_command import Desk
from tests.workspaces import PASSPHRASE

TEXT = text_of("how-to/keys.md")


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
    given = {"--passphrase-file": desk.passphrase, "--root-passphrase-file": desk.root_passphrase}
    more = [word for option, words in given.items() if option in known for word in words]
    return desk.run(*words, *more).stdout


SOLD = "licensekit issue sold.toml -C acme -o sold.lic"
REVOKED = "licensekit revoke key signing-2"


def test_the_guide_can_be_played(desk: Desk) -> None:
    pins: list[str] = [""]
    shown: dict[str, str] = {}
    for line in played():
        if line.startswith("licensekit keys rotate signing-2"):
            Path("sold.toml").write_text('company = "Fjord"\nsystem = ["server"]\n', "utf-8")
            run(desk, SOLD, pins[0])
            shutil.copy("acme/keys/signing-2.key", "stolen.key")
        if line.startswith(REVOKED):
            backdate("stolen.key", "sold.lic")
            assert not refused_files(pins[0])
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
    assert refused_files(pins[0]) == ["sold.lic", "stolen.lic"]


def backdate(key: str, file: str) -> None:
    """Sign with a stolen key what looks as old as `file`, as `stolen.lic`."""
    stolen = keyfile.open_(Path(key).read_bytes(), PASSPHRASE)
    (token,) = (one for one in armor.read(Path(file).read_bytes()) if one.type == "bundle")
    sold = decode(Bundle, read(token.frame).payload)
    forged = sign(makers.changed(sold, sequence=2, company="Thief"), stolen)
    Path("stolen.lic").write_text(makers.file_of(forged), "ascii")


def refused_files(pin: str) -> list[str]:
    """Return which of the vendor's old and new file and the thief's the newest pack refuses."""
    trusted = ("--pack", "acme/acme.lkp", "--root", pin)
    (again,) = map(str, Path("again").glob("*.lic"))
    files = (again, "sold.lic", "stolen.lic")
    args = [("verify", file, *trusted) for file in files]
    results = [CliRunner().invoke(licensekit, words) for words in args]
    return [file for file, result in zip(files, results, strict=True) if result.exit_code == 4]


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
