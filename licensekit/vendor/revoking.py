"""Taking back: the next revocation list, made from the one before."""

from collections.abc import Iterable

from licensekit import limits
from licensekit.errors import WorkspaceError
from licensekit.vendor.footing import Footing
from licensekit.wire.documents import Revocations


def next_list(
    footing: Footing,
    now: int,
    *,
    identities: Iterable[bytes] = (),
    serials: Iterable[str] = (),
    fresh_until: int | None = None,
) -> Revocations:
    """Give the list that follows the last one and takes back `identities` and `serials` as well.

    Raises:
        WorkspaceError: it would be longer than a list may be.
    """
    last = footing.last_list
    made = Revocations(
        issuer=footing.issuer,
        product=footing.product,
        trust_version=footing.trust.version,
        number=1 if last is None else last.number + 1,
        issued=now,
        fresh_until=fresh_until,
        identities=sorted({*(last.identities if last else ()), *identities}),
        serials=sorted({*(last.serials if last else ()), *serials}),
        lowest=dict(last.lowest) if last else {},
        extensions={},
    )
    if max(len(made.identities), len(made.serials)) > limits.REVOKED:
        raise WorkspaceError(
            f"a revocation list holds at most {limits.REVOKED} bundles and as many serials",
            hint="revoke whole serials instead of their bundles",
        )
    return made
