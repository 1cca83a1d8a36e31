"""Where an installation is kept: a folder with its database and its mark, or a PostgreSQL server.

The mark is a file beside the database that records the newest entries of its audit log and journal. If the database has
fewer entries than its mark, or another entry at that number, it is a restored backup: it still works, but this is
detected and reported. The mark is written after a commit and read before a snapshot is taken, so neither a crash nor
another process in between looks like a restore. A mark that cannot be read proves nothing. A server has no mark.
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
"""The start of a URL, also after `Path` has merged its slashes; unlike a Windows drive, it has at least two letters."""


class Source(NamedTuple):
    """Where a license comes from and where it is kept."""

    home: str = ""
    """The folder or server of the installation; empty if it is in memory."""
    variable: str = ""
    """The environment variable that supplies the license; empty if it was activated in the home."""
    path: str = ""
    """The file that the variable names."""

    def __str__(self) -> str:
        supplied = f"{self.variable} ({self.path})" if self.path else self.variable
        return ", ".join(filter(None, (supplied, self.home or "in memory")))


class Mark(NamedTuple):
    """The newest entry of each log of a database."""

    audit: Head
    journal: Head


LOST: Final = Mark(Head(0, b""), Head(0, b""))  # in place of a mark that is missing or altered
MarkRead = Mark | FileUnusable | None  # a mark, why it cannot be read, or None on a server


def open_installation(location: str | os.PathLike[str], *, create: bool) -> Database:
    """Open the installation at a folder or URL, or `create` it; raise `NotActivated` without one, or as `connect`."""
    target = database_of(location, create=create)

    def fill(connection: Connection) -> None:
        _establish(connection)
        # Before the commit, because a database without its mark looks like a restored one.
        put_mark(str(target), heads_of(connection))

    try:
        return connect(target, schema=SCHEMA, create=create, fill=fill)
    except FileUnusable as error:
        if create or error.reason not in ABSENT:
            raise
        raise NotActivated(reason="absent", where=error.where) from error


def open_in_memory() -> Database:
    """Create an installation in memory."""
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
    """Return the place of an installation, an absolute path or a URL: the same for programs, commands and the console.

    It is `location`, else `LICENSEKIT_HOME`, else this account's folder for the product of `pack`; without a pack, for
    the only product that has an installation there. Raises `HomeInvalid`, or `FileUnusable` for an unreachable folder.
    """
    place = os.fspath(location or environment.get("LICENSEKIT_HOME") or "")
    if is_url(place):
        return place
    if scheme := _SCHEME.match(place):
        raise HomeInvalid(reason="scheme", where=f"{scheme[0]}/…")
    try:
        path = Path(place).expanduser() if place else _of_product(data_folder(platform, environment), pack)
        return str(path.absolute())
    except RuntimeError as error:  # raised by pathlib for an unknown account
        raise HomeInvalid(reason="no-user-folder", where=place) from error
    except OSError as error:
        raise unusable(Path(error.filename or place), "a home", error) from error


def data_folder(platform: str, environment: Mapping[str, str]) -> Path:
    """Return the folder that contains this account's folders of products, on this platform."""
    home = Path(environment.get("HOME") or Path.home())
    if platform == "win32":
        folder = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif platform == "darwin":
        folder = home / "Library" / "Application Support"
    else:
        given = Path(environment.get("XDG_DATA_HOME", ""))  # by the XDG specification, a relative one is ignored
        folder = given if given.is_absolute() else home / ".local" / "share"
    return folder / "licensekit"


def local_folder(place: str, environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Return the folder for this machine's own files of an installation at `place`, as returned by `locate`."""
    if not is_url(place):
        return Path(place)
    written = urlsplit(place)
    asked = sorted(one for one in parse_qsl(written.query) if one[0] != "password")
    known = repr((written.netloc.rpartition("@")[2], written.path, asked))  # without account and password
    return data_folder(platform, environment) / f"server-{sha256(known.encode()).hexdigest()[:16]}"


def _of_product(folder: Path, pack: bytes | str | None) -> Path:
    with suppress(LicenseError):  # reported when the pack is verified
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
    """Return the path or URL of an installation's database; with `create`, create its folder."""
    place = locate(location)
    return place if is_url(place) else _folder(Path(place), create=create) / DATABASE_NAME


def missing_folders(folder: Path) -> list[Path]:
    """Return the folders that a home still lacks, innermost first; raise `FileUnusable` if one is out of reach."""
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
    """Return the mark of a database: `LOST` if missing or altered, None on a server, or why it cannot be read."""
    if "://" in location:  # a server; normalized paths never contain two slashes in a row
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
    """Raise the mark of a database; with `lower`, which needs a database that knows of its restore, lower it too."""
    known = read_mark(location)
    has_grown = isinstance(known, Mark) and any(one.number < new.number for one, new in zip(known, mark, strict=True))
    if has_grown or (lower and isinstance(known, Mark)):
        with suppress(FileUnusable):  # an old mark is harmless: it looks like a crash before it was written
            put_mark(location, mark)


def put_mark(location: str, mark: Mark) -> None:
    """Write the mark of the database at `location`, except on a server; raise `FileUnusable` if that fails."""
    if "://" not in location:
        line = " ".join(f"{head.number} {head.hash.hex()}" for head in mark) + "\n"
        write_atomically(mark_of(location), line.encode("ascii"), mode=0o600)


def mark_of(location: str) -> Path:
    """Return the path of the mark of the database at `location`."""
    return Path(location).with_suffix(".mark")
