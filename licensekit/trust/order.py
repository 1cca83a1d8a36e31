"""The order of trust documents, lists and catalogs, and what was seen in it (O1 and S1).

A root stands in the order of roots by its version. What is signed under it carries the versions of the documents that
were in force, and is ordered by them first (`full_version`): so a new root, or a new trust document, gets past any
number that was run up below it.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeVar

from licensekit import errors
from licensekit.trust.scope import require_not_ahead
from licensekit.trust.signed import Verified
from licensekit.wire.documents import TYPE_OF, Catalog, Revocations, Root, Trust

FullVersion = tuple[int, ...]
"""A root's is (version), a trust document's (root version, version), a list's or catalog's (root version, trust
version, number or version)."""
Ordered = Root | Trust | Revocations | Catalog
T = TypeVar("T", Trust, Revocations, Catalog)


class SeenDocument(NamedTuple):
    """Which document was the highest of its order, and where in it."""

    version: FullVersion
    identity: bytes  # 16 bytes


Order = tuple[str, str]  # type and, of lists and catalogs, issuer of the documents that are ordered; else that is empty
ROOTS: Final[Order] = ("root", "")
TRUST: Final[Order] = ("trust", "")
Seen = Mapping[Order, SeenDocument]  # the highest of each order that was ever in force: below it nothing may fall (S1)
NOTHING_SEEN: Final[Seen] = {}


def order_of(document: Ordered) -> Order:
    """Return among which documents a document is ordered."""
    return TYPE_OF[type(document)], document.issuer if isinstance(document, Revocations | Catalog) else ""


def full_version(document: Ordered) -> FullVersion:
    """Return where a document stands among those of its type, and of its issuer."""
    if isinstance(document, Root):
        return (document.version,)
    if isinstance(document, Trust):
        return document.root_version, document.version
    number = document.number if isinstance(document, Revocations) else document.version
    return document.root_version, document.trust_version, number


def seen(document: Verified[Ordered]) -> SeenDocument:
    """Return what is to be remembered of a document."""
    return SeenDocument(full_version(document.document), document.identity)


def with_seen(before: Seen, document: Verified[Ordered]) -> Seen:
    """Return what was seen before, and a document as the highest of its order."""
    return {**before, order_of(document.document): seen(document)}


def merge(first: Seen, second: Seen) -> Seen:
    """Return the highest of each order, and what `first` has seen where both have as high."""
    higher = {order: one for order, one in second.items() if order not in first or one.version > first[order].version}
    return {**first, **higher}


def newest(documents: list[Verified[T]], floor: Seen) -> list[Verified[T]]:
    """Return those that nothing of their order supersedes; several of one order are forks, or the same again."""
    top = {order: one.version for order, one in floor.items()}
    placed = [(order_of(one.document), full_version(one.document), one) for one in documents]
    for order, version, _ in placed:
        top[order] = max(version, top.get(order, version))
    return [one for order, version, one in placed if version == top[order]]


def is_news(document: Verified[T], floor: SeenDocument | None, in_force: Verified[T] | None, now: int | None) -> bool:
    """Return whether a document is to be put in force in the place of the one that is (O1).

    Raises `Fork` or `Rollback` by the `floor` that was seen, and `IssuedAhead` for one that was not known before `now`.
    """
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
    """Return whether two documents stand in one place and are not the same."""
    return known is not None and document.version == known.version and document.identity != known.identity


def fork_of(document: Ordered) -> "errors.Fork":
    """Return the error about another document in the place of this one."""
    reason, issuer = order_of(document)
    return errors.Fork(reason=reason, issuer=issuer, version=full_version(document)[-1])
