"""Whether all that an installation has sent comes from one history.

Everything that an installation signs names the head of its audit log, and the head in what it signed before. So what it
sends is a chain. Two that follow on one were signed by a database that was restored from a backup, copied or rewritten
in between. A reset of the kind `restore` accounts for one such branch, for it is asked for by a restored database.
"""

from collections import Counter
from enum import StrEnum

from licensekit.database import Connection
from licensekit.issuer.ledger import exchange_files
from licensekit.issuer.ledger.entries import answer_to
from licensekit.issuer.ledger.exchange_files import ExchangeFile
from licensekit.wire.documents import Reset, ResetWhat, decode


class History(StrEnum):
    """What the exchange files of an installation show of its history."""

    WHOLE = "whole"
    """Each follows on the one before."""
    INCOMPLETE = "incomplete"
    """Something that it signed in between did not come here."""
    FORKED = "forked"
    """Several follow on one: the database was restored, copied or rewritten."""


def history_of(connection: Connection, installation: bytes) -> History:
    """Return what the exchange files of an installation show."""
    sent = exchange_files.of_installation(connection, installation)
    branches = _branches(sent)
    if branches and branches > _restored(connection, sent):
        return History.FORKED
    heads = {file.head for file in sent}
    whole = all(file.follows is None or file.follows in heads for file in sent)
    return History.WHOLE if whole else History.INCOMPLETE


def _branches(sent: list[ExchangeFile]) -> int:
    """Return how many files begin another history than the one before."""
    following = Counter(file.follows for file in sent)
    heads = Counter(file.head for file in sent)
    return sum(count - 1 for counted in (following, heads) for count in counted.values())


def _restored(connection: Connection, sent: list[ExchangeFile]) -> int:
    """Return how many of the files were answered with a reset after a backup was restored."""
    requests = [file for file in sent if file.type == "request"]
    answers = (answer_to(connection, request.identity) for request in requests)
    resets = [one.token for one in answers if one is not None and one.token.type == "reset"]
    return sum(decode(Reset, t.payload).what is ResetWhat.RESTORE for t in resets)
