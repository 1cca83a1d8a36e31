"""What of each meter there is, and in which period: pure rules (`docs/meters.md`)."""

from collections import Counter
from collections.abc import Iterable, Mapping

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


def periods_of(entitlements: Entitlements) -> Iterable[Period]:
    """Yield the periods that run of every meter that is granted."""
    return ((name, one.period) for name, running in entitlements.meters.items() for one in running)


def units_used(entitlements: Entitlements, used: Mapping[Period, int]) -> dict[str, int]:
    """Return meter to how much of it was used in the periods that run, where `used` has any."""
    found = Counter[str]()
    for name, period in periods_of(entitlements):
        found[name] += used.get((name, period), 0)
    return +found
