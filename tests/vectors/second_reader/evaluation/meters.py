"""Allowances of meters in the periods that run at a moment ("Meters")."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from tests.vectors.second_reader.evaluation.bundles import DAY, Bundle
from tests.vectors.second_reader.evaluation.catalogs import License
from tests.vectors.second_reader.evaluation.grants import Grant, granted
from tests.vectors.second_reader.evaluation.states import Access
from tests.vectors.second_reader.evaluation.world import World

_EPOCH = date(1970, 1, 1)
_AFTER = float("inf")


class Allowance(NamedTuple):
    """How much may be used (nothing is unrestricted), from a second on, until another one, if there is an end."""

    amount: int | None
    starts: int
    ends: int | None


def allowances(world: World, meter: License) -> list[Allowance]:
    """Return the allowances of a meter: those that end first are first."""
    full = [grant for grant in granted(world) if grant.license.code == meter.code and grant.cap == Access.FULL]
    if meter.per == "term":
        found = [Allowance(grant.number, _term_start(grant.bundle), _term_end(grant.bundle)) for grant in full]
    else:
        found = [_of_calendar(world.now, str(meter.per), full)] if full else []
    return sorted(found, key=_order)


def _order(one: Allowance) -> tuple[float, int, float]:
    amount = _AFTER if one.amount is None else one.amount
    return _AFTER if one.ends is None else one.ends, one.starts, amount


def _of_calendar(now: int, per: str, full: list[Grant]) -> Allowance:
    """Return the total of bundles in the day, month or year of now."""
    amounts = [_amount(grant, per) for grant in full]
    period = _period(now, per)
    amount = None if None in amounts else sum(one for one in amounts if one is not None)
    return Allowance(amount, _first_second(period, per), _first_second(period + 1, per))


def _amount(grant: Grant, per: str) -> int | None:
    """Return what a bundle grants in a period: by a key with `most`, no more than that over its term."""
    most = grant.bundle.scope.most
    if most is None or grant.number is None:
        return grant.number
    start, end = _term_start(grant.bundle), _term_end(grant.bundle)
    if end is None:
        return 0
    periods = _period(end - 1, per) - _period(start, per) + 1
    return min(grant.number, most // periods)


def _term_start(bundle: Bundle) -> int:
    starts = bundle.says["starts"]
    return int(bundle.says["issued"] // DAY if starts is None else starts) * DAY


def _term_end(bundle: Bundle) -> int | None:
    return None if bundle.after_grace == "advisory" else bundle.ends


def _period(second: int, per: str) -> int:
    """Return the number of the day, month or year of a second."""
    day = _EPOCH + timedelta(days=second // DAY)
    return {"day": second // DAY, "month": 12 * day.year + day.month - 1, "year": day.year}[per]


def _first_second(period: int, per: str) -> int:
    """Return the first second of a day, month or year."""
    if per == "day":
        return period * DAY
    year, month = divmod(period, 12) if per == "month" else (period, 0)
    if year > date.max.year:
        return (date.max - _EPOCH).days * DAY + DAY
    return int(datetime(year, month + 1, 1, tzinfo=UTC).timestamp())
