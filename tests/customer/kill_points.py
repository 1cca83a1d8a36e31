"""Kills a process at every point of a change, and looks at what is left.

Run as `python -m tests.customer.kill_points FOLDER`; prints one JSON object. A point is a call that
may write: a statement, a commit, a file that is opened, synced or renamed.
"""

import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final

from licensekit.customer import Installation, parse_users
from licensekit.database import Migration, Schema, connect
from licensekit.errors import DatabaseNewer
from licensekit.installation.home import DATABASE_NAME
from licensekit.installation.schema import SCHEMA
from tests.homes import Home, bundle, file

POINTS: Final = frozenset({"backup", "close", "execute", "executemany", "fsync", "open", "replace"})
TABLES: Final = (
    "trust_documents",
    "bundles",
    "users",
    "sites",
    "user_licenses",
    "usage",
    "events",
    "resets",
    "audit",
    "seen_lists",
    "leases",
)
NEXT: Final = Schema(
    "installation",
    (
        *SCHEMA.migrations,
        Migration(
            SCHEMA.number + 1,
            "later",
            (
                "CREATE TABLE later (number {serial}, license {text} NOT NULL) {strict}",
                "ALTER TABLE users ADD COLUMN phone {text}",
            ),
        ),
    ),
)

Operation = Callable[[Home], object]


def prepare(home: Home) -> None:
    """Make the installation that every operation begins with."""
    with home.open() as installation:
        installation.activate(file(bundle(1)))
        for user in ("anna", "bob"):
            installation.users.add(user)
        installation.users.assign("anna", "sales-pro")


def changing(act: Callable[[Installation], object]) -> Operation:
    """Give an operation on the open installation."""

    def operation(home: Home) -> None:
        with home.open() as installation:
            act(installation)

    return operation


def migrate(home: Home) -> None:
    """Bring the installation to a schema to come."""
    database = connect(home.folder / DATABASE_NAME, schema=NEXT, create=False)
    database.close()


IMPORTED: Final = "id,licenses\ncarl,sales-pro\ndora,sales-pro\nemil,\nanna,user\n"
OPERATIONS: Final[dict[str, Operation]] = {
    "create": lambda home: home.open().close(),
    "activate": changing(lambda i: i.activate(file(bundle(2, users={"sales-pro": 9})))),
    "assign": changing(lambda i: i.users.assign("bob", "sales-pro")),
    "import": changing(lambda i: i.users.import_rows(parse_users(IMPORTED))),
    "retire": changing(lambda i: i.users.retire("anna")),
    "return": changing(lambda i: i.return_bundles()),
    "migrate": migrate,
}


def seen(home: Home) -> Any:
    """Give everything that is in the home, or None for a home that is not set up."""
    path = home.folder / DATABASE_NAME
    if not path.exists():
        return None
    with closing(sqlite3.connect(path)) as raw:
        schema = [sql for (sql,) in raw.execute("SELECT sql FROM sqlite_schema ORDER BY name")]
        with suppress(sqlite3.OperationalError):  # a database in which nothing is yet
            return schema, [raw.execute(f"SELECT * FROM {t} ORDER BY 1").fetchall() for t in TABLES]  # noqa: S608  # names of ours
    return None


def kill_at(number: int) -> Callable[[FrameType, str, Any], None]:
    """Give a profile function that kills this process at point `number`."""
    left = number

    def profile(_: FrameType, event: str, called: Any) -> None:
        nonlocal left
        if event == "c_call" and getattr(called, "__name__", "") in POINTS:
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    return profile


def ends_killed(operation: Operation, home: Home, number: int) -> bool:
    """Carry an operation out in a child that is killed at a point; say whether it got that far."""
    child = os.fork()
    if child == 0:
        sys.setprofile(kill_at(number))
        operation(home)
        sys.setprofile(None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"the operation failed by itself at point {number}")
    return False


def is_usable(home: Home) -> bool:
    """Say whether the installation opens, reports no restored backup, and holds its own audit."""
    try:
        with home.open() as installation:
            return not installation.verify_audit().restored
    except DatabaseNewer:
        migrate(home)
        return True


def examine(folder: Path, name: str) -> dict[str, int]:
    """Kill an operation at every point, and count how it ended."""
    template = Home(str(folder / "template"))
    operation = OPERATIONS[name]
    clean = Home(str(folder / f"{name}-clean"))
    if name == "create":
        before = None
    else:
        shutil.copytree(template.folder, clean.folder)
        before = seen(clean)
    operation(clean)
    after = seen(clean)
    counts = {"kills": 0, "before": 0, "after": 0, "other": 0, "unusable": 0}
    while True:
        home = Home(str(folder / f"{name}-{counts['kills']}"))
        if name != "create":
            shutil.copytree(template.folder, home.folder)
        if not ends_killed(operation, home, counts["kills"]):
            return counts
        counts["kills"] += 1
        left = seen(home)
        is_made = name == "create" and left is not None
        ending = "before" if left == before else "after" if left == after or is_made else "other"
        counts[ending] += 1
        counts["unusable"] += not is_usable(home)
        shutil.rmtree(home.folder, ignore_errors=True)


def main() -> None:
    """Examine every operation."""
    folder = Path(sys.argv[1])
    prepare(Home(str(folder / "template")))
    sys.stdout.write(json.dumps({name: examine(folder, name) for name in OPERATIONS}))


if __name__ == "__main__":
    main()
