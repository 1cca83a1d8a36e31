"""Amounts of licenses: sums of counts, tiers, and the allowances of meters (`docs/evaluation.md`, "Meters")."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from licensekit.access import Access
from licensekit.dates import date_of, day_at, days_of, end_of_day, format_days, start_of_day
from licensekit.entitlements.parts import Part
from licensekit.limits import DAYS
from licensekit.wire.documents import Bundle, License, MeterPeriod
from licensekit.wire.plain import word

_MONTHS: Final = 12
Period = tuple[str, str]  # a license, and the name of one of its periods; units are counted by both


class Grant(NamedTuple):
    """A license in a part."""

    part: Part
    amount: int | None  # the count in the bundle; None is unrestricted


class Tier(NamedTuple):
    """A number of assignments with the same access; the first tier has the lowest slots."""

    amount: int | None
    cap: Access


def total_of(amounts: Iterable[int | None]) -> int | None:
    """Sum counts; None (unrestricted) if one of them is None."""
    listed = list(amounts)
    return None if None in listed else sum(filter(None, listed))


def access_of(tiers: Iterable[Tier], number: int) -> Access:
    """Return the access of the seat with a number, counted from 0; slots count from 1."""
    if number < 0:
        return Access.NONE
    served = 0
    for tier in tiers:
        if tier.amount is None or number < served + tier.amount:
            return tier.cap
        served += tier.amount
    return Access.NONE


def tiers_of(grants: Iterable[Grant]) -> tuple[Tier, ...]:
    """Return the tiers of a license from its grants, best access first."""
    listed, caps = list(grants), (Access.FULL, Access.READ)
    counts = {cap: [grant.amount for grant in listed if grant.part.cap is cap] for cap in caps}
    return tuple(Tier(total_of(amounts), cap) for cap, amounts in counts.items() if amounts)


class Allowance(NamedTuple):
    """The amount of a meter in its present period."""

    amount: int | None  # None is unrestricted
    starts: int  # the first second of the period, counted from 1970
    ends: int | None  # the first second after it; None if it does not end
    period: str  # the name of the period


def allowances(license_: License, grants: Iterable[Grant], now: int) -> tuple[Allowance, ...]:
    """Return the allowances of a meter at `now`: one for each part if it counts by term, otherwise one for all."""
    if license_.per is None or not (full := [grant for grant in grants if grant.part.cap is Access.FULL]):
        return ()
    if license_.per is MeterPeriod.TERM:
        terms = [Allowance(one.amount, *term_of(one.part.bundle), _term(one.part.bundle)) for one in full]
        return tuple(sorted(terms, key=lambda one: (one.ends is None, one.ends, one.period)))
    starts, ends = _period(license_.per, day_at(now))
    period = f"{word(license_.per)} {format_days(day_at(starts))}"
    return (Allowance(total_of(grant.amount for grant in full), starts, ends, period),)


def units_used(periods: Iterable[Period], used: Mapping[Period, int]) -> dict[str, int]:
    """Return the used units of each meter in `periods`, without unused ones."""
    found = Counter[str]()
    for name, period in periods:
        found[name] += used.get((name, period), 0)
    return +found


def term_of(bundle: Bundle) -> tuple[int, int | None]:
    """Return the first second of a bundle's term, from its start or its issue, and the first second after grace."""
    starts = day_at(bundle.issued) if bundle.starts is None else bundle.starts
    last = bundle.last_day
    return start_of_day(starts), None if last is None else end_of_day(last)


def _term(bundle: Bundle) -> str:
    """Return the name of a term; a bundle with another expiry starts a new term, one with other counts does not."""
    expiry = "perpetual" if bundle.expiry is None else format_days(bundle.expiry)
    return f"term {bundle.serial} {bundle.part} {bundle.use.word} {expiry}"


def amount_within(amount: int | None, license_: License, bundle: Bundle, most: int) -> int | None:
    """Return the amount of a license in a bundle; the `most` of its key is for the whole term of a meter."""
    if amount is None or license_.per in (None, MeterPeriod.TERM):
        return amount
    starts, ends = term_of(bundle)
    if ends is None or ends <= starts:
        return 0  # without an end, any amount per period exceeds the most
    first, last = date_of(day_at(starts)), date_of(day_at(ends - 1))
    years = last.year - first.year
    periods = {
        MeterPeriod.DAY: days_of(last) - days_of(first),
        MeterPeriod.MONTH: years * _MONTHS + last.month - first.month,
        MeterPeriod.YEAR: years,
    }
    return min(amount, most // (periods[license_.per] + 1))


def _period(per: MeterPeriod, day: int) -> tuple[int, int]:
    """Return the first second of the day, month or year of `day`, and the first second after it."""
    if per is MeterPeriod.DAY:
        return start_of_day(day), end_of_day(day)
    today = date_of(day)
    first, months = (today.month, 1) if per is MeterPeriod.MONTH else (1, _MONTHS)
    years, month = divmod(first - 1 + months, _MONTHS)
    year = today.year + years
    # The calendar ends with the year 9999.
    following = days_of(date(year, month + 1, 1)) if year <= date.max.year else DAYS + 1
    return start_of_day(days_of(date(today.year, first, 1))), start_of_day(following)
