"""Worlds in which every command succeeds: a vendor's workspace, a customer's installation, and a clock that stands."""

import hashlib
import os
import random
import shutil
import sqlite3
import tempfile
import time
import tomllib
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, tzinfo
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licensekit import Licensing, limits
from licensekit.access import Access
from licensekit.cli import inputs
from licensekit.console.security.sign_in import Links
from licensekit.database import wait_queue
from licensekit.dates import DAY_SECONDS
from licensekit.entitlements.amounts import Tier
from licensekit.entitlements.assignment import SeatPool
from licensekit.issuer import Workspace, create
from licensekit.issuer.orders import numbering
from licensekit.keys import keyfile
from licensekit.state import time as times
from licensekit.state.home import open_installation
from licensekit.state.seats import SeatRequest, take
from tests.cli.invoking import Ran, invoke
from tests.homes import Clock
from tests.workspaces import PASSPHRASE, ROOT_PASSPHRASE

NOW: Final = 1_798_765_200
"""2027-01-01T01:00:00Z."""
TABLE: Final = tomllib.loads(Path(__file__).with_name("commands.toml").read_text("utf-8"))
COMMANDS: Final[Mapping[str, list[str]]] = TABLE["commands"]
"""Every command: what prepares it, and last the line that is struck."""
REPAIRS: Final[Mapping[str, str]] = TABLE["repairs"]

_CIPHER: Final = cache(keyfile._cipher)  # pyright: ignore[reportPrivateUsage]  # a key is opened a thousand times here

View = dict[str, str]
"""What is in each file of a world, without what says nothing: how SQLite keeps rows, queues and marks."""


_NAMES: Final = count()


def _unlike(size: int) -> str:
    """Return a name that no other file has, whatever was left behind."""
    return f"{next(_NAMES):0{2 * size}x}"


def _bytes_unlike(size: int) -> bytes:
    return bytes.fromhex(_unlike(size))


