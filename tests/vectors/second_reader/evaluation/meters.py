"""Allowances of meters in the periods that run at a moment ("Meters")."""

from typing import Final, NamedTuple

from tests.vectors.second_reader.evaluation.catalogs import License
from tests.vectors.second_reader.evaluation.grants import granted
from tests.vectors.second_reader.evaluation.slots import total
from tests.vectors.second_reader.evaluation.states import Access
from tests.vectors.second_reader.evaluation.terms import first_second, period_of, term_end, term_start
from tests.vectors.second_reader.evaluation.world import World
from tests.vectors.second_reader.forms import BOUNDS

_NO_END: Final = float("inf")


class Allowance(NamedTuple):
    """How much may be used (nothing is unrestricted), from a second on, until another one, if there is an end."""

    amount: int | None
    starts: int | None
    ends: int | None


def allowances(world: World, meter: License) -> list[Allowance]:
    """Return the allowances of a meter: those that end first are first."""
    full = [grant for grant in granted(world) if grant.license.code == meter.code and grant.cap == Access.FULL]
    if meter.per == "term":
        found = [Allowance(grant.number, term_start(grant.bundle), _end(term_end(grant.bundle))) for grant in full]
        return sorted(found, key=_order)
    return [_of_calendar(world, meter, str(meter.per))] if full else []


def _end(second: int | None) -> int | None:
    """Return the end of a term: what ends with the year 9999 has none."""
    return None if second is None or second > BOUNDS["SECONDS"] else second


def _order(one: Allowance) -> tuple[float, ...]:
    return tuple(_NO_END if value is None else value for value in (one.ends, one.starts, one.amount))


def _of_calendar(world: World, meter: License, per: str) -> Allowance:
    """Return the total, in the day, month or year of now."""
    period = period_of(world.now, per)
    return Allowance(total(world, meter), first_second(period, per), first_second(period + 1, per))
