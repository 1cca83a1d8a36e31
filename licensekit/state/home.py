"""Where an installation lives: a folder with its database and its mark, or a PostgreSQL server.

The mark beside a database says how far its audit log and journal had grown when it last changed. A database with fewer
entries than its mark, or with another entry where the mark is, is a restored backup: it is recognized and reported, and
it works. The mark is written after a commit and read before a snapshot is taken, so that a crash or another process in
between never looks like one. A mark that cannot be read says nothing. A server keeps none.
"""

import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from licensekit.database import ABSENT, Connection, Database, Schema, connect, in_memory, is_url, read_migrations
from licensekit.database.schemas import read_queries
from licensekit.errors import FileUnusable, HomeInvalid, LicenseError, NotActivated, TooLarge
from licensekit.files import hand_over, read_bytes, sync_folder, unusable, write_atomically
from licensekit.keys.signing import SEED_BYTES
from licensekit.state.journal import EMPTY, NOTHING_OBSERVED
from licensekit.state.journal_entries import Created
from licensekit.state.logs import JournalWriter, append_audit, audit_head, key_of
from licensekit.trust.pack import product_in_pack
from licensekit.wire.chain import GENESIS, HASH_BYTES, Head

DATABASE_NAME: Final = "licensing.db"
SCHEMA: Final = Schema("installation", read_migrations(Path(__file__).with_name("migrations")))
"""The tables of an installation, as numbered migrations (`docs/installation.md`, "Tables")."""
SECRET_BYTES: Final = 32
_MARK_BYTES: Final = 256
_SQL: Final = read_queries(__file__)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
"""How a URL begins, in a path object as well; the drives of Windows have one letter."""


class Source(NamedTuple):
    """Where a license comes from and where it is kept; never the license itself."""

    home: str = ""
    """The folder or the server that keeps the installation; empty: it is in memory."""
    variable: str = ""
    """The environment variable that supplies the license; empty: it was activated in the home."""
    path: str = ""
    """The file that the variable names."""

    def __str__(self) -> str:
        supplied = f"{self.variable} ({self.path})" if self.path else self.variable
        return ", ".join(filter(None, (supplied, self.home or "in memory")))


class Mark(NamedTuple):
    """How far the logs of a database had grown: the newest entry of each."""

    audit: Head
    journal: Head


LOST: Final = Mark(Head(0, b""), Head(0, b""))  # instead of a mark that is missing or altered
MarkRead = Mark | FileUnusable | None  # a mark, why it cannot be read, or None where none is kept


def open_installation(location: str | os.PathLike[str], *, create: bool) -> Database:
    """Open the installation at a folder or URL, with `create` as a new one; raise `NotActivated` or as `connect`."""
    target = database_of(location, create=create)

    def fill(connection: Connection) -> None:
        _establish(connection)
        # Before the commit: without its mark, a database looks like a restored one.
        put_mark(str(target), heads_of(connection))

    try:
        return connect(target, schema=SCHEMA, create=create, fill=fill)
    except FileUnusable as error:
        if create or error.reason not in ABSENT:
            raise
        raise NotActivated(reason="absent", where=error.where) from error


def open_in_memory() -> Database:
    """Return a new installation with a key of its own, in memory."""
    database = in_memory(SCHEMA)
    with database.write() as connection:
        _establish(connection)
    return database


def locate(
    location: str | os.PathLike[str] | None = None,
    *,
    pack: bytes | str | None = None,
    environment: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
) -> str:
    """Return where an installation is, for every program, command and console alike: an absolute path, or a URL.

    It is `location`, else `LICENSEKIT_HOME`, else this account's folder of the product of `pack`; without a pack, the
    one product that has an installation there. Raises `HomeInvalid`, or `FileUnusable` for a folder out of reach.
    """
    place = os.fspath(location or environment.get("LICENSEKIT_HOME") or "")
    if is_url(place):
        return place
    if scheme := _SCHEME.match(place):
        raise HomeInvalid(reason="scheme", where=f"{scheme[0]}/…")
    try:
        path = Path(place).expanduser() if place else _of_product(data_folder(platform, environment), pack)
        return str(path.absolute())
    except RuntimeError as error:  # what pathlib raises for an account that is not known
        raise HomeInvalid(reason="no-user-folder", where=place) from error
    except OSError as error:
        raise unusable(Path(error.filename or place), "a home", error) from error


def data_folder(platform: str, environment: Mapping[str, str]) -> Path:
    """Return the folder under which this account has one for each product, on this platform."""
    home = Path(environment.get("HOME") or Path.home())
    if platform == "win32":
        folder = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif platform == "darwin":
        folder = home / "Library" / "Application Support"
    else:
        given = Path(environment.get("XDG_DATA_HOME", ""))  # by its rules, absolute or ignored
        folder = given if given.is_absolute() else home / ".local" / "share"
    return folder / "licensekit"


