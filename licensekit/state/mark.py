"""The mark beside the database: how far its audit log had grown when it last changed.

A database with fewer entries than its mark, or with another entry where the mark stands, is a
restored backup: it is recognized and reported, and it works. The mark is written after a commit
and read before a snapshot is taken, so that a crash or another process in between never looks like
one. A server keeps no mark: its backups are its administrator's.
"""

from contextlib import suppress
from pathlib import Path
from typing import Final

from licensekit.errors import FileUnusable, TooLarge
from licensekit.files import read_bytes, write_atomically
from licensekit.state.audit import Head
from licensekit.state.stored import Stored

_BYTES: Final = 256
_HASH_BYTES: Final = 32


LOST: Final = Head(0, b"")
"""Stands for a mark that is missing or cannot be read."""


def read_mark(location: str) -> Head | None:
    """Return the mark of the database at `location`: `LOST`, or None where none is kept."""
    if _is_server(location):
        return None
    try:
        data = read_bytes(mark_of(location), limit=_BYTES, what="a mark")
        number, head = data.decode("ascii").split()
        mark = Head(int(number), bytes.fromhex(head))
    except (FileUnusable, TooLarge, ValueError):
        return LOST
    return mark if mark.number > 0 and len(mark.hash) == _HASH_BYTES else LOST


def write_mark(location: str, mark: Head, *, lower: bool = False) -> None:
    """Let the mark of the database at `location` grow to `mark`.

    It shrinks only with `lower`: the database itself knows by then that it was restored. A mark
    that cannot be written stays behind, which looks like a crash before it was written.
    """
    known = read_mark(location)
    if known is None or (known.number >= mark.number and not lower):
        return
    with suppress(FileUnusable):
        put_mark(location, mark)


def put_mark(location: str, mark: Head) -> None:
    """Write the first mark of the database at `location`; a server keeps none.

    Raises:
        FileUnusable: it cannot be written.
    """
    if not _is_server(location):
        line = f"{mark.number} {mark.hash.hex()}\n"
        write_atomically(mark_of(location), line.encode("ascii"), mode=0o600)


def is_restored(stored: Stored, mark: Head | None) -> bool:
    """Return whether the database has fewer or other changes than its mark, or lost its mark.

    `mark` is None where none is kept.
    """
    if mark is None:
        return False
    if mark.number == 0:
        return stored.head.number > 1
    return stored.marked != mark.hash


def mark_of(location: str) -> Path:
    """Return the path of the mark of the database at `location`."""
    return Path(location).with_suffix(".mark")


def _is_server(location: str) -> bool:
    """Return whether the location of a database is a URL; a path has no two slashes in a row."""
    return "://" in location
