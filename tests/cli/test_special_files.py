"""A path that a command takes is refused immediately, by name, if it is not a plain file; no command waits for it.

Commands and options come from click's tree, so that new ones are tested without being listed here. The commands of one
name run in a process of their own that may use little memory and time, and is killed if it waits. Each option is given
a link that leads to itself and one other kind of special file; with `LICENSEKIT_TEST_EVERY_KIND` in the environment, it
is given all of them.
"""

import json
import os
import re
import shutil
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from licensekit import limits
from licensekit.cli.groups import DEFECT, FILE_WORDS, NO
from licensekit.cli.main import licensekit
from licensekit.keys import keyfile
from licensekit.keys.signing import SigningKey
from licensekit.wire.frame import ED25519
from tests.cli.command_tree import APPLICATION, Node, every_command
from tests.cli.invoking import Ran, invoke
from tests.confined import Say, confined
from tests.workspaces import PASSPHRASE, ROOT_PASSPHRASE, SERIAL

pytestmark = [pytest.mark.process, pytest.mark.attack("special-file")]

ALL: Final = bool(os.environ.get("LICENSEKIT_TEST_EVERY_KIND"))


class Use(NamedTuple):
    """A parameter of a command that takes a path."""

    node: Node
    param: click.Parameter

    @property
    def name(self) -> str:
        """How its command calls it: `--output`, `file`."""
        return name_of(self.param)

    @property
    def words(self) -> set[str]:
        """The words in capitals that stand for its value."""
        if isinstance(self.param, click.Option) and self.param.is_flag:
            return set()
        return set(re.findall("[A-Z]+", self.param.make_metavar(click.Context(self.node.command))))


def name_of(param: click.Parameter) -> str:
    return max(param.opts, key=len) if isinstance(param, click.Option) else str(param.name)


def uses() -> Iterator[Use]:
    """Yield every parameter of our commands that takes a path; those of an application are the same."""
    for node in every_command():
        if node.words[0] != APPLICATION[0]:
            for param in node.command.params:
                use = Use(node, param)
                if isinstance(param.type, click.Path) or (param.type is click.STRING and use.words & FILE_WORDS):
                    yield use


