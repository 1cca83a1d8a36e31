"""What of each meter there is, and in which period: pure rules (`docs/meters.md`)."""

from collections.abc import Iterable, Mapping

from licensekit.entitlements.amounts import Allowance, allowances
from licensekit.entitlements.evaluation import Entitlements
from licensekit.entitlements.questions import resolve
from licensekit.errors import WrongKind
from licensekit.wire.documents import Kind

Period = tuple[str, str]
"""A license and a period of it: what units are counted by."""


def metered(entitlements: Entitlements, code: str) -> str:
    """Return the one spelling of the code of a meter.

    Raises as `resolve`, and `WrongKind` where it is no meter.
    """
    name = resolve(entitlements, code, (Kind.SYSTEM,))
    if entitlements.licenses[name].per is None:
        raise WrongKind(reason="meter", license=code, kind="system")
    return name


def allowances_of(entitlements: Entitlements, name: str) -> tuple[Allowance, ...]:
    """Return what there is of a meter now; nothing where it is not granted, or no catalog has it any more."""
    license_ = entitlements.licenses.get(name)
    return () if license_ is None else allowances(license_, entitlements.grants.get(name, ()), entitlements.now)


def periods_of(entitlements: Entitlements) -> Iterable[Period]:
    """Yield the periods that run of every meter that is granted."""
    for name, license_ in entitlements.licenses.items():
        if license_.per is not None:
            for one in allowances_of(entitlements, name):
                yield name, one.period


def units_used(entitlements: Entitlements, used: Mapping[Period, int]) -> dict[str, int]:
    """Return meter to how much of it was used in the periods that run, where `used` has any."""
    found: dict[str, int] = {}
    for name, period in periods_of(entitlements):
        if units := used.get((name, period), 0):
            found[name] = found.get(name, 0) + units
    return found