def local_folder(place: str, environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Return the folder of this machine's own files of an installation, whose `place` `locate` gave."""
    if not is_url(place):
        return Path(place)
    written = urlsplit(place)
    asked = sorted(one for one in parse_qsl(written.query) if one[0] != "password")
    known = repr((written.netloc.rpartition("@")[2], written.path, asked))  # whoever signs in, and without a secret
    return data_folder(platform, environment) / f"server-{sha256(known.encode()).hexdigest()[:16]}"


def _of_product(folder: Path, pack: bytes | str | None) -> Path:
    with suppress(LicenseError):  # who verifies the pack says what is wrong with it
        if pack is not None:
            return folder / product_in_pack(pack)
    try:
        found = sorted(one for one in folder.iterdir() if (one / DATABASE_NAME).exists())
    except FileNotFoundError:
        return folder
    if len(found) > 1:
        raise HomeInvalid(reason="several", products=tuple(one.name for one in found), where=str(folder))
    return found[0] if found else folder


def database_of(location: str | os.PathLike[str], *, create: bool) -> str | Path:
    """Return where the database of an installation is; with `create`, its folder is made."""
    place = locate(location)
    return place if is_url(place) else _folder(Path(place), create=create) / DATABASE_NAME


def missing_folders(folder: Path) -> list[Path]:
    """Return the folders to be made for a home, innermost first; raise `FileUnusable` for one that is out of reach."""
    try:
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        links = [one for one in missing if one.is_symlink()]
    except (OSError, ValueError) as error:
        raise unusable(folder, "a home", error) from error
    if links:
        raise FileUnusable(reason="link-broken", where=str(links[0]))
    return missing


def _folder(folder: Path, *, create: bool) -> Path:
    missing = missing_folders(folder)
    try:
        for one in reversed(missing if create else []):
            one.mkdir(mode=0o700 if one == folder else 0o755, exist_ok=True)
            hand_over(one, one.parent)
            sync_folder(one.parent)
        is_file = folder.exists() and not folder.is_dir()
    except FileExistsError:
        is_file = True
    except (OSError, ValueError) as error:
        raise unusable(folder, "a home", error) from error
    if is_file:
        raise HomeInvalid(reason="not-a-folder", where=str(folder))
    return folder


def _establish(connection: Connection) -> None:
    """Write the key, the secret and the first entries of a new installation."""
    seed = token_bytes(SEED_BYTES)
    connection.run(_SQL["establish"], seed, token_bytes(SECRET_BYTES), b"", NOTHING_OBSERVED, b"")
    append_audit(connection, [{"did": "create"}])
    key = key_of(seed)
    journal = JournalWriter(connection, key, EMPTY)
    journal.enter(Created(key.verifying_key.public))
    journal.sign_head()


def heads_of(connection: Connection) -> Mark:
    """Return the newest entries of both logs."""
    row = connection.one(_SQL["journal_head"])
    return Mark(audit_head(connection), Head(0, GENESIS) if row is None else Head(*row))


def read_mark(location: str) -> MarkRead:
    """Return the mark of a database: `LOST` if missing or altered, None if none is kept, or why it cannot be read."""
    if "://" in location:  # a server; a path has no two slashes in a row
        return None
    try:
        data = read_bytes(mark_of(location), limit=_MARK_BYTES, what="a mark")
        number, audited, entries, journaled = data.decode("ascii").split()
        mark = Mark(Head(int(number), bytes.fromhex(audited)), Head(int(entries), bytes.fromhex(journaled)))
    except FileUnusable as error:
        return LOST if error.reason == "missing" else error
    except (TooLarge, ValueError):
        return LOST
    return mark if all(one.number > 0 and len(one.hash) == HASH_BYTES for one in mark) else LOST


def write_mark(location: str, mark: Mark, *, lower: bool = False) -> None:
    """Let the mark of a database grow; shrink only with `lower`, where the database knows that it was restored."""
    known = read_mark(location)
    has_grown = isinstance(known, Mark) and any(one.number < new.number for one, new in zip(known, mark, strict=True))
    if has_grown or (lower and isinstance(known, Mark)):
        with suppress(FileUnusable):  # one that stays behind looks like a crash before it was written
            put_mark(location, mark)


def put_mark(location: str, mark: Mark) -> None:
    """Write the first mark of the database at `location`, or raise `FileUnusable`; a server keeps none."""
    if "://" not in location:
        line = " ".join(f"{head.number} {head.hash.hex()}" for head in mark) + "\n"
        write_atomically(mark_of(location), line.encode("ascii"), mode=0o600)


def mark_of(location: str) -> Path:
    """Return the path of the mark of the database at `location`."""
    return Path(location).with_suffix(".mark")