USES: Final = tuple(uses())
COMMANDS: Final = tuple(dict.fromkeys(use.node.path for use in USES))
PIN: Final = "(the root pin)"
ROOT_KEY: Final = "acme/root/root.key"
ORDER: Final = "acme/orders/example.toml"
GIVEN: Final[Mapping[str, str | None]] = {
    "-C": "acme",
    "--home": "home",
    "--passphrase-file": "signing",
    "--root-passphrase-file": "root",
    "--new-passphrase-file": "signing",
    "--root-key": ROOT_KEY,
    "--reason": "lost",
    "--yes": None,
}
"""Option to what every command with it is given; None for a flag."""
OWN: Final[Mapping[str, Mapping[str, str | None]]] = {
    "init": {"folder": "new", "--yes": None},
    "catalog check": {"file": "acme/catalog.toml"},
    "catalog show": {"file": "acme/catalog.toml"},
    "catalog diff": {"file": "acme/catalog.toml"},
    "issue": {"orders": "order.toml", "--format": "toml", "--output": "new.lic"},
    "renew": {"serial": SERIAL, "--output": "new.lic", "--days": "400"},
    "renew --from-file": {"--output": "out"},
    "amend": {"serial": SERIAL, "--output": "new.lic", "--set": "company=Other"},
    "answer": {"file": "one.lkr", "--order": "order.toml", "--output": "new.lic"},
    "accept": {"file": "one.lks"},
    "publish": {"target": "public"},
    "pack": {"--output": "new.lkp"},
    "product": {"pack": "acme/acme.lkp", "--output": "new.py"},
    **{f"{verb} bundle": {"bundles": "one.lic"} for verb in ("suspend", "revoke", "void")},
    **{f"{verb} serial": {"serials": SERIAL} for verb in ("suspend", "revoke", "void")},
    "revoke key": {"name": "two"},
    "reissue": {"--signed-by": "signing-1", "--key": "two", "--output": "out"},
    "customers show": {"name": SERIAL},
    "customers set": {"name": SERIAL, "--note": "new"},
    "customers installation": {"name": SERIAL, "--name": "one"},
    "ledger show": {"name": SERIAL},
    "ledger report": {"--by": "license"},
    "ledger backup": {"file": "new.db"},
    "ledger restore": {"file": "ledger.db"},
    "ledger absorb": {"files": "one.lic"},
    "ledger move": {"target": "postgresql://nobody@localhost:1/none"},
    "ledger file": {"name": SERIAL, "--output": "new.lic"},
    "keys new": {"name": "three"},
    "keys admit": {"file": "other.pub", "--issuer": "other"},
    "keys import": {"file": "other.pem", "name": "three"},
    "keys rotate": {"name": "signing-1"},
    "keys passphrase": {"name": "signing-1"},
    "keys retire": {"name": "two"},
    "keys default": {"name": "two"},
    "keys export": {"name": "two"},
    "activate": {"file": "one.lic", "--pack": "acme/acme.lkp"},
    "users import": {"file": "users.csv"},
    "users may-login": {"--by": "web"},
    "sites set": {"site_id": "x", "--name": "x"},
    "events end": {"number": "1"},
    "return": {"--output": "new.lkt"},
    "restore": {"file": "one.db"},
    "explain -C": {"name": SERIAL},
    "inspect": {"file": "one.lic"},
    "inspect --pack": {"file": "one.lic", "--root": PIN},
    "verify": {"file": "one.lic"},
    "verify --pack": {"file": "one.lic", "--root": PIN},
    "console": {"--port": "0", "--tls-cert": "users.csv", "--tls-key": "users.csv"},
    "console --proxy-secret": {"--port": "0", "--public": "https://licenses.example.com"},
}
"""Command, or command and option, to what else it is given: with it, it would get as far as its files."""
LEFT_OUT: Final[Mapping[str, str]] = {
    "explain -C": "--home",
    "explain name": "--home",
    "explain --home": "-C",
    "inspect --pack": "-C",
    "verify --pack": "-C",
}
"""What excludes another thing that would be given."""
NOT_READ: Final[Mapping[str, str]] = {
    "--pin-file": "no key here is in a token, and it is read as a passphrase is",
    "update --ca": "the catalog names no address; `tests/files` tries it as a program does",
    "update --settle": "likewise, and `activate` has the same option",
    "update --plan": "likewise",
    "activate --settle": "nothing is to be settled, so there is nothing to be read",
    "activate --plan": "likewise",
    "return --settle": "likewise",
    "return --plan": "likewise",
    "init --partner-of": "a root pin is asked for first",
    "accept --passphrase-file": "a statement is entered without a signature",
    "reinstate bundle": "nothing is suspended",
    "reinstate serial": "likewise",
    "keys sign-trust": "nothing is in signing",
    "explain name": "it may name anything",
    "pack --passphrase-file": "nothing is to be signed again",
    "statement --output": "nothing is to be stated",
    "console --socket": "it is made, and not read; `test_console_command` tries what is in its place",
}
"""Command, option or option of a command, to why it is not read: then it is enough that the command ends."""

SECRETS: Final = ("--passphrase", "--new-passphrase", "--root-passphrase", "--pin")
INPUTS: Final = tuple(
    use
    for use in USES
    if use.param.type is click.STRING
    and use.name != "--output"
    and (ALL or use.node.path == "issue" or not use.name.startswith(SECRETS))
)
"""What may be standard input; of secrets, which one function reads, those of one command."""


def arguments(use: Use, path: Path | str) -> list[str]:
    """Return the words that call the command of `use` with this path, and otherwise rightly."""
    own = OWN.get(f"{use.node.path} {use.name}", OWN.get(use.node.path, {}))
    words, others = list(use.node.words[1:]), list[str]()
    for param in use.node.command.params:
        name = name_of(param)
        known = {**GIVEN, **own}
        if param is use.param:
            value: str | None = str(path)
        elif name in known and name != LEFT_OUT.get(f"{use.node.path} {use.name}"):
            value = known[name]
        elif isinstance(param, click.Argument) and param.required:
            value = "x"
        else:
            continue
        if isinstance(param, click.Option):
            words += [name] if value is None else [name, value]
        else:
            others.append(str(value))
    return [Path("pin").read_text() if word == PIN else word for word in words + others]


