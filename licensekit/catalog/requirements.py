"""The licenses that a catalog can refer to, and the requirements that can never be met.

What can be held is computed step by step from nothing: a license can be assigned once everything that it requires is
held, and brings what it includes. A user has at most one plan of each issuer. A hidden license that another license
includes is never assigned by itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from licensekit.errors.faults import NeverHeld
from licensekit.text.values import Guess, LimitedNearest
from licensekit.wire.documents import Catalog, Kind, License, qualified, spread


class KnownLicenses(NamedTuple):
    """The licenses of a catalog and of the other issuers' catalogs, by qualified code."""

    catalog: Catalog
    issuers: frozenset[str]  # the other issuers
    licenses: Mapping[str, License]
    requires: Mapping[str, frozenset[str]]  # license to its requirements that exist and are of an allowed kind
    gives: Mapping[str, frozenset[str]]  # license to all that it includes, directly or indirectly
    guess: Guess  # returns the license or issuer that an unknown word may mean


def known_licenses(catalog: Catalog, others: Mapping[str, Catalog]) -> KnownLicenses:
    """Collect the licenses of `catalog` and of `others` (issuer to catalog)."""
    here = catalog.issuer
    foreign = {issuer: other for issuer, other in others.items() if issuer != here}
    catalogs = {here: catalog, **foreign}
    owned = [(i, code, one) for i, c in catalogs.items() for code, one in c.licenses.items()]
    licenses = {qualified(code, issuer, here): one for issuer, code, one in owned}
    requires = {qualified(code, issuer, here): _requires(one, licenses, issuer, here) for issuer, code, one in owned}
    closed = ((i, code, given) for i, c in catalogs.items() for code, given in c.closure.items())
    gives = {qualified(code, i, here): frozenset(qualified(g, i, here) for g in given) for i, code, given in closed}
    return KnownLicenses(catalog, frozenset(foreign), licenses, requires, gives, LimitedNearest())


def may_require(kind: Kind, required: Kind) -> bool:
    """Return whether a license of `kind` may require one of kind `required`: the same kind, or a system license."""
    # A user is not tied to one site, and an installation holds neither site nor user licenses.
    return required in (kind, Kind.SYSTEM)


def _requires(license_: License, licenses: Mapping[str, License], issuer: str, here: str) -> frozenset[str]:
    names = (qualified(code, issuer, here) for code in license_.requires)
    return frozenset(name for name in names if name in licenses and may_require(license_.kind, licenses[name].kind))


def circles(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return each group of nodes that reach each other, or a node that points to itself, in the order of `edges`."""
    onward = {node: frozenset(others) for node, others in edges.items()}
    reach = {node: spread(others, onward) for node, others in onward.items()}
    found: list[list[str]] = []
    seen: set[str] = set()
    for node, reachable in reach.items():
        if node in reachable and node not in seen:
            found.append([other for other in edges if other in reachable and node in reach[other]])
            seen.update(found[-1])
    return found


def impossible(known: KnownLicenses) -> Iterator[NeverHeld]:
    """Yield a fault for each of the catalog's licenses whose requirements can never be met, each cause once."""
    holdings = _holdings(known)

    def fails(name: str, requires: frozenset[str]) -> bool:
        return not all(any(name in held and requires <= held for held in of_issuer) for of_issuer in holdings)

    causes = {name for name, requires in known.requires.items() if requires and fails(name, requires)}
    for name in known.catalog.licenses:
        if name in causes and not known.requires[name] & causes:
            yield _why(known, holdings, name).at(f"licenses.{name}.requires")


def _why(known: KnownLicenses, holdings: list[list[frozenset[str]]], name: str) -> NeverHeld:
    requires = known.requires[name]
    held_by_any = frozenset[str]().union(*(held for of_issuer in holdings for held in of_issuer))
    if missing := requires - held_by_any:
        return NeverHeld(reason="not-given", requires=tuple(sorted(missing)))
    required = tuple(sorted(requires))
    if known.licenses[name].hidden and name not in held_by_any:
        return NeverHeld(reason="hidden", requires=required)
    # Each can be held, but not together: only plans exclude each other.
    return NeverHeld(reason="plans", requires=required)


def _holdings(known: KnownLicenses) -> list[list[frozenset[str]]]:
    """Return, for each issuer with plans, what can be held with none or one of its plans."""
    licenses = known.licenses
    included = frozenset[str]().union(*known.gives.values())
    assignable = {n for n, one in licenses.items() if not (one.hidden and n in included)}
    plans = {name for name in assignable if licenses[name].plan}
    # Licenses of one user can make a system license present for all.
    shared = {name for name in _grow(known, frozenset(), assignable) if licenses[name].kind is not Kind.USER}
    for_all = frozenset(shared).union(*(known.gives[name] for name in shared))
    of_issuer: dict[str, set[str]] = {}
    for plan in plans:
        of_issuer.setdefault(plan.rpartition(".")[0], set()).add(plan)
    return [_beside(known, for_all, assignable, own) for own in of_issuer.values() or [set[str]()]]


def _beside(known: KnownLicenses, base: frozenset[str], assignable: set[str], plans: set[str]) -> list[frozenset[str]]:
    """Return what can be held with none of `plans`, and with each of them."""
    without = _grow(known, base, assignable - plans)
    return [base, without, *[_grow(known, without, (assignable - plans) | {plan}) for plan in sorted(plans)]]


def _grow(known: KnownLicenses, held: frozenset[str], assignable: set[str]) -> frozenset[str]:
    waiting = assignable - held
    while ready := {name for name in waiting if known.requires[name] <= held}:
        waiting -= ready
        held = held.union(ready, *(known.gives[name] for name in ready))
    return held
