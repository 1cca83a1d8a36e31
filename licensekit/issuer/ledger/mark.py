"""The mark of a workspace: the newest entry of its ledger that the folder has seen, in a file of the folder.

It is written after the commit, if it can be. So a mark that is behind its ledger is normal; a ledger without the marked
entry was restored from a backup, or cut. Where several folders share a ledger on a server, each mark says what that
folder has seen. Documents of a pack carry the same in the extension `ledger` (`docs/format.md`, "Extensions").
"""

from contextlib import suppress
from pathlib import Path
from typing import Final

from licensekit.chain import HASH_BYTES, Head
from licensekit.database import Connection
from licensekit.errors import FileUnusable, LedgerRestored, TooLarge
from licensekit.files import read_bytes, write_atomically
from licensekit.issuer.ledger.entries import head
from licensekit.wire.documents import LEDGER, Document
from licensekit.wire.documents.fields import hex_extension

_BYTES: Final = 256
_DIGITS: Final = 18
"""Of a number that both engines hold."""


def read_mark(path: Path) -> Head | None:
    """Return the marked entry; None if there is no mark.

    Raises:
        FileUnusable: it is there, and cannot be read.
    """
    try:
        return _parsed(read_bytes(path, limit=_BYTES, what="a mark").decode(errors="replace").strip())
    except FileUnusable as error:
        if error.reason != "missing":
            raise
    except TooLarge:
        pass
    return None


def raise_mark(path: Path, newest: Head, *, lower: bool = False) -> None:
    """Raise the mark to an entry; with `lower` it is set to it, whatever it was.

    A mark that cannot be written stays behind: what was entered is entered.
    """
    with suppress(FileUnusable):
        known = read_mark(path)
        if lower or known is None or known.number < newest.number:
            write_atomically(path, f"{newest.number}:{newest.hash.hex()}\n".encode(), mode=0o600)


def mark_in(document: Document) -> Head | None:
    """Return the entry of its issuer's ledger that a document names; None if it names none."""
    value = getattr(document, "extensions", {}).get(LEDGER)
    return _parsed(value) if isinstance(value, str) else None


def restored(ledger: Connection, mark: Head | None) -> LedgerRestored | None:
    """Return the error for a ledger that does not hold the marked entry; None if it does."""
    if mark is None:
        return None
    row = ledger.one("SELECT hash FROM entries WHERE number = ?", mark.number)
    if row is None:
        return LedgerRestored(reason="behind", number=mark.number, newest=head(ledger)[0])
    return None if row[0] == mark.hash else LedgerRestored(reason="other", number=mark.number)


def require_whole(ledger: Connection, mark: Head | None) -> None:
    """Raise `LedgerRestored` for a ledger that does not hold the marked entry."""
    error = restored(ledger, mark)
    if error is not None:
        raise error


def _parsed(value: str) -> Head | None:
    number, _, digest = value.partition(":")
    found = hex_extension({LEDGER: digest}, LEDGER, HASH_BYTES)
    is_number = number.isascii() and number.isdecimal() and len(number) <= _DIGITS and number[0] != "0"
    return Head(int(number), found) if is_number and found is not None else None
