"""The order of roots, trust documents, lists and catalogs, and the highest seen of each (O1 and S1).

Roots are ordered by version. Other documents carry the versions of the root and trust document in force when they were
signed, and are ordered by these first (`full_version`). So after a new root or trust document, even number 1 is newer
than any number that a stolen key signed before.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeVar

from licensekit import errors
from licensekit.trust.scope import require_not_ahead
from licensekit.trust.signed import Verified
from licensekit.wire.documents import TYPE_OF, Catalog, Revocations, Root, Trust

FullVersion = tuple[int, ...]
"""(version) of a root, (root version, version) of a trust document, or (root version, trust version, number or version)
of a list or catalog."""
Ordered = Root | Trust | Revocations | Catalog
T = TypeVar("T", Trust, Revocations, Catalog)


class SeenDocument(NamedTuple):
    """The highest document seen in an order."""

    version: FullVersion
    identity: bytes  # 16 bytes


Order = tuple[str, str]  # type and issuer of the documents in an order; the issuer only for lists and catalogs
ROOTS: Final[Order] = ("root", "")
TRUST: Final[Order] = ("trust", "")
Seen = Mapping[Order, SeenDocument]  # the highest document of each order that was ever in force (S1)
NOTHING_SEEN: Final[Seen] = {}


def order_of(document: Ordered) -> Order:
    """Return the order that a document belongs to."""
    return TYPE_OF[type(document)], document.issuer if isinstance(document, Revocations | Catalog) else ""


def full_version(document: Ordered) -> FullVersion:
    """Return the place of a document in its order."""
    if isinstance(document, Root):
        return (document.version,)
    if isinstance(document, Trust):
        return document.root_version, document.version
    number = document.number if isinstance(document, Revocations) else document.version
    return document.root_version, document.trust_version, number


def seen(document: Verified[Ordered]) -> SeenDocument:
    """Return what to remember of a document."""
    return SeenDocument(full_version(document.document), document.identity)


def with_seen(before: Seen, document: Verified[Ordered]) -> Seen:
    """Return `before` with `document` as the highest of its order."""
    return {**before, order_of(document.document): seen(document)}


def merge(first: Seen, second: Seen) -> Seen:
    """Return the highest document of each order; of equally high ones that of `first`."""
    higher = {order: one for order, one in second.items() if order not in first or one.version > first[order].version}
    return {**first, **higher}


def newest(documents: list[Verified[T]], floor: Seen) -> list[Verified[T]]:
    """Return the documents that are highest in their order; several in one order are forks or duplicates."""
    top = {order: one.version for order, one in floor.items()}
    placed = [(order_of(one.document), full_version(one.document), one) for one in documents]
    for order, version, _ in placed:
        top[order] = max(version, top.get(order, version))
    return [one for order, version, one in placed if version == top[order]]


def is_news(document: Verified[T], floor: SeenDocument | None, in_force: Verified[T] | None, now: int | None) -> bool:
    """Return whether a document replaces the one in force (O1); raise `Fork`, `Rollback` or `IssuedAhead`."""
    found = seen(document)
    if in_force is not None and in_force.identity == found.identity:
        return False
    if now is not None and found != floor:
        require_not_ahead(document.document.issued, now)
    for known in (floor, None if in_force is None else seen(in_force)):
        if is_fork(found, known):
            raise fork_of(document.document)
    if floor is not None and found.version < floor.version:
        reason, issuer = order_of(document.document)
        raise errors.Rollback(reason=reason, version=found.version[-1], seen=floor.version[-1], issuer=issuer)
    return True


def is_fork(document: SeenDocument, known: SeenDocument | None) -> bool:
    """Return whether two documents differ and have the same version."""
    return known is not None and document.version == known.version and document.identity != known.identity


def fork_of(document: Ordered) -> "errors.Fork":
    """Return the error about another document with the version of this one."""
    reason, issuer = order_of(document)
    return errors.Fork(reason=reason, issuer=issuer, version=full_version(document)[-1])
