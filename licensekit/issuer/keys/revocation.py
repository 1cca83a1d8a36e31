"""Taking back: the next revocation list, made from the one before."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from licensekit import limits
from licensekit.errors import WorkspaceError
from licensekit.issuer.transaction import LedgerTransaction
from licensekit.wire.documents import Revocations


class Lowest(NamedTuple):
    """The lowest sequence of a serial's part that is still valid."""

    serial: str
    part: str
    sequence: int


class Revoked(NamedTuple):
    """What a revocation list takes back beside what the one before it did."""

    identities: Sequence[bytes] = ()
    """Of bundles."""
    serials: Sequence[str] = ()
    lowest: Sequence[Lowest] = ()


def next_list(
    tx: LedgerTransaction, revoked: Revoked, fresh_until: int | None = None
) -> Revocations:
    """Make the list that follows the last one and takes back what is `revoked` as well.

    Raises:
        WorkspaceError: it would be longer than a list may be.
    """
    state, last = tx.state, tx.state.last_list
    made = Revocations(
        issuer=state.issuer,
        product=state.product,
        trust_version=state.trust.version,
        number=1 if last is None else last.number + 1,
        issued=tx.now,
        fresh_until=fresh_until,
        identities=sorted({*(last.identities if last else ()), *revoked.identities}),
        serials=sorted({*(last.serials if last else ()), *revoked.serials}),
        lowest=_raised(last.lowest if last else {}, revoked.lowest),
        extensions={},
    )
    if max(len(made.identities), len(made.serials), len(made.lowest)) > limits.REVOKED:
        raise WorkspaceError(
            f"a revocation list holds at most {limits.REVOKED} bundles, as many serials, and as"
            " many serials with a lowest sequence",
            hint="revoke whole serials instead of their bundles",
        )
    return made


def _raised(
    before: Mapping[str, Mapping[str, int]], lowest: Iterable[Lowest]
) -> dict[str, dict[str, int]]:
    raised = {serial: dict(parts) for serial, parts in before.items()}
    for serial, part, sequence in lowest:
        parts = raised.setdefault(serial, {})
        parts[part] = max(parts.get(part, 1), sequence)
    return raised
