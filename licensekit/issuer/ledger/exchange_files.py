"""What the ledger says about what installations have sent: requests, receipts and statements.

Everything that an installation signs names the head of its audit log, and the head in what it signed before: a chain.
Two that follow on one were signed by a database that was restored, copied or rewritten in between. A reset of the kind
`restore` accounts for one such branch.
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
    """What the exchange files of an installation show of its history."""

    WHOLE = "whole"  # each follows on the one before
    INCOMPLETE = "incomplete"  # something that it signed in between did not come here
    FORKED = "forked"  # several follow on one: the database was restored, copied or rewritten


def put(connection: database.Connection, number: int, token: Token, sent: Sent) -> None:
    """Keep what was entered under `number` where questions find it."""
    opened = read(token.frame)
    signed = (token.type, identity_of(token.type, opened.payload), sha256(opened.signatures[0].key))
    about = (None, sent.identity) if isinstance(sent, Receipt) else (sent.serial, None)
    history = (sent.audit_head, hex_extension(sent.extensions, FOLLOWS, chain.HASH_BYTES))
    connection.run(_SQL["put"], number, *signed, *about, sent.issued, *history)
    if isinstance(sent, Statement):
        rows = [(number, code, *code.rpartition(".")[::2], one.in_use) for code, one in sent.usage.items()]
        connection.run_many(_SQL["put_stated"], rows)


def signer_of(token: Token) -> bytes:
    """Return the installation that signed a token first: the SHA-256 of its public key."""
    return sha256(read(token.frame).signatures[0].key)


def history_of(connection: database.Connection, installation: bytes) -> History:
    """Return whether all that an installation, by the SHA-256 of its public key, has sent comes from one history."""
    sent = connection.rows(_SQL["history"], installation)
    heads, following = Counter(head for head, _ in sent), Counter(follows for _, follows in sent)
    branches = sum(count - 1 for counted in (heads, following) for count in counted.values())
    if branches:
        resets = (decode(Reset, read(frame).payload) for (frame,) in connection.rows(_SQL["resets"], installation))
        if branches > sum(one.what is ResetWhat.RESTORE for one in resets):
            return History.FORKED
    return History.WHOLE if following.keys() <= {None, *heads} else History.INCOMPLETE


def number_of(connection: database.Connection, identity: bytes, installation: bytes) -> int | None:
    """Return the number of the entry of what an installation has signed; None if it never came."""
    return connection.value(_SQL["number"], identity, installation)


def receipt_of(connection: database.Connection, bundle: bytes) -> int | None:
    """Return the number of the entry of the receipt for the bundle of this identity."""
    return connection.value(_SQL["receipt"], bundle)


def latest_statement(connection: database.Connection, serial: str) -> tuple[bytes, Statement] | None:
    """Return what was stated last for a serial, and the SHA-256 of the public key that signed it."""
    row = connection.one(_SQL["latest_statement"], serial)
    return (row[0], decode(Statement, read(row[1]).payload)) if row else None


def exist(connection: database.Connection) -> bool:
    """Return whether an installation has ever sent anything."""
    return connection.one("SELECT 1 FROM exchange_files LIMIT 1") is not None


def last_of_each(connection: database.Connection, serial: str | None, installation: bytes | None) -> list[Sent]:
    """Return what `installation` has sent last; if None, what each installation of a serial has."""
    who = [(installation,)] if installation is not None else connection.rows(_SQL["of_serial"], serial)
    rows = [connection.one(_SQL["last"], one) for (one,) in who]
    return [decode(SELF_SIGNED[row[0]], read(row[1]).payload) for row in rows if row is not None]


def stating_serials(connection: database.Connection) -> Iterator[str]:
    """Return every serial that a statement was entered for, in constant memory."""
    return (serial for (serial,) in connection.stream(_SQL["stating_serials"]))


def installations_of(connection: database.Connection, serial: str) -> int:
    """Return how many installations have stated something for a serial, and returned nothing."""
    return connection.value(_SQL["stating"], serial, serial) or 0
