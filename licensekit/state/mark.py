"""The mark beside the database: how far its audit log and journal had grown when it last changed.

A database with fewer entries than its mark, or with another entry where the mark is, is a restored backup: it is
recognized and reported, and it works. The mark is written after a commit and read before a snapshot is taken, so that a
crash or another process in between never looks like one. A server keeps no mark: its backups are its administrator's.

Only absence means absent. A mark that cannot be read says nothing about the database.
"""

from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from licensekit.chain import HASH_BYTES, Head
from licensekit.errors import FileUnusable, TooLarge
from licensekit.files import read_bytes, write_atomically

_BYTES: Final = 256


class Mark(NamedTuple):
    """How far the logs of a database had grown: the newest entry of each."""

    audit: Head
    journal: Head


LOST: Final = Mark(Head(0, b""), Head(0, b""))
"""Instead of a mark that is missing or altered."""

MarkRead = Mark | FileUnusable | None
"""A mark, why it cannot be read, or None where none is kept."""


def read_mark(location: str) -> MarkRead:
    """Return the mark of the database at `location`: `LOST` if it is missing or altered.

    None where none is kept, and an error where the system does not let it be read.
    """
    if "://" in location:  # a server; a path has no two slashes in a row
        return None
    try:
        data = read_bytes(mark_of(location), limit=_BYTES, what="a mark")
        number, audited, entries, journaled = data.decode("ascii").split()
        mark = Mark(Head(int(number), bytes.fromhex(audited)), Head(int(entries), bytes.fromhex(journaled)))
    except FileUnusable as error:
        return LOST if error.reason == "missing" else error
    except (TooLarge, ValueError):
        return LOST
    is_sound = all(one.number > 0 and len(one.hash) == HASH_BYTES for one in mark)
    return mark if is_sound else LOST


def write_mark(location: str, mark: Mark, *, lower: bool = False) -> None:
    """Let the mark of the database at `location` grow to `mark`.

    It shrinks only with `lower`: the database itself knows by then that it was restored. A mark that cannot be written
    stays behind, which looks like a crash before it was written.
    """
    known = read_mark(location)
    if not isinstance(known, Mark):
        return
    is_covered = all(one.number >= other.number for one, other in zip(known, mark, strict=True))
    if is_covered and not lower:
        return
    with suppress(FileUnusable):
        put_mark(location, mark)


def put_mark(location: str, mark: Mark) -> None:
    """Write the first mark of the database at `location`; a server keeps none.

    Raises:
        FileUnusable: it cannot be written.
    """
    if "://" not in location:
        line = " ".join(f"{head.number} {head.hash.hex()}" for head in mark) + "\n"
        write_atomically(mark_of(location), line.encode("ascii"), mode=0o600)


def mark_of(location: str) -> Path:
    """Return the path of the mark of the database at `location`."""
    return Path(location).with_suffix(".mark")
