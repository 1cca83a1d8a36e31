"""What the ledger says about what installations have sent: requests, receipts and statements.

Everything that an installation signs names the head of its audit log, and the head in what it signed before. So what it
sends is a chain. Two that follow on one were signed by a database that was restored from a backup, copied or rewritten
in between. A reset of the kind `restore` accounts for one such branch, for it is asked for by a restored database.
"""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from licensekit.chain import HASH_BYTES
from licensekit.database import Connection
from licensekit.keys.verifying import sha256
from licensekit.trust.signed import SELF_SIGNED, identity_of
from licensekit.wire.armor import Token
from licensekit.wire.documents import FOLLOWS, Receipt, Request, Reset, ResetWhat, Statement, decode, hex_extension
from licensekit.wire.frame import read

Sent = Request | Receipt | Statement

_WITH_ENTRY: Final = " FROM exchange_files AS f JOIN entries AS e ON e.number = f.number WHERE "
_NEWEST: Final = " ORDER BY f.issued DESC, f.number DESC LIMIT 1"
_RESETS: Final = (
    "SELECT e.frame FROM exchange_files AS f JOIN entries AS e ON e.request = f.identity"
    " WHERE f.installation = ? AND f.type = 'request' AND e.type = 'reset'"
)


class History(StrEnum):
    """What the exchange files of an installation show of its history."""

    WHOLE = "whole"
    """Each follows on the one before."""
    INCOMPLETE = "incomplete"
    """Something that it signed in between did not come here."""
    FORKED = "forked"
    """Several follow on one: the database was restored, copied or rewritten."""


def put(connection: Connection, number: int, token: Token, sent: Sent) -> None:
    """Keep what was entered under `number` where questions find it."""
    opened = read(token.frame)
    signed = (token.type, identity_of(token.type, opened.payload), sha256(opened.signatures[0].key))
    about = (None, sent.identity) if isinstance(sent, Receipt) else (sent.serial, None)
    history = (sent.audit_head, hex_extension(sent.extensions, FOLLOWS, HASH_BYTES))
    insert = "INSERT INTO exchange_files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    connection.run(insert, number, *signed, *about, sent.issued, *history)
    if isinstance(sent, Statement):
        rows = [(number, code, *code.rpartition(".")[::2], one.in_use) for code, one in sent.usage.items()]
        connection.run_many("INSERT INTO stated VALUES (?, ?, ?, ?, ?)", rows)


def signer_of(token: Token) -> bytes:
    """Return the installation that signed a token first: the SHA-256 of its public key."""
    return sha256(read(token.frame).signatures[0].key)


def history_of(connection: Connection, installation: bytes) -> History:
    """Return whether all that an installation, by the SHA-256 of its public key, has sent comes from one history."""
    sent = connection.rows("SELECT head, follows FROM exchange_files WHERE installation = ?", installation)
    heads, following = Counter(head for head, _ in sent), Counter(follows for _, follows in sent)
    branches = sum(count - 1 for counted in (heads, following) for count in counted.values())
    if branches:
        resets = (decode(Reset, read(frame).payload) for (frame,) in connection.rows(_RESETS, installation))
        if branches > sum(one.what is ResetWhat.RESTORE for one in resets):
            return History.FORKED
    return History.WHOLE if following.keys() <= {None, *heads} else History.INCOMPLETE


def number_of(connection: Connection, identity: bytes, installation: bytes) -> int | None:
    """Return the number of the entry of what an installation has signed; None if it never came."""
    row = connection.one(
        "SELECT number FROM exchange_files WHERE identity = ? AND installation = ?", identity, installation
    )
    return row[0] if row else None


def receipt_of(connection: Connection, bundle: bytes) -> int | None:
    """Return the number of the entry of the receipt for the bundle of this identity."""
    row = connection.one("SELECT number FROM exchange_files WHERE bundle = ?", bundle)
    return row[0] if row else None


def latest_statement(connection: Connection, serial: str) -> tuple[bytes, Statement] | None:
    """Return what was stated last for a serial, and the SHA-256 of the public key that signed it."""
    of_serial = "f.serial = ? AND f.type = 'statement'"
    row = connection.one("SELECT f.installation, e.frame" + _WITH_ENTRY + of_serial + _NEWEST, serial)
    return (row[0], decode(Statement, read(row[1]).payload)) if row else None


def exist(connection: Connection) -> bool:
    """Return whether an installation has ever sent anything."""
    return connection.one("SELECT 1 FROM exchange_files LIMIT 1") is not None


def last_of_each(connection: Connection, serial: str | None, installation: bytes | None) -> list[Sent]:
    """Return what `installation` has sent last; if None, what each installation of a serial has."""
    of_serial = "SELECT DISTINCT installation FROM exchange_files WHERE serial = ?"
    who = [(installation,)] if installation is not None else connection.rows(of_serial, serial)
    last = "SELECT e.type, e.frame" + _WITH_ENTRY + "f.installation = ?" + _NEWEST
    rows = [connection.one(last, one) for (one,) in who]
    return [decode(SELF_SIGNED[row[0]], read(row[1]).payload) for row in rows if row is not None]


def stating_serials(connection: Connection) -> Iterator[str]:
    """Return every serial that a statement was entered for, in constant memory."""
    rows = connection.stream("SELECT DISTINCT serial FROM exchange_files WHERE type = 'statement' ORDER BY serial")
    return (row[0] for row in rows)


def installations_of(connection: Connection, serial: str) -> int:
    """Return how many installations have stated something for a serial, and returned nothing."""
    row = connection.one(
        "SELECT count(DISTINCT installation) FROM exchange_files"
        " WHERE serial = ? AND type = 'statement'"
        " AND installation NOT IN (SELECT r.installation FROM exchange_files AS r"
        " JOIN bundles AS b ON b.identity = r.bundle WHERE b.serial = ?)",
        serial,
        serial,
    )
    return row[0] if row else 0