def special(folder: Path) -> dict[str, Path]:
    """Make a special file of each kind, and return them by kind; the pipe `written` has a writer."""
    (folder / "folder").mkdir(parents=True)
    for name in ("pipe", "written"):
        os.mkfifo(folder / name)
    os.write(os.open(folder / "written", os.O_RDWR | os.O_NONBLOCK), b"lk1-")
    (folder / "circle").symlink_to("circle")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(folder / "socket"))
    (folder / "link").symlink_to("/dev/zero")
    made = {name: folder / name for name in ("pipe", "written", "circle", "socket", "link", "folder")}
    return made | {name: Path(f"/{name}") for name in ("dev/zero", "dev/full")}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace, an installation, and a file of each kind."""
    folder = tmp_path_factory.mktemp("special")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN)
        patch.chdir(folder)
        Path("signing").write_bytes(PASSPHRASE + b"\n")
        Path("root").write_bytes(ROOT_PASSPHRASE + b"\n")
        Path("users.csv").write_text("id\nanna\n")
        secrets = ("--passphrase-file", "signing", "--root-passphrase-file", "root")
        pin = json.loads(_done("init", "acme", *secrets, "--json").out)["root"]
        Path("pin").write_text(pin)
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        Path("other.pem").write_bytes(pem)
        other = keyfile.format_public(SigningKey.from_secret(ED25519, key.private_bytes_raw()).verifying_key, "other")
        Path("other.pub").write_text(other)
        _done("keys", "new", "two", "-C", "acme", "--root-key", ROOT_KEY, *secrets, "--yes")
        order = Path(ORDER).read_text()
        Path("order.toml").write_text(order.replace('order = "example-1"', 'order = "another"'))
        _done("issue", ORDER, "-C", "acme", "-o", "one.lic", *secrets[:2])
        _done("activate", "one.lic", "--home", "home", "--pack", "acme/acme.lkp", "--root", pin)
        _done("request", "--home", "home", "-o", "one.lkr")
        _done("statement", "--home", "home", "-o", "one.lks")
        _done("backup", "one.db", "--home", "home")
        _done("ledger", "backup", "ledger.db", "-C", "acme")
    return folder


def _done(*words: str) -> Ran:
    ran = invoke(words)
    assert ran.code == 0, ran
    return ran


@pytest.fixture
def place(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to work in."""
    folder = tmp_path / "world"
    shutil.copytree(world, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_not_a_plain_file_is_refused_by_its_name(world: Path, place: Path, command: str) -> None:
    made = special(place.with_name("kinds"))
    kinds = list(made)

    def run(say: Say) -> None:
        for number, use in enumerate(USES):
            if use.node.path != command:
                continue
            for kind in kinds if ALL else dict.fromkeys((kinds[number % len(kinds)], "circle")):
                # Where a folder is asked for, it is one; orders may be in one, and a license file be written into one.
                if kind == "folder" and (use.words & {"DIR", "ORDERS"} or use.name == "--output"):
                    continue
                if use.name not in {"-C", "--home"}:  # what was done for one is not in the way of the next
                    shutil.rmtree(place)
                    shutil.copytree(world, place)
                    os.chdir(place)
                words = arguments(use, made[kind])
                say(" ".join(words))
                ran = invoke(words)
                say(repr(ran))
                assert ran.code != DEFECT
                if NOT_READ.keys().isdisjoint((command, use.name, f"{command} {use.name}")):
                    assert ran.code not in {0, NO}
                    assert str(made[kind]) in ran.err

    confined(run)


@pytest.mark.parametrize("command", dict.fromkeys(use.node.path for use in INPUTS))
def test_an_input_without_an_end_is_refused(place: Path, command: str) -> None:
    """`-` is standard input, wherever a command takes one."""
    assert place.is_dir()

    def run(say: Say) -> None:
        for use in INPUTS:
            if use.node.path == command:
                words = arguments(use, "-")
                say(" ".join(words))
                with open("/dev/zero", "rb") as endless:  # noqa: PTH123  # a device
                    ran: Any = CliRunner().invoke(licensekit, words, input=endless)
                say(ran.output)
                assert ran.exception is None or isinstance(ran.exception, SystemExit)
                assert ran.exit_code != DEFECT

    confined(run)


def test_a_pipe_in_place_of_a_file_of_ours_is_not_waited_for(place: Path) -> None:
    """Each file of a workspace and of an installation in turn."""
    issue = ("issue", "order.toml", "-C", "acme", "-o", "new.lic", "--passphrase-file", "signing")
    commands = (issue, ("ledger", "doctor", "-C", "acme"), ("status", "--home", "home"), ("doctor", "--home", "home"))

    def run(say: Say) -> None:
        for path in sorted(path for folder in ("acme", "home") for path in Path(folder).rglob("*") if path.is_file()):
            kept = path.with_name("kept")
            path.rename(kept)
            os.mkfifo(path)
            for words in commands:
                say(f"{path}: {words}")
                assert invoke(words).code != DEFECT
            path.unlink()
            kept.rename(path)

    assert place.is_dir()
    confined(run)


def test_a_pipe_in_place_of_a_catalog_makes_no_workspace(place: Path) -> None:
    (place / "new").mkdir()
    os.mkfifo(place / "new" / "catalog.toml")
    secrets = ("--passphrase-file", "signing", "--root-passphrase-file", "root")

    def run(say: Say) -> None:
        ran = invoke(("init", "new", "--catalog", "acme/catalog.toml", *secrets))
        say(repr(ran))
        assert ran.code not in {0, NO, DEFECT}

    confined(run)
