"""The order of trust documents, lists and catalogs, and what was seen in it (O1 and S1).

A root stands in the order of roots by its version. What is signed under it carries the versions of the documents that
were in force, and is ordered by them first (`full_version`): so a new root, or a new trust document, gets past any
number that was run up below it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from licensekit.errors import CatalogFork, RevocationsFork, RootFork, TrustError, TrustFork
from licensekit.trust.scope import require_not_ahead
from licensekit.trust.signed import Verified
from licensekit.wire.documents import Catalog, Revocations, Root, Trust

FullVersion = tuple[int, ...]
"""Of a root: (version). Of a trust document: (root version, version). Of a list or catalog: (root version, trust
version, number or version)."""

T = TypeVar("T", Trust, Revocations, Catalog)
OfIssuer = TypeVar("OfIssuer", Revocations, Catalog)


class SeenDocument(NamedTuple):
    """Which document was the highest of its order, and where in it."""

    version: FullVersion
    identity: bytes
    """16 bytes."""


class Seen(NamedTuple):
    """The highest of each order that was ever in force: below it nothing may fall (S1)."""

    root: SeenDocument | None = None
    trust: SeenDocument | None = None
    lists: Mapping[str, SeenDocument] = {}
    """Issuer to its revocation list."""
    catalogs: Mapping[str, SeenDocument] = {}
    """Issuer to its catalog."""


NOTHING_SEEN: Final = Seen()


def full_version(document: Root | Trust | Revocations | Catalog) -> FullVersion:
    """Return where a document stands among those of its type, and of its issuer."""
    match document:
        case Root():
            return (document.version,)
        case Trust():
            return document.root_version, document.version
        case Revocations():
            return document.root_version, document.trust_version, document.number
        case _:
            return document.root_version, document.trust_version, document.version


def seen(document: Verified[Root | Trust | Revocations | Catalog]) -> SeenDocument:
    """Return what is to be remembered of a document."""
    return SeenDocument(full_version(document.document), document.identity)


def highest(first: SeenDocument | None, second: SeenDocument | None) -> SeenDocument | None:
    """Return the higher of two; the first, where they are in one place."""
    if first is None or second is None:
        return first or second
    return second if second.version > first.version else first


def merge(first: Seen, second: Seen) -> Seen:
    """Return the highest of each order, and what `first` has seen where both have as high."""
    return Seen(
        highest(first.root, second.root),
        highest(first.trust, second.trust),
        _merged(first.lists, second.lists),
        _merged(first.catalogs, second.catalogs),
    )


def newest(documents: Sequence[Verified[T]], floor: SeenDocument | None) -> list[Verified[T]]:
    """Return those that neither another of them nor what was seen supersedes.

    Several are left only where they are forks of each other, or the same document again.
    """
    versions: list[FullVersion] = [full_version(one.document) for one in documents]
    top = max(versions, default=()) if floor is None else max([*versions, floor.version])
    return [one for one, version in zip(documents, versions, strict=True) if version == top]


def newest_of_each(
    documents: Iterable[Verified[OfIssuer]], floors: Mapping[str, SeenDocument]
) -> list[Verified[OfIssuer]]:
    """Return the same of each issuer."""
    by_issuer: dict[str, list[Verified[OfIssuer]]] = {}
    for one in documents:
        by_issuer.setdefault(one.document.issuer, []).append(one)
    return [one for i, those in by_issuer.items() for one in newest(those, floors.get(i))]


def is_news(document: Verified[T], floor: SeenDocument | None, in_force: Verified[T] | None, now: int | None) -> bool:
    """Return whether a document is another one than that in force, after steps 1 to 3 of O1.

    `now` is seconds since 1970; None where it does not matter when the document was issued.

    Raises:
        IssuedAhead: issued more than a day after `now`, and not known from before.
        TrustFork, RevocationsFork, CatalogFork: another one in the place of one that was seen.
    """
    found = seen(document)
    if in_force is not None and in_force.identity == found.identity:
        return False
    if now is not None and found != floor:
        require_not_ahead(document.document.issued, now)
    for known in (floor, None if in_force is None else seen(in_force)):
        if is_fork(found, known):
            raise fork_of(document.document)
    return True


def is_fork(document: SeenDocument, known: SeenDocument | None) -> bool:
    """Return whether two documents stand in one place and are not the same."""
    return known is not None and document.version == known.version and document.identity != known.identity


def fork_of(document: Root | Trust | Revocations | Catalog) -> TrustError:
    """Return the error about another document in the place of this one."""
    match document:
        case Root():
            return RootFork(version=document.version)
        case Trust():
            return TrustFork(version=document.version)
        case Revocations():
            return RevocationsFork(issuer=document.issuer, number=document.number)
        case _:
            return CatalogFork(issuer=document.issuer, version=document.version)


def _merged(first: Mapping[str, SeenDocument], second: Mapping[str, SeenDocument]) -> dict[str, SeenDocument]:
    merged = {**second, **first}
    for issuer, found in second.items():
        if found.version > merged[issuer].version:
            merged[issuer] = found
    return merged