class _Clock(datetime):
    """A clock that stands."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # as the one that it stands for
        return datetime.fromtimestamp(time.time(), tz or UTC)


@contextmanager
def still(world: Path, now: int = NOW) -> Generator[None]:
    """Work in `world` for a block, at one moment and with the same random numbers each time."""
    drawn = count()
    before = Path.cwd()
    (world / "tmp").mkdir(exist_ok=True)

    def draw(size: int) -> bytes:
        return hashlib.shake_256(str(next(drawn)).encode()).digest(size)

    def number(_: object) -> int:
        return int(numbering.EXAMPLE[:-1])

    with ExitStack() as stack:
        given: tuple[tuple[Any, str, object], ...] = (
            (random, "_urandom", draw),
            (time, "time", lambda: float(now)),
            (times, "datetime", _Clock),
            (Links.__new__, "__defaults__", (lambda: float(now),)),  # else the clock that was there when it was loaded
            (times, "boot_clock", lambda: times.Boot(b"boot", now)),
            (keyfile, "LOG2_N", limits.SCRYPT_LOG2_N_MIN),
            (keyfile, "_cipher", _CIPHER),
            (numbering, "anywhere", number),
            (os, "urandom", _bytes_unlike),
            *((module, "token_hex", _unlike) for module in (create, wait_queue)),
            (tempfile, "tempdir", str(world / "tmp")),
            (inputs, "account", lambda: "anna"),
        )
        for module, name, value in given:
            stack.enter_context(patch.object(module, name, value))
        stack.enter_context(patch.dict(os.environ, {"HOME": str(world), "XDG_DATA_HOME": str(world / "data")}))
        os.chdir(world)
        try:
            yield
        finally:
            os.chdir(before)


def run(line: str) -> Ran:
    """Run the command of a line of the table, in the world that is the working folder."""
    return invoke(filled(line).split())


def filled(line: str) -> str:
    """Return a line of the table with what this world knows."""
    words = {
        "p": "--passphrase-file secret/signing",
        "r": "--root-passphrase-file secret/root",
        "w": "-C acme",
        "h": "--home home",
    }
    for name, ask in ASKED.items():
        if f"{{{name}}}" in line:
            try:
                words[name] = ask()
            except (sqlite3.DatabaseError, ValueError):  # the world is in no state to know it
                words[name] = 12 * "0"
    return line.format(**words)


def _root() -> str:
    return Workspace.open(Path("acme")).state(NOW).newest_pin


def _installation() -> str:
    with closing(sqlite3.connect("home/licensing.db")) as raw:
        [(seed,)] = raw.execute("SELECT seed FROM installation")
    return hashlib.sha256(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()).hexdigest()


def _lease() -> str:
    with closing(sqlite3.connect("home/licensing.db")) as raw:
        [(lease,)] = raw.execute("SELECT id FROM leases WHERE holder = 'bob'")
    return str(lease)


ASKED: Final[dict[str, Callable[[], str]]] = {
    "root": _root,
    "b": lambda: f"--pack acme/acme.lkp --root {_root()}",
    "installation": _installation,
    "lease": _lease,
}
"""What lines of the table name that a world knows."""


def _address() -> None:
    catalog = Path("acme/catalog.toml")
    catalog.write_text(catalog.read_text("utf-8").replace("# update = ", "update = "), "utf-8")
    Path("site").mkdir()


def _catalog() -> None:
    catalog = Path("acme/catalog.toml")
    catalog.write_text(catalog.read_text("utf-8").replace('"Server"', '"The server"'), "utf-8")


def _openssh() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    form = serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    Path("id_ed25519").write_bytes(key.private_bytes(*form))


def _half() -> None:
    Path("two/root/root-2.key").rename("root-2.key")


def _console() -> None:
    Path("home/console").mkdir()
    Path("home/console/address").write_text("http://127.0.0.1:8470")


def _take_lease() -> None:
    pool = SeatPool((Tier(25, Access.FULL),), 0, None)
    with closing(open_installation("home", create=False)) as database:
        assert take(database, SeatRequest("standard", "bob", 600, Access.FULL), pool, NOW) is not None


def _turn_clock() -> None:
    """Let the installation see a clock that is 100 days ahead for more than a day of running."""
    clock = Clock(NOW + 100 * DAY_SECONDS)
    with Licensing.open("home", clock=clock, watch=False, **_trusted()) as licensing:
        for _ in range(10):
            clock.move(hours=6)
            licensing.refresh()


def _trusted() -> dict[str, Any]:
    return {"root": _root(), "pack": Path("acme/acme.lkp").read_bytes()}


PREPARE: Final[dict[str, Callable[[], None]]] = {
    "!address": _address,
    "!catalog": _catalog,
    "!openssh": _openssh,
    "!half": _half,
    "!console": _console,
    "!lease": _take_lease,
    "!clock": _turn_clock,
}


def prepare(line: str) -> None:
    """Do what a line of the table says before the command that is struck."""
    if line.startswith("!"):
        PREPARE[line]()
        return
    ran = run(line)
    if ran.code != 0:
        raise RuntimeError(f"{line}: {ran.code}\n{ran.err}")


def make_world(world: Path) -> None:
    """Make the world that all commands begin with."""
    (world / "secret").mkdir(parents=True)
    (world / "secret/signing").write_bytes(PASSPHRASE + b"\n")
    (world / "secret/root").write_bytes(ROOT_PASSPHRASE + b"\n")
    (world / "secret/new").write_bytes(b"TEST NEW PASSPHRASE\n")
    for name, text in TABLE["files"].items():
        (world / name).write_text(text.lstrip(), "utf-8")
    with still(world):
        for line in TABLE["world"]:
            prepare(line)


def copy_world(source: Path, target: Path) -> Path:
    """Copy a world."""
    return Path(shutil.copytree(source, target, symlinks=True))


def view(world: Path) -> View:
    """Return what is in each file of a world."""
    return view_of({str(one.relative_to(world)): one.read_bytes() for one in world.rglob("*") if one.is_file()})


def view_of(found: Mapping[str, bytes]) -> View:
    """Return what is in each of these files."""
    return {
        name: _rows(data, found.get(f"{name}-wal", b"")) if data.startswith(b"SQLite format 3\0") else _digest(data)
        for name, data in found.items()
        if not _says_nothing(name)
    }


def _says_nothing(name: str) -> bool:
    path = Path(name)
    return name.endswith(("-wal", "-shm")) or path.suffix == ".mark" or ".queue" in str(path.parent)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _is_table(name: str, text: str | None) -> bool:
    """Return whether a table keeps something: what is staged is of the change that was under way."""
    return (text or "").startswith("CREATE TABLE") and not name.startswith("staged_")


@cache
def _rows(data: bytes, log: bytes) -> str:
    """Return what a database holds, with its log."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        path = Path(folder, "a.db")
        path.write_bytes(data)
        if log:
            path.with_name("a.db-wal").write_bytes(log)
        try:
            with closing(sqlite3.connect(path)) as raw:
                rows: list[Any] = raw.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
                for table in [name for name, text in rows if _is_table(name, text)]:
                    rows += [table, *raw.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2').fetchall()]  # noqa: S608  # names of its own tables
        except sqlite3.DatabaseError as error:
            return f"damaged: {error}"
    return _digest(repr(rows).encode()) if rows else _NO_TABLES


_NO_TABLES: Final = "no tables"
NO_DATABASE: Final = frozenset({_NO_TABLES, _digest(b"")})
"""What counts as no database."""
