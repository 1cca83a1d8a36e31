"""Where an installation lives: a folder with its database, or a PostgreSQL server."""

import os
from collections.abc import Mapping
from pathlib import Path
from secrets import token_bytes
from typing import Final

from licensekit.chain import GENESIS, Head
from licensekit.database import ABSENT, Connection, Database, connect, is_url
from licensekit.errors import FileUnusable, HomeInvalid, NotActivated
from licensekit.files import unusable
from licensekit.keys.signing import SEED_BYTES
from licensekit.state.audit_events import Created
from licensekit.state.journal import NOTHING_OBSERVED
from licensekit.state.journal_entries import Founded
from licensekit.state.logs import EMPTY, JournalWriter, append_audit, audit_head, key_of
from licensekit.state.mark import Mark, write_mark
from licensekit.state.schema import SCHEMA

DATABASE_NAME: Final = "licensing.db"
SECRET_BYTES: Final = 32


def open_installation(location: str | os.PathLike[str], *, create: bool) -> Database:
    """Open the installation at `location`, a folder or a `postgresql://` URL.

    With `create` the folder, its database and the installation's own key are made if they are not
    there yet.

    Raises:
        NotActivated: there is none, and `create` is false.
        HomeInvalid: the folder cannot be used.
        StateError: the database cannot be used; see `licensekit.database.connect`.
    """
    target = database_of(location, create=create)
    try:
        database = connect(target, schema=SCHEMA, create=create)
    except FileUnusable as error:
        if create or error.reason not in ABSENT:
            raise
        raise NotActivated(reason="absent", where=error.where) from error
    try:
        if create:
            _establish(database)
    except BaseException:  # an interruption too must leave no database open
        database.close()
        raise
    return database


def open_empty(location: str | os.PathLike[str]) -> Database:
    """Open a new location for an installation that is moved; one that is there is left alone.

    Raises:
        HomeInvalid, StateError: as `open_installation` does.
    """
    return connect(database_of(location, create=True), schema=SCHEMA, create=True)


def default_home(platform: str, environment: Mapping[str, str]) -> str:
    """Return the data folder of the user on this platform."""
    home = Path(environment.get("HOME") or Path.home())
    if platform == "win32":
        folder = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif platform == "darwin":
        folder = home / "Library" / "Application Support"
    else:
        folder = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    return str(folder / "licensekit")


def displayed(location: str | os.PathLike[str], database: Database) -> str:
    """Return the location as it may be shown and typed again: absolute, without a password."""
    place = os.fspath(location)
    return database.location if is_url(place) else str(Path(place).absolute())


def database_of(location: str | os.PathLike[str], *, create: bool) -> str | Path:
    """Return where the database of an installation is; with `create`, its folder is made."""
    place = os.fspath(location)
    return place if is_url(place) else _folder(Path(place), create=create) / DATABASE_NAME


def _folder(folder: Path, *, create: bool) -> Path:
    try:
        if create:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_file = folder.exists() and not folder.is_dir()
    except FileExistsError:
        is_file = True
    except (OSError, ValueError) as error:
        raise unusable(folder, "a home", error) from error
    if is_file:
        raise HomeInvalid(reason="not-a-folder", where=str(folder))
    return folder


def _establish(database: Database) -> None:
    """Write the key, the secret and the mark of a new installation, however many processes try."""
    with database.read() as connection:
        known = connection.one("SELECT one FROM installation")
        mark = heads_of(connection)
    if known is None:
        with database.write() as connection:
            seed = token_bytes(SEED_BYTES)
            created = connection.run(
                "INSERT INTO installation"
                " (one, seed, secret, observations, head, observed, signature)"
                " VALUES (1, ?, ?, ?, 0, ?, ?) ON CONFLICT (one) DO NOTHING",
                seed,
                token_bytes(SECRET_BYTES),
                b"",
                NOTHING_OBSERVED,
                b"",
            )
            if created:
                append_audit(connection, {"did": Created.code})
                key = key_of(seed)
                journal = JournalWriter(connection, key, EMPTY)
                journal.enter(Founded(key.verifying_key.public))
                journal.sign_head()
            mark = heads_of(connection)
    # A crash before the first mark was written must not look like a mark that was removed.
    if mark.audit.number == 1:
        write_mark(database.location, mark)


def heads_of(connection: Connection) -> Mark:
    """Return the newest entries of both logs."""
    row = connection.one("SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1")
    return Mark(audit_head(connection), Head(0, GENESIS) if row is None else Head(*row))
