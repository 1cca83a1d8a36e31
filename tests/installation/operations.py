"""Changes of an installation to be struck in the middle, and what is left of them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any, Final

from licensekit.database import Schema, connect
from licensekit.database.schemas import Migration, tables
from licensekit.errors import DatabaseNewer, NotActivated
from licensekit.installation import Installation, parse_users, restore
from licensekit.state.home import DATABASE_NAME, SCHEMA
from tests.homes import Home, bundle, file

TABLES: Final = tables(SCHEMA)
NEXT: Final = Schema(
    "installation",
    (
        *SCHEMA.migrations,
        Migration(
            (
                "CREATE TABLE later (number {integer} PRIMARY KEY, license {text} NOT NULL) {strict}",
                "ALTER TABLE users ADD COLUMN phone {text}",
            ),
            2,
            2,
            2,
        ),
    ),
)

BACKUP: Final = "backup"

Operation = Callable[[Home], object]


def prepare(home: Home) -> None:
    """Make the installation that every operation begins with."""
    with home.open() as installation:
        installation.activate(file(bundle(1)))
        for user in ("anna", "bob"):
            installation.users.add(user)
        installation.users.assign("anna", "sales-pro")
        installation.back_up(home.folder / BACKUP)
        installation.users.add("zoe")


def changing(act: Callable[[Installation], object]) -> Operation:
    """Return an operation on the open installation."""

    def operation(home: Home) -> None:
        with home.open() as installation:
            act(installation)

    return operation


def migrate(home: Home) -> None:
    """Bring the installation to a schema to come."""
    database = connect(home.folder / DATABASE_NAME, schema=NEXT, create=False)
    database.close()


def bring_back(home: Home) -> None:
    """Restore the backup of `prepare`, which lacks its last change."""
    restore(home.folder / BACKUP, home.place, clock=home.clock, confirm=True)


IMPORTED: Final = "id,licenses\ncarl,sales-pro\ndora,sales-pro\nemil,\nanna,user\n"
OPERATIONS: Final[dict[str, Operation]] = {
    "create": changing(lambda i: i.activate(file(bundle(1)))),
    "activate": changing(lambda i: i.activate(file(bundle(2, users={"sales-pro": 9})))),
    "assign": changing(lambda i: i.users.assign("bob", "sales-pro")),
    "import": changing(lambda i: i.users.import_rows(parse_users(IMPORTED))),
    "retire": changing(lambda i: i.users.retire("anna")),
    "return": changing(lambda i: i.propose_return().apply(confirm=True)),
    "migrate": migrate,
    "restore": bring_back,
}


def seen(home: Home) -> Any:
    """Return everything that is in the home, or None for a home that is not set up."""
    path = home.folder / DATABASE_NAME
    if not path.exists():
        return None
    with closing(sqlite3.connect(path)) as raw:
        schema = [sql for (sql,) in raw.execute("SELECT sql FROM sqlite_schema ORDER BY name")]
        if not schema:  # a database in which nothing is yet
            return None
        return schema, [raw.execute(f"SELECT * FROM {t} ORDER BY 1").fetchall() for t in TABLES]  # noqa: S608  # names of ours


def has_litter(home: Home) -> bool:
    """Return whether a first change that did not happen has left an installation behind."""
    try:
        Installation.open(home.place, create=False).close()
    except NotActivated:
        return False
    return True


def is_usable(home: Home, *, restored: bool = False) -> bool:
    """Return whether it opens, knows whether it was restored, and holds its own audit."""
    try:
        with home.open() as installation:
            return installation.audit.verify().restored == restored
    except DatabaseNewer:
        migrate(home)
        return True
