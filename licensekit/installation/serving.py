"""Which assignments a license that lapsed below its use still serves: the oldest."""

from collections.abc import Mapping
from typing import Final, LiteralString, NamedTuple

from licensekit.access import Access
from licensekit.database import Connection
from licensekit.entitlements import Entitlements
from licensekit.wire.documents import Kind

_NTH: Final[Mapping[Kind, LiteralString]] = {
    Kind.USER: (
        "SELECT number FROM user_licenses WHERE license = ? ORDER BY number LIMIT 1 OFFSET ?"
    ),
    Kind.SITE: (
        "SELECT number FROM site_licenses WHERE license = ? ORDER BY number LIMIT 1 OFFSET ?"
    ),
}


class _Step(NamedTuple):
    until: int | None
    """The number of the first assignment that this no longer serves; None serves all."""
    access: Access


class Serving(NamedTuple):
    """What every assignment gets, by its license and number."""

    steps: Mapping[str, tuple[_Step, ...]]

    def access(self, license_: str, number: int) -> Access:
        """Return what the assignment `number` of a license gets."""
        for step in self.steps.get(license_, ()):
            if step.until is None or number < step.until:
                return step.access
        return Access.NONE

    def lapsed_from(self, license_: str) -> int | None:
        """Return the number from which assignments of a license get less than full, if any do."""
        full: int | None = 0
        for step in self.steps.get(license_, ()):
            if step.access is Access.FULL:
                full = step.until
        return full


def serving(
    connection: Connection, entitlements: Entitlements, in_use: Mapping[str, int]
) -> Serving:
    """Look up, for each license in use, where its tiers end."""
    steps: dict[str, tuple[_Step, ...]] = {}
    for code, used in in_use.items():
        license_ = entitlements.licenses.get(code)
        if license_ is not None and license_.kind in _NTH:
            steps[code] = _steps(connection, entitlements, code, used)
    return Serving(steps)


def _steps(
    connection: Connection, entitlements: Entitlements, code: str, used: int
) -> tuple[_Step, ...]:
    nth = _NTH[entitlements.licenses[code].kind]
    found: list[_Step] = []
    served = 0
    for tier in entitlements.tiers[code]:
        if tier.amount is None or served + tier.amount >= used:
            return (*found, _Step(None, tier.cap))
        served += tier.amount
        row = connection.one(nth, code, served)
        found.append(_Step(None if row is None else row[0], tier.cap))
    return tuple(found)
