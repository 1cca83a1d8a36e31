"""Resets: the vendor puts one installation right, once (`docs/installation.md`, "Resets")."""

from collections.abc import Iterable, Iterator

from licensekit.errors import RefusedError, ResetRefused
from licensekit.state.time import TimeSeen
from licensekit.state.transactions import ReadTransaction, WriteTransaction
from licensekit.trust.signed import Verified
from licensekit.wire.documents import Reset, ResetWhat


def reset_faults(
    read: ReadTransaction, resets: Iterable[Verified[Reset]], *, key: bytes | None, vendor: str
) -> Iterator[RefusedError]:
    """Yield which resets do not count here; `key` is the digest of the installation's key."""
    for verified in resets:
        reset = verified.document
        name = word(reset)
        if reset.installation != key:
            yield ResetRefused(f"the reset of the {name} is for another installation")
        elif reset.issuer != vendor:
            yield ResetRefused(f"the reset of the {name} is by {reset.issuer}, not by the vendor")
        elif _is_known(read, reset):
            yield ResetRefused(f"the reset of the {name} was used before")


def lower_allowed(read: ReadTransaction, resets: Iterable[Verified[Reset]]) -> int:
    """Return how many bundles of a lower sequence may be activated."""
    [(waiting,)] = read.connection.rows(
        "SELECT count(*) FROM resets WHERE what = ? AND used = 0", ResetWhat.SEQUENCE
    )
    return int(waiting) + sum(v.document.what is ResetWhat.SEQUENCE for v in resets)


def time_after(read: ReadTransaction, resets: Iterable[Verified[Reset]]) -> TimeSeen:
    """Return what is remembered of time once `resets` were applied."""
    issued = [v.document.issued for v in resets if v.document.what is ResetWhat.CLOCK]
    return TimeSeen(max(issued)) if issued else read.stored.time


def apply_resets(change: WriteTransaction, resets: Iterable[Verified[Reset]], lowered: int) -> None:
    """Carry resets out, and use up those that let `lowered` bundles in."""
    connection = change.connection
    for verified in resets:
        reset = verified.document
        connection.run(
            "INSERT INTO resets (nonce, what, issuer, used) VALUES (?, ?, ?, ?)",
            reset.nonce,
            reset.what,
            reset.issuer,
            int(reset.what is not ResetWhat.SEQUENCE),
        )
        if reset.what is ResetWhat.RESTORE:
            change.accept_restored()
        change.record("reset", what=word(reset), nonce=reset.nonce.hex())
    waiting = connection.rows(
        "SELECT nonce FROM resets WHERE what = ? AND used = 0 ORDER BY nonce", ResetWhat.SEQUENCE
    )
    used = [row for row, _ in zip(waiting, range(lowered), strict=False)]
    connection.run_many("UPDATE resets SET used = 1 WHERE nonce = ?", used)


def word(reset: Reset) -> str:
    """Return what a reset puts right, in a word."""
    return reset.what.name.lower()


def _is_known(read: ReadTransaction, reset: Reset) -> bool:
    return read.connection.one("SELECT 1 FROM resets WHERE nonce = ?", reset.nonce) is not None
