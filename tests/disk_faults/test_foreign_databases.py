"""Every command leaves a database as it is that belongs to another program, or to the other side."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from licensekit.cli import groups
from tests.disk_faults import worlds

LEDGER, INSTALLATION = "acme/ledger.db", "home/licensing.db"


def another_program(path: Path) -> None:
    """Make the database of another program."""
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)")
        raw.execute("INSERT INTO users VALUES (1, 'anna')")
        raw.commit()


def another_mark(path: Path) -> None:
    """Mark a database of ours as another application's."""
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA application_id = 252006674")


def another_kind(path: Path) -> None:
    """Put the database of the other side there."""
    shutil.copyfile(LEDGER if str(path) == INSTALLATION else INSTALLATION, path)


FOREIGN: Final[dict[str, Callable[[Path], object]]] = {
    "another program": another_program,
    "another mark": another_mark,
    "another kind": another_kind,
    "text": lambda path: path.write_text("users and licenses\n" * 100),
    "a byte": lambda path: path.write_bytes(b"\0"),
    "noise": lambda path: path.write_bytes(bytes(range(256)) * 64),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:5000]),
}
NOT_OURS: Final = frozenset({"another program", "another mark", "another kind"})
"""In whose place not even `restore` puts a backup; all others may be what is left of a database."""
OF_NO_DATABASE: Final = frozenset({"keys passphrase"})
"""What changes a file that is not asked of the database."""

FINDINGS: Final = frozenset({"doctor", "ledger doctor"})
"""What says in a table what is wrong."""


def of_side(option: str) -> list[str]:
    """Return the commands that open the database that this option names."""
    return [name for name, lines in worlds.COMMANDS.items() if option in lines[-1]]


@pytest.mark.attack("foreign-database")
@pytest.mark.parametrize("foreign", FOREIGN)
@pytest.mark.parametrize(("place", "option"), [(LEDGER, "{w}"), (INSTALLATION, "{h}")])
def test_a_file_that_is_not_a_database_of_ours_stays_as_it_is(
    world: Path, foreign: str, place: str, option: str
) -> None:
    wrong: dict[str, str] = {}
    with worlds.still(world):
        shutil.copyfile(place, "saved.db")
        path = Path(place)
        if foreign in {"another program", "text", "a byte", "noise"}:
            path.unlink()
        FOREIGN[foreign](path)
        before, data = worlds.view(world), path.read_bytes()
        for name in set(of_side(option)) - OF_NO_DATABASE:
            if name in {"restore", "ledger restore"} and foreign not in NOT_OURS:
                continue
            ran = worlds.run(worlds.COMMANDS[name][-1])
            if ran.code in {0, groups.DEFECT} or not (ran.err.startswith("licensekit: ") or name in FINDINGS):
                wrong[name] = f"{ran.code} {ran.err}"
            if (worlds.view(world), path.read_bytes()) != (before, data):
                pytest.fail(f"{name} has changed something")
    assert wrong == {}


@pytest.mark.attack("foreign-database")
@pytest.mark.parametrize("foreign", sorted(FOREIGN.keys() - NOT_OURS))
@pytest.mark.parametrize(
    ("place", "line"), [(LEDGER, "ledger restore saved.db {w} --yes"), (INSTALLATION, "restore saved.db --yes {h}")]
)
def test_a_backup_is_put_in_place_of_what_is_left_of_a_database(
    world: Path, foreign: str, place: str, line: str
) -> None:
    with worlds.still(world):
        worlds.prepare("backup saved.db {h}" if place == INSTALLATION else "ledger backup saved.db {w}")
        FOREIGN[foreign](Path(place))
        data = Path(place).read_bytes()
        worlds.prepare(line)
        assert Path(f"{place}.damaged-1").read_bytes() == data
        assert worlds.run("doctor {h}" if place == INSTALLATION else "ledger verify {w}").code == 0
