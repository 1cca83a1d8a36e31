"""Taking back: the next revocation list, made from the one before."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from licensekit import limits
from licensekit.errors import WorkspaceError
from licensekit.issuer.state import WorkspaceState
from licensekit.wire.documents import Revocations


class Lowest(NamedTuple):
    """The lowest sequence of a serial's part that still counts."""

    serial: str
    part: str
    sequence: int


def next_list(
    state: WorkspaceState,
    now: int,
    *,
    identities: Iterable[bytes] = (),
    serials: Iterable[str] = (),
    lowest: Iterable[Lowest] = (),
    fresh_until: int | None = None,
) -> Revocations:
    """Give the list that follows the last one and takes these back as well.

    Raises:
        WorkspaceError: it would be longer than a list may be.
    """
    last = state.last_list
    made = Revocations(
        issuer=state.issuer,
        product=state.product,
        trust_version=state.trust.version,
        number=1 if last is None else last.number + 1,
        issued=now,
        fresh_until=fresh_until,
        identities=sorted({*(last.identities if last else ()), *identities}),
        serials=sorted({*(last.serials if last else ()), *serials}),
        lowest=_raised(last.lowest if last else {}, lowest),
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
