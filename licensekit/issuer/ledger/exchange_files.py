"""Requests, receipts and statements of installations in the ledger.

Each names the head of the installation's audit log, and the head in the file before. Two files that follow the same one
come from a database that was restored, copied or rewritten. A reset of the kind `restore` allows for one such branch.
"""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from licensekit import database
from licensekit.keys.verifying import sha256
from licensekit.trust.signed import SELF_SIGNED, identity_of
from licensekit.wire import chain
from licensekit.wire.armor import Token
from licensekit.wire.documents import FOLLOWS, Receipt, Request, Reset, ResetWhat, Statement, decode, hex_extension
from licensekit.wire.frame import read

Sent = Request | Receipt | Statement
_SQL: Final = database.read_queries(__file__)


class History(StrEnum):
    """The history of an installation, as its exchange files show it."""

    WHOLE = "whole"  # each file follows the one before
    INCOMPLETE = "incomplete"  # files in between are missing
    FORKED = "forked"  # several follow the same one: the database was restored, copied or rewritten


def put(connection: database.Connection, number: int, token: Token, sent: Sent) -> None:
    """Index the exchange file of entry `number`."""
    opened = read(token.frame)
    signed = (token.type, identity_of(token.type, opened.payload), sha256(opened.signatures[0].key))
    about = (None, sent.identity) if isinstance(sent, Receipt) else (sent.serial, None)
    history = (sent.audit_head, hex_extension(sent.extensions, FOLLOWS, chain.HASH_BYTES))
    connection.run(_SQL["put"], number, *signed, *about, sent.issued, *history)
    if isinstance(sent, Statement):
        rows = [(number, code, *code.rpartition(".")[::2], one.in_use) for code, one in sent.usage.items()]
        connection.run_many(_SQL["put_stated"], rows)


def signer_of(token: Token) -> bytes:
    """Return the installation that signed a token: the SHA-256 of its public key."""
    return sha256(read(token.frame).signatures[0].key)


def history_of(connection: database.Connection, installation: bytes) -> History:
    """Return whether the files of an installation (SHA-256 of its public key) come from one history."""
    sent = connection.rows(_SQL["history"], installation)
    heads, following = Counter(head for head, _ in sent), Counter(follows for _, follows in sent)
    branches = sum(count - 1 for counted in (heads, following) for count in counted.values())
    if branches:
        resets = (decode(Reset, read(frame).payload) for (frame,) in connection.rows(_SQL["resets"], installation))
        if branches > sum(one.what is ResetWhat.RESTORE for one in resets):
            return History.FORKED
    return History.WHOLE if following.keys() <= {None, *heads} else History.INCOMPLETE


def number_of(connection: database.Connection, identity: bytes, installation: bytes) -> int | None:
    """Return the entry number of an installation's file; None if it was not entered."""
    return connection.value(_SQL["number"], identity, installation)


def receipt_of(connection: database.Connection, bundle: bytes) -> int | None:
    """Return the entry number of the receipt for the bundle with this identity, if any."""
    return connection.value(_SQL["receipt"], bundle)


def latest_statement(connection: database.Connection, serial: str) -> tuple[bytes, Statement] | None:
    """Return the last statement for a serial, after the installation that signed it."""
    row = connection.one(_SQL["latest_statement"], serial)
    return (row[0], decode(Statement, read(row[1]).payload)) if row else None


def exist(connection: database.Connection) -> bool:
    """Return whether the ledger has any exchange files."""
    return connection.one("SELECT 1 FROM exchange_files LIMIT 1") is not None


def last_of_each(connection: database.Connection, serial: str | None, installation: bytes | None) -> list[Sent]:
    """Return the last file of `installation`; if that is None, of each installation of `serial`."""
    who = [(installation,)] if installation is not None else connection.rows(_SQL["of_serial"], serial)
    rows = [connection.one(_SQL["last"], one) for (one,) in who]
    return [decode(SELF_SIGNED[row[0]], read(row[1]).payload) for row in rows if row is not None]


def stating_serials(connection: database.Connection) -> Iterator[str]:
    """Yield every serial with a statement, in constant memory."""
    return (serial for (serial,) in connection.stream(_SQL["stating_serials"]))


def installations_of(connection: database.Connection, serial: str) -> int:
    """Return how many installations have sent a statement for a serial and no receipt."""
    return connection.value(_SQL["stating"], serial, serial) or 0
