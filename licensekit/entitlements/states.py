"""The states of a bundle, and the state by its dates."""

from enum import StrEnum
from typing import Final

from licensekit.dates import end_of_day, start_of_day
from licensekit.wire.documents import Bundle

DATES: Final = {
    "starts": "start",
    "warning": "warning",
    "expiry": "expiry",
    "grace": "end of grace",
    "maintenance": "end of maintenance",
    "next_check": "next check",
}
"""The fields of a bundle that are dates, and their names for people."""


class BundleState(StrEnum):
    """The state of a bundle at a moment, by its dates, binding and maintenance."""

    PENDING = "pending"
    """It has not started."""
    ACTIVE = "active"
    WARNING = "warning"
    """Active; its expiry is near."""
    GRACE = "grace"
    """Its term has ended, but everything works until grace ends."""
    EXPIRED = "expired"
    """Its grace, or its term without grace, has ended."""
    FOREIGN = "foreign"
    """It is bound to another installation."""
    UNMAINTAINED = "unmaintained"
    """This version of the product was released after its maintenance ended."""


def state_by_dates(bundle: Bundle, now: int) -> tuple[BundleState, int | None]:
    """Return the state by the dates alone, and the second at which the next state begins."""
    steps: list[tuple[int | None, BundleState]] = [
        (_start(bundle.starts), BundleState.PENDING),
        (_start(bundle.warning), BundleState.ACTIVE),
    ]
    if bundle.expiry is not None:
        before_expiry = BundleState.ACTIVE if bundle.warning is None else BundleState.WARNING
        steps.append((end_of_day(bundle.expiry), before_expiry))
        steps.append((None if bundle.grace is None else end_of_day(bundle.grace), BundleState.GRACE))
    for until, state in steps:
        if until is not None and now < until:
            return state, until
    return (BundleState.ACTIVE if bundle.expiry is None else BundleState.EXPIRED), None


def _start(day: int | None) -> int | None:
    return None if day is None else start_of_day(day)
